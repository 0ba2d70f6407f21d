import type { Failure } from "@trunkline/contracts";
import type { UpstreamFailure } from "../../adapter.ts";
import { errorFrom, readErrorBody } from "../../failures/error-body.ts";
import { classFromStatus, classFromWords, classifyTransport, failureOf } from "../../failures/failure.ts";
import { retryAfterMs } from "../../failures/retry-after.ts";

/** https://platform.openai.com/docs/guides/error-codes: the same errors as on Chat Completions. */
export function classify(failure: UpstreamFailure): Failure {
  if (failure.at === "transport") return classifyTransport(failure);
  const error = readErrorBody(failure.body);
  const failureClass = failure.status >= 500 ? classFromStatus(failure.status) : classFromWords(error.words || error.message) ?? classFromStatus(failure.status);
  return failureOf(failureClass, { status: failure.status, message: error.message, retryAfterMs: retryAfterMs(failure.headers, failure.nowMs) });
}

/** An error that came under status 200: an `error` event, or the `error` of a response that failed. */
export function classifyInStream(error: unknown): Failure {
  const body = errorFrom(error);
  const word = `${body.type} ${body.code}`;
  const ownClass = /overloaded|capacity|unavailable/i.test(word) ? "overloaded" : /rate_limit|too_many_requests/i.test(word) ? "rate_limited" : /invalid_(?:request|prompt|image)/i.test(word) ? "caller_error" : "server_error";
  return failureOf(classFromWords(body.words) ?? ownClass, { status: 200, message: body.message });
}
