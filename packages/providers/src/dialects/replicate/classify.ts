import type { Failure } from "@trunkline/contracts";
import type { UpstreamFailure } from "../../adapter.ts";
import { readErrorBody } from "../../failures/error-body.ts";
import { classFromStatus, classFromWords, classifyTransport, failureOf } from "../../failures/failure.ts";
import { retryAfterMs } from "../../failures/retry-after.ts";

/** Problem details, `{"title","detail","status"}` (https://replicate.com/docs/reference/http#errors). QUIRK(replicate): 422 is an input that the model's schema refuses. */
export function classify(failure: UpstreamFailure): Failure {
  if (failure.at === "transport") return classifyTransport(failure);
  const { message } = readErrorBody(failure.body);
  const worded = failure.status < 500 ? classFromWords(message) : null;
  return failureOf(worded ?? classFromStatus(failure.status), { status: failure.status, message, retryAfterMs: retryAfterMs(failure.headers, failure.nowMs) });
}

/** What a prediction that failed says under status 200: one sentence of the model's host. */
export function classifyPrediction(status: string, message: string): Failure {
  if (status === "canceled" || status === "aborted") return failureOf("server_error", { status: 200, message: message || "The provider ended the prediction." });
  return failureOf(classFromWords(message) ?? "server_error", { status: 200, message });
}
