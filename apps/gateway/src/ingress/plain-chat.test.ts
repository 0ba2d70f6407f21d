import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPlainChat } from "./plain-chat.ts";
import { chatCompletionsBodySchema, COUNT_MAX } from "./request-fields.ts";

const odd = fc.constantFrom<unknown>(null, "", -1, 0.5, COUNT_MAX + 1, true, [], {});
const mostly = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: odd });
const role = mostly(fc.constantFrom("system", "developer", "user", "assistant", "tool", "function"));
const message = mostly(fc.record({ role, content: fc.oneof(fc.string(), odd), name: odd }, { requiredKeys: ["role"] }));
const body = fc.record({
  model: mostly(fc.string({ minLength: 1, maxLength: 257 })), messages: mostly(fc.array(message, { maxLength: 3 })), stream: mostly(fc.boolean()), max_tokens: mostly(fc.nat()),
  temperature: mostly(fc.double({ min: 0, max: 2.1, noNaN: true })), top_p: mostly(fc.double({ min: 0, max: 1.1 })), user: mostly(fc.string()), unknown_field: odd,
}, { requiredKeys: ["messages"] });
const withMore = fc.tuple(body, fc.option(fc.record({ n: odd, tools: odd, provider: odd, routing: odd, max_completion_tokens: odd }, { requiredKeys: [] }))).map(([fields, more]) => ({ ...fields, ...more }));

describe("a plain chat body", () => {
  it("is one that the schema accepts without changing it, whatever the body", () => {
    let plain = 0;
    fc.assert(fc.property(withMore, (candidate) => {
      if (!isPlainChat(candidate)) return;
      plain++;
      const parsed = chatCompletionsBodySchema.safeParse(candidate);
      expect(parsed.success).toBe(true);
      expect(parsed.data).toEqual(candidate);
    }), { numRuns: 3000 });
    expect(plain).toBeGreaterThan(10);
  });
  it("takes what clients send every day", () => {
    expect(isPlainChat({ model: "openai/gpt-5-mini", messages: [{ role: "user", content: "hi" }], stream: true, temperature: 1, max_tokens: 5, user: "u", seed: 7 })).toBe(true);
  });
  it("leaves to the schema whatever steers the gateway", () => {
    const messages = [{ role: "user", content: "hi" }];
    for (const field of ["models", "provider", "routing", "routing_preset", "metadata", "tools", "response_format"]) expect(isPlainChat({ messages, [field]: {} })).toBe(false);
  });
});
