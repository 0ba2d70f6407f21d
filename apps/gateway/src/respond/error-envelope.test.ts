import { ERROR_CODES, GatewayError, type ErrorCode } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { errorBody, errorEvent, errorHeaders } from "./error-envelope.ts";

const codes = Object.keys(ERROR_CODES) as ErrorCode[];

describe("error envelopes", () => {
  it.each(codes)("tells an OpenAI client the code, the type and whether to retry: %s", (code) => {
    const error = new GatewayError(code, "what to do next");
    expect(errorBody("chat_completions", error, "req_1")).toMatchObject({ error: { message: "what to do next", code, type: ERROR_CODES[code].type, param: null } });
    expect(errorHeaders(error)["x-should-retry"]).toBe(String(ERROR_CODES[code].retry));
  });
  it.each(codes)("tells an Anthropic client a type of its own wire: %s", (code) => {
    const body = errorBody("messages", new GatewayError(code, "text"), "req_1") as { type: string; error: { type: string } };
    expect(body.type).toBe("error");
    expect(body.error.type).toMatch(/^(invalid_request|authentication|billing|permission|not_found|rate_limit|api|overloaded|timeout)_error$|^request_too_large$/);
  });
  it("rounds a retry-after up to whole seconds, because zero means at once", () => {
    expect(errorHeaders(new GatewayError("tenant.rate_limited", "x", { retryAfterMs: 10 }))).toMatchObject({ "retry-after": "1", "retry-after-ms": "10" });
  });
  it("ends a broken stream with one error event and never with [DONE]", () => {
    const error = new GatewayError("upstream.failed", "x");
    expect(errorEvent("chat_completions", error, { requestId: "req_1" })).toMatch(/^data: \{"error":.*\}\n\n$/);
    expect(errorEvent("messages", error, { requestId: "req_1" })).toMatch(/^event: error\ndata: \{"type":"error".*\}\n\n$/);
  });
  it("numbers the error event of a Responses stream behind the last one, in the documented shape and in the one its clients throw on", () => {
    const data = JSON.parse(errorEvent("responses", new GatewayError("upstream.failed", "x"), { requestId: "req_1", sequence: 7 }).replace("event: error\ndata: ", "")) as unknown;
    expect(data).toMatchObject({ type: "error", code: "upstream.failed", message: "x", sequence_number: 7, error: { message: "x", code: "upstream.failed" } });
  });
});
