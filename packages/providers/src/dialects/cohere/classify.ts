import type { Failure, FailureClass } from "@trunkline/contracts";
import type { UpstreamFailure } from "../../adapter.ts";
import { errorFrom, readErrorBody } from "../../failures/error-body.ts";
import { classFromStatus, classFromWords, classifyTransport, failureOf } from "../../failures/failure.ts";
import { retryAfterMs } from "../../failures/retry-after.ts";

/** https://docs.cohere.com/reference/errors. QUIRK(cohere): 498 is a deny-listed token in prompt or answer; an over-long prompt is told by its sentence alone. */
export function classify(failure: UpstreamFailure): Failure {
  if (failure.at === "transport") return classifyTransport(failure);
  const { message } = readErrorBody(failure.body);
  const worded = failure.status < 500 ? wordedClass(message) : null;
  const failureClass = worded ?? (failure.status === 498 ? "content_filtered" : classFromStatus(failure.status));
  return failureOf(failureClass, { status: failure.status, message, retryAfterMs: retryAfterMs(failure.headers, failure.nowMs) });
}

/** An error that came under status 200. */
export function classifyInStream(error: unknown): Failure {
  const { message } = errorFrom(error);
  return failureOf(wordedClass(message) ?? "server_error", { status: 200, message });
}

const wordedClass = (message: string): FailureClass | null => (/too many tokens/i.test(message) ? "context_overflow" : classFromWords(message));
