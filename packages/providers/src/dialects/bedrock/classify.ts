import type { Failure } from "@trunkline/contracts";
import { parseJsonObject, textOf } from "@trunkline/protocol";
import type { UpstreamFailure } from "../../adapter.ts";
import { classFromException } from "../../failures/aws-exception.ts";
import { readErrorBody } from "../../failures/error-body.ts";
import { classFromStatus, classFromWords, classifyTransport, failureOf } from "../../failures/failure.ts";
import { retryAfterMs } from "../../failures/retry-after.ts";

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors: the exception's name stands in a header, and an over-long input is a ValidationException whose sentence alone tells. */
export function classify(failure: UpstreamFailure): Failure {
  if (failure.at === "transport") return classifyTransport(failure);
  const error = readErrorBody(failure.body);
  const name = failure.headers["x-amzn-errortype"] ?? textOf(parseJsonObject(Buffer.from(failure.body).toString("utf8"))?.["__type"]);
  const worded = failure.status < 500 ? classFromWords(error.words || error.message) : null;
  const failureClass = worded ?? (failure.status >= 400 ? classFromException(name) : null) ?? classFromStatus(failure.status);
  return failureOf(failureClass, { status: failure.status, message: error.message, retryAfterMs: retryAfterMs(failure.headers, failure.nowMs) });
}

/** An exception inside the stream: its status never came. */
export function classifyException(name: string, message: string): Failure {
  return failureOf(classFromWords(message) ?? classFromException(name) ?? "server_error", { status: 200, message });
}
