import type { Failure, FailureClass } from "@trunkline/contracts";
import type { UpstreamFailure } from "../../adapter.ts";
import { errorFrom, readErrorBody } from "../../failures/error-body.ts";
import { classFromStatus, classFromWords, classifyTransport, failureOf } from "../../failures/failure.ts";
import { retryAfterMs } from "../../failures/retry-after.ts";

/** https://docs.anthropic.com/en/api/errors */
const TYPES: Readonly<Record<string, FailureClass>> = {
  invalid_request_error: "caller_error", authentication_error: "credential_rejected", permission_error: "credential_rejected", billing_error: "quota_exhausted",
  not_found_error: "server_error", request_too_large: "context_overflow", rate_limit_error: "rate_limited", timeout_error: "timeout", api_error: "server_error", overloaded_error: "overloaded",
};

/** QUIRK(anthropic): an empty account and an over-long prompt are both `invalid_request_error`; only the sentence tells. */
export function classify(failure: UpstreamFailure): Failure {
  if (failure.at === "transport") return classifyTransport(failure);
  const error = readErrorBody(failure.body);
  const worded = failure.status < 500 ? classFromWords(error.words || error.message) : null;
  const typed = failure.status === 200 || failure.status >= 400 ? TYPES[error.type] : undefined;
  return failureOf(worded ?? typed ?? classFromStatus(failure.status), { status: failure.status, message: error.message, retryAfterMs: retryAfterMs(failure.headers, failure.nowMs) });
}

/** An `error` event under status 200: its status never came, its type did. */
export function classifyInStream(error: unknown): Failure {
  const body = errorFrom(error);
  return failureOf(classFromWords(body.words) ?? TYPES[body.type] ?? "server_error", { status: 200, message: body.message });
}
