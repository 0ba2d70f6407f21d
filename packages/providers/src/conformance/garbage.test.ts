import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adapterFor, PROVIDERS } from "../registry.ts";
import { callOf, chunkMessage, converseMessage, eventStreamMessage, extrasOf, relayAll, seededSplits, targetOf } from "./harness.ts";

/** One provider of every way in which a dialect is served. */
const SERVED = ["openai", "anthropic", "gemini", "bedrock", "bedrock-anthropic", "vertex-anthropic", "cohere"];
const INBOUND = ["chat_completions", "messages"] as const;
const RUNS = 150;
const WORDS = ["type", "index", "delta", "message", "content", "text", "choices", "usage", "candidates", "parts", "functionCall", "toolUse", "tool_calls", "function", "arguments", "finish_reason", "stopReason", "finishReason", "output", "error", "usageMetadata", "contentBlockIndex", "reasoningContent", "partialArgs", "jsonPath"];

/** JSON that looks like an answer by its field names and like nothing by its shapes. */
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, fc.constantFrom(null, true, 0, -1, 1.5, 9e15, "", "stop", "tool_use", "message_delta", "content-delta", "é"), fc.array(tie("value"), { maxLength: 3 }), tie("object")),
  object: fc.dictionary(fc.constantFrom(...WORDS), tie("value"), { maxKeys: 5 }),
})).object;

const call = (inbound: (typeof INBOUND)[number], stream: boolean) => callOf({ model: "m", max_tokens: 5, stream, messages: [{ role: "user", content: "x" }] }, { inbound, wantsUsageChunk: true });
const stream = (provider: string, inbound: (typeof INBOUND)[number], bytes: Uint8Array, seed: number) => relayAll(adapterFor(provider).relayStream(call(inbound, true), targetOf(provider, "up"), extrasOf(provider)), seededSplits(bytes, seed));

describe.each(SERVED)("%s", (provider) => {
  it("takes any bytes for a stream without an exception, and ends none that it did not finish", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(), fc.constantFrom(...INBOUND), (bytes, seed, inbound) => {
      const { observation, text } = stream(provider, inbound, bytes, seed);
      expect(observation.failure === null).toBe(observation.complete);
      if (!observation.complete) expect(text).not.toMatch(/\[DONE\]/);
    }), { numRuns: RUNS });
  });

  it("takes any events for a stream without an exception", () => {
    const frames = provider === "bedrock"
      ? json.map((value) => Buffer.concat([eventStreamMessage({ ":event-type": "contentBlockDelta", ":message-type": "event" }, JSON.stringify(value)), converseMessage(JSON.stringify({ messageStop: value }))]))
      : json.map((value) => (provider === "bedrock-anthropic" ? Buffer.from(chunkMessage(JSON.stringify(value))) : Buffer.from(`data: ${JSON.stringify(value)}\n\n`)));
    fc.assert(fc.property(fc.array(frames, { maxLength: 5 }), fc.nat(), fc.constantFrom(...INBOUND), (parts, seed, inbound) => {
      const { observation } = stream(provider, inbound, Buffer.concat(parts), seed);
      expect(observation.failure === null).toBe(observation.complete);
      for (const count of Object.values(observation.usage ?? {})) expect(typeof count === "string" || (Number.isSafeInteger(count) && count >= 0)).toBe(true);
    }), { numRuns: RUNS });
  });

  it("takes any body for an answer or an error without an exception", () => {
    fc.assert(fc.property(fc.oneof(json.map((value) => Buffer.from(JSON.stringify(value))), fc.uint8Array({ maxLength: 200 })), fc.constantFrom(...INBOUND), fc.integer({ min: 200, max: 599 }), (body, inbound, status) => {
      const { observation, bytes } = adapterFor(provider).relayBody(call(inbound, false), body, extrasOf(provider));
      expect(observation.failure === null).toBe(observation.complete);
      expect(bytes.length > 0).toBe(observation.complete);
      expect(adapterFor(provider).classify({ at: "response", status, headers: {}, body, nowMs: 0 }).publicMessage).not.toBe("");
    }), { numRuns: RUNS });
  });
});

it("every provider takes a call of either API without an exception", () => {
  for (const [id, profile] of PROVIDERS) for (const inbound of INBOUND) expect(adapterFor(id).prepare(call(inbound, true), targetOf(id, "up", { baseUrl: profile.baseUrl })).url).toMatch(/^https?:\/\//);
});
