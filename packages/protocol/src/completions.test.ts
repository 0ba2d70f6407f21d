import { describe, expect, it } from "vitest";
import type { ChatChunk } from "./chat.ts";
import { chatFromCompletions, completionsLosses, CompletionsStreamWriter } from "./completions.ts";

const chunk = (delta: Readonly<Record<string, unknown>>, finish: "stop" | null = null): ChatChunk => ({ id: "req_1", object: "chat.completion.chunk", created: 1, model: "m", system_fingerprint: null, choices: [{ index: 0, delta, finish_reason: finish }] });

describe("legacy completions through the hub", () => {
  it("ask as a user, with every parameter that the Chat wire has", () => {
    expect(chatFromCompletions({ model: "m", prompt: ["Once"], max_tokens: 5, stop: "x", seed: 3 })).toEqual({ model: "m", messages: [{ role: "user", content: "Once" }], max_tokens: 5, stop: "x", seed: 3 });
  });
  it("report what only a model that continues text could do, and nothing that asks for nothing", () => {
    expect(completionsLosses({ model: "m", prompt: "x", suffix: "end", echo: false, best_of: 1, logprobs: 5 })).toEqual(["dropped:suffix", "dropped:logprobs"]);
  });
  it.each([[["a", "b"]], [[1, 2]], [[[1]]]])("refuse %j, naming the prompt", (prompt) => {
    expect(() => chatFromCompletions({ model: "m", prompt })).toThrow(expect.objectContaining({ param: "prompt" }) as Error);
  });
  it.each([true, false])("stream text, an end and a terminator; usage only if asked for (%s)", (asked) => {
    const writer = new CompletionsStreamWriter(asked);
    const text = writer.write(chunk({ role: "assistant", content: "" })) + writer.write(chunk({ content: "Hi" })) + writer.write(chunk({}, "stop")) + writer.write({ ...chunk({}), choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }) + writer.end({ cost: 1 });
    const frames = text.split("\n\n").filter(Boolean);
    expect(frames.length).toBe(asked ? 4 : 3);
    expect(frames[0]).toContain('"text":"Hi"');
    expect(text.includes('"cost":1')).toBe(asked);
    expect(frames.at(-1)).toBe("data: [DONE]");
  });
});
