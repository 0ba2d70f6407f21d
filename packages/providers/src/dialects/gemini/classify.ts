import type { Failure, FailureClass } from "@trunkline/contracts";
import { objectOf, textOf } from "@trunkline/protocol";
import type { UpstreamFailure } from "../../adapter.ts";
import { errorFrom, readErrorBody, type ErrorBody } from "../../failures/error-body.ts";
import { classFromStatus, classFromWords, classifyTransport, failureOf } from "../../failures/failure.ts";
import { durationMs, retryAfterMs } from "../../failures/retry-after.ts";

/** https://cloud.google.com/apis/design/errors and https://ai.google.dev/gemini-api/docs/troubleshooting */
const STATUSES: Readonly<Record<string, FailureClass>> = {
  RESOURCE_EXHAUSTED: "rate_limited", UNAVAILABLE: "overloaded", DEADLINE_EXCEEDED: "timeout", INTERNAL: "server_error", UNKNOWN: "server_error",
  UNAUTHENTICATED: "credential_rejected", PERMISSION_DENIED: "credential_rejected", NOT_FOUND: "server_error", INVALID_ARGUMENT: "caller_error", FAILED_PRECONDITION: "caller_error",
};

export function classify(failure: UpstreamFailure): Failure {
  if (failure.at === "transport") return classifyTransport(failure);
  const error = readErrorBody(failure.body);
  const wait = retryAfterMs(failure.headers, failure.nowMs) ?? retryDelayMs(error);
  return failureOf(classOf(error, failure.status), { status: failure.status, message: error.message, retryAfterMs: wait });
}

/** An error that came under status 200. */
export function classifyInStream(error: unknown): Failure {
  const body = errorFrom(error);
  const given = Number(objectOf(error)["code"]);
  return failureOf(classOf(body, given >= 400 ? given : 500), { status: 200, message: body.message, retryAfterMs: retryDelayMs(body) });
}

/** QUIRK(gemini): a bad key is a 400, and a spent daily quota looks like a rate limit. */
function classOf(error: ErrorBody, status: number): FailureClass {
  const details = JSON.stringify(error.details);
  if (status === 429) return /PerDay/.test(details) ? "quota_exhausted" : "rate_limited";
  if (status < 500) {
    const worded = classFromWords(`${error.words} ${details}`);
    if (worded) return worded;
  }
  const word = error.words.split(" ").find((candidate) => candidate in STATUSES);
  return (word ? STATUSES[word] : undefined) ?? classFromStatus(status);
}

/** google.rpc.RetryInfo: `"retryDelay": "46s"`. */
function retryDelayMs(error: ErrorBody): number | null {
  for (const detail of error.details) {
    const delay = textOf(objectOf(detail)["retryDelay"]);
    if (delay) return durationMs(delay);
  }
  return null;
}
