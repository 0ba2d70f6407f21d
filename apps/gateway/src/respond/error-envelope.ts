import { ERROR_CODES, type GatewayError, type InboundApi } from "@trunkline/contracts";

/** HTTP statuses of the Anthropic wire (https://docs.anthropic.com/en/api/errors); other statuses read as api_error. */
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error", 404: "not_found_error",
  413: "request_too_large", 429: "rate_limit_error", 503: "overloaded_error", 504: "timeout_error",
};

/** The error body in the caller's own shape. Both carry our code, so that a program can branch without reading the message. */
export function errorBody(api: InboundApi, error: GatewayError, requestId: string): Readonly<Record<string, unknown>> {
  const metadata = { ...error.details.metadata, owner: error.owner, request_id: requestId };
  if (api === "messages") {
    return { type: "error", error: { type: ANTHROPIC_TYPES[error.status] ?? "api_error", message: error.message, code: error.code, metadata }, request_id: requestId };
  }
  return { error: { message: error.message, type: ERROR_CODES[error.code].type, code: error.code, param: error.details.param ?? null, metadata } };
}

/**
 * The same for OpenRouter's SDKs: their `code` is the status as a number, and a stream's error sits in a chunk. Ours goes into the metadata
 * of a plain error; that of a chunk is a closed shape.
 */
export function openRouterErrorBody(error: GatewayError, requestId: string): Readonly<Record<string, unknown>> {
  return { error: { message: error.message, type: ERROR_CODES[error.code].type, code: error.status, metadata: { ...error.details.metadata, code: error.code, param: error.details.param ?? null, owner: error.owner, request_id: requestId } } };
}

export function openRouterErrorEvent(error: GatewayError, { requestId, model, createdAtSeconds }: { readonly requestId: string; readonly model: string; readonly createdAtSeconds: number }): string {
  const chunk = { id: requestId, object: "chat.completion.chunk", created: createdAtSeconds, model, choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }], error: { code: error.status, message: error.message } };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** `x-should-retry` is what the official clients obey before they look at the status. */
export function errorHeaders(error: GatewayError): Readonly<Record<string, string>> {
  const retryAfterMs = error.details.retryAfterMs;
  return {
    ...error.details.headers,
    "x-should-retry": String(error.shouldRetry),
    ...(retryAfterMs === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))), "retry-after-ms": String(Math.ceil(retryAfterMs)) }),
  };
}

/**
 * The one event that ends a broken stream; on the OpenAI wires no `[DONE]` follows, because clients take that for success. `sequence`: the
 * event's number, on a wire that counts them.
 */
export function errorEvent(api: InboundApi, error: GatewayError, { requestId, sequence = 0 }: { readonly requestId: string; readonly sequence?: number | undefined }): string {
  const body = errorBody(api, error, requestId);
  if (api === "messages") return `event: error\ndata: ${JSON.stringify(body)}\n\n`;
  if (api !== "responses") return `data: ${JSON.stringify(body)}\n\n`;
  // The flat members are the documented event; clients of OpenAI's own look for the nested one, as its servers send it.
  return `event: error\ndata: ${JSON.stringify({ type: "error", code: error.code, message: error.message, param: error.details.param ?? null, sequence_number: sequence, ...body })}\n\n`;
}
