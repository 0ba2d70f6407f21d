import { describe, expect, it } from "vitest";
import { failureOf, joinFrames } from "./delivery.ts";
import { anthropicWire } from "./wires/anthropic.ts";
import { geminiWire } from "./wires/gemini.ts";
import { openaiWire } from "./wires/openai.ts";

describe("error bodies", () => {
  it("have the shape of each wire", () => {
    expect(openaiWire.failure(failureOf(429, {}, "req_1"))).toEqual({ error: { message: "The simulator was asked to answer 429.", type: "requests", param: null, code: "rate_limit_exceeded" } });
    expect(openaiWire.failure(failureOf(429, { code: "insufficient_quota" }, "req_1"))).toMatchObject({ error: { type: "insufficient_quota", code: "insufficient_quota" } });
    expect(anthropicWire.failure(failureOf(529, {}, "req_1"))).toEqual({ type: "error", error: { type: "overloaded_error", message: "The simulator was asked to answer 529." }, request_id: "req_1" });
    expect(geminiWire.failure(failureOf(429, { retryAfterMs: "1500" }, "req_1"))).toMatchObject({ error: { code: 429, status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "1.5s" }] } });
  });

  it("name a wait in the body only where it is a number of seconds", () => {
    expect(failureOf(429, { retryAfter: "date+2" }, "r").retryAfterSeconds).toBeNull();
    expect(failureOf(429, { retryAfter: "-1" }, "r").retryAfterSeconds).toBe(-1);
  });
});

it("joins frames in their order", () => {
  expect(joinFrames([{ text: "a", tokens: 0, phase: "preamble" }, { text: "b", tokens: 1, phase: "content" }]).toString()).toBe("ab");
  expect(joinFrames([{ text: Uint8Array.of(1), tokens: 0, phase: "preamble" }, { text: Uint8Array.of(0xff), tokens: 1, phase: "content" }])).toEqual(Buffer.of(1, 0xff));
});
