import type { Failure } from "@trunkline/contracts";
import type { UpstreamFailure } from "../../adapter.ts";
import { errorFrom, readErrorBody, type ErrorBody } from "../../failures/error-body.ts";
import { classFromStatus, classFromWords, classifyTransport, failureOf } from "../../failures/failure.ts";
import { retryAfterMs } from "../../failures/retry-after.ts";

/** https://platform.openai.com/docs/guides/error-codes. Words rule over the status: compatible providers put much under 400. */
export function classify(failure: UpstreamFailure): Failure {
  if (failure.at === "transport") return classifyTransport(failure);
  const error = readErrorBody(failure.body);
  const failureClass = failure.status >= 500 ? classFromStatus(failure.status) : classFromWords(error.words || error.message) ?? classFromStatus(failure.status);
  return failureOf(failureClass, { status: failure.status, message: error.message, retryAfterMs: retryAfterMs(failure.headers, failure.nowMs) });
}

/** An error that came under status 200: in a stream's frame, or as the whole body. */
export function classifyInStream(error: unknown): Failure {
  const body = errorFrom(error);
  return failureOf(classFromWords(body.words) ?? classFromType(body), { status: 200, message: body.message });
}

function classFromType({ type, code }: ErrorBody): Failure["class"] {
  const status = Number(code);
  if (status >= 400 && status < 600) return classFromStatus(status);
  const word = `${type} ${code}`;
  if (/overloaded|capacity|unavailable/i.test(word)) return "overloaded";
  if (/rate_limit|too_many_requests/i.test(word)) return "rate_limited";
  if (/invalid_request/i.test(word)) return "caller_error";
  if (/permission|auth/i.test(word)) return "credential_rejected";
  return /timeout/i.test(word) ? "timeout" : "server_error";
}
