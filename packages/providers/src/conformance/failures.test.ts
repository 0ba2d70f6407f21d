import { describe, expect, it } from "vitest";
import { durationMs, retryAfterMs } from "../failures/retry-after.ts";
import { PUBLIC_MESSAGE_CHARS_MAX } from "../failures/redact.ts";
import { authorizeHeaders } from "../authorize/authorize-headers.ts";
import { adapterFor, PROVIDERS } from "../registry.ts";

const NOW = Date.UTC(2026, 0, 1);
const classify = (provider: string, status: number, body: unknown = "", headers: Record<string, string> = {}) =>
  adapterFor(provider).classify({ at: "response", status, headers, nowMs: NOW, body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) });

describe("classify", () => {
  it.each<[string, number, unknown, string]>([
    ["openai", 400, { error: { message: "bad", type: "invalid_request_error" } }, "caller_error"],
    ["openai", 400, { error: { message: "This model's maximum context length is 8192 tokens", code: "context_length_exceeded" } }, "context_overflow"],
    ["openai", 400, { error: { message: "filtered", code: "content_filter" } }, "content_filtered"],
    ["xai", 400, { code: "x", error: "Incorrect API key provided: ab***." }, "credential_rejected"],
    ["openai", 401, {}, "credential_rejected"], ["openai", 403, "", "credential_rejected"], ["deepseek", 402, { error: { message: "Insufficient Balance" } }, "quota_exhausted"],
    ["openai", 404, {}, "server_error"], ["openai", 408, "", "timeout"], ["openai", 429, {}, "rate_limited"],
    ["openai", 429, { error: { code: "insufficient_quota", message: "You exceeded your current quota" } }, "quota_exhausted"],
    ["openai", 500, "<html>", "server_error"], ["openai", 502, "", "server_error"], ["openai", 503, "", "overloaded"], ["groq", 498, "", "overloaded"], ["openai", 504, "", "timeout"], ["openai", 302, "", "protocol_violation"],
    ["anthropic", 529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "overloaded"],
    ["anthropic", 400, { error: { type: "invalid_request_error", message: "Your credit balance is too low to access the API" } }, "quota_exhausted"],
    ["anthropic", 400, { error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" } }, "context_overflow"],
    ["anthropic", 413, { error: { type: "request_too_large", message: "x" } }, "context_overflow"], ["anthropic", 401, { error: { type: "authentication_error", message: "invalid x-api-key" } }, "credential_rejected"],
    ["anthropic", 429, { error: { type: "rate_limit_error", message: "x" } }, "rate_limited"], ["anthropic", 500, { error: { type: "api_error" } }, "server_error"],
    ["gemini", 400, { error: { code: 400, status: "INVALID_ARGUMENT", message: "API key not valid. Please pass a valid API key." } }, "credential_rejected"],
    ["gemini", 400, { error: { status: "INVALID_ARGUMENT", message: "The input token count (2000000) exceeds the maximum number of tokens allowed" } }, "context_overflow"],
    ["gemini", 400, [{ error: { status: "INVALID_ARGUMENT", message: "bad" } }], "caller_error"], ["gemini", 503, { error: { status: "UNAVAILABLE" } }, "overloaded"],
    ["gemini", 429, { error: { status: "RESOURCE_EXHAUSTED", message: "You exceeded your current quota, please check your plan and billing details." } }, "rate_limited"],
    ["gemini", 429, { error: { status: "RESOURCE_EXHAUSTED", details: [{ violations: [{ quotaId: "RequestsPerDayPerProject" }] }] } }, "quota_exhausted"],
  ])("%s %i %j is %s", (provider, status, body, failureClass) => {
    expect(classify(provider, status, body)).toMatchObject({ class: failureClass, status });
  });

  it("tells a timeout from a broken connection, without the transport's own words", () => {
    const transport = (timeout: boolean) => adapterFor("openai").classify({ at: "transport", phase: "connect", timeout, message: "ECONNREFUSED 10.0.0.1:443" });
    expect(transport(true)).toMatchObject({ class: "timeout", status: null });
    expect(transport(false).class).toBe("network");
    expect(transport(false).publicMessage).not.toContain("10.0.0.1");
  });

  it.each([
    "Incorrect API key provided: sk-proj-AbCdEf1234567890. See docs", "Authorization: Bearer abc.def.ghi failed", "token 4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e rejected", "key AIzaSyA1234567890abcdefghij is bad", "<p>gsk_abcdefghijklmnop123</p>",
  ])("never shows what looks like a key: %s", (message) => {
    expect(classify("openai", 400, { error: { message } }).publicMessage).not.toMatch(/AbCdEf|abc\.def|4f9a8b|AIzaSy|abcdefghij/);
  });

  it("keeps the public message short, on one line and never empty", () => {
    const long = classify("openai", 400, { error: { message: `a b\n${"word ".repeat(500)}` } }).publicMessage;
    expect(long.length).toBeLessThanOrEqual(PUBLIC_MESSAGE_CHARS_MAX);
    expect(long).not.toContain("\n");
    expect(classify("openai", 502, "<html></html>").publicMessage).toBe("The provider failed.");
  });
});

describe("retryAfterMs", () => {
  it.each<[Record<string, string>, number | null]>([
    [{ "retry-after": "120" }, 120_000], [{ "retry-after": "0.5" }, 500], [{ "Retry-After": "2" }, 2000], [{ "retry-after": "0" }, 0], [{ "retry-after": "86400" }, 86_400_000],
    [{ "retry-after": new Date(NOW + 5000).toUTCString() }, 5000], [{ "retry-after": new Date(NOW - 5000).toUTCString() }, 0],
    [{ "retry-after": "-5" }, null], [{ "retry-after": "NaN" }, null], [{ "retry-after": "Infinity" }, null], [{ "retry-after": "soon" }, null], [{ "retry-after": "1e30" }, null], [{ "retry-after": "" }, null],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 250], [{ "x-ms-retry-after-ms": "70" }, 70], [{ "retry-after": "6m0s" }, 360_000],
    [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "1s" }, 360_000],
    [{ "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:07Z" }, 7000], [{}, null],
  ])("%j is %s", (headers, expected) => {
    expect(retryAfterMs(headers, NOW)).toBe(expected);
  });

  it("reads durations as Google writes them", () => {
    expect(durationMs("46s")).toBe(46_000);
    expect(durationMs("10h17m5.7s")).toBe(37_025_700);
    expect(durationMs("-3s")).toBeNull();
    expect(classify("gemini", 429, { error: { status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "46s" }] } }).retryAfterMs).toBe(46_000);
  });
});

describe("the registry", () => {
  it("has an adapter of the profile's dialect for every provider, and none for a stranger", () => {
    for (const [id, profile] of PROVIDERS) expect(adapterFor(id).dialect).toBe(profile.dialect);
    expect([...PROVIDERS.keys()]).toEqual(expect.arrayContaining(["anthropic", "gemini", "openai"]));
    expect(() => adapterFor("nobody")).toThrow(RangeError);
  });

  it("puts the secret where each provider wants it", () => {
    const headers = (id: string) => authorizeHeaders(PROVIDERS.get(id) ?? expect.fail(), "s");
    expect([headers("openai"), headers("anthropic"), headers("gemini")]).toEqual([{ authorization: "Bearer s" }, { "x-api-key": "s" }, { "x-goog-api-key": "s" }]);
  });
});
