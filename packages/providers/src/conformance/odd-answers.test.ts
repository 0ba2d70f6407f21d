import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { bodyOfBytes, callOf, dataOf, extrasOf, relayAll, targetOf, whole } from "./harness.ts";

/** What recordings cannot judge by themselves: the very form in which an unusual answer reaches a caller. */
const ASK = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "x" }] };
const chunk = (delta: object, finish: string | null = null, more: object = {}) => ({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }], ...more });
const sse = (chunks: readonly object[]): Buffer => Buffer.from(chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(""));
const streamed = (chunks: readonly object[], { provider = "openai", inbound = "messages" as "messages" | "chat_completions" | "responses" } = {}) =>
  relayAll(adapterFor(provider).relayStream(callOf({ ...ASK, stream: true, ...(inbound === "responses" ? { input: "x" } : {}) }, { inbound, wantsUsageChunk: true }), targetOf(provider, "up"), extrasOf(provider)), whole(sse(chunks)));
const plain = (answer: object, { provider = "openai", inbound = "messages" as "messages" | "chat_completions" | "responses" } = {}) =>
  adapterFor(provider).relayBody(callOf(inbound === "responses" ? { ...ASK, input: "x" } : ASK, { inbound }), Buffer.from(JSON.stringify(answer)), extrasOf(provider));
const answer = (message: object, finish: string, more: object = {}) => ({ id: "c", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: null, ...message }, finish_reason: finish }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }, ...more });
const inputOf = (text: string): unknown => JSON.parse(dataOf(text).map((event) => (event["delta"] as { partial_json?: string } | undefined)?.partial_json ?? "").join(""));

describe("calls that are no functions with JSON", () => {
  const TEXT = 'print("ü\n☕ \\ 🎈")';

  it("reach callers of the Messages API with their free text as the one argument, plain and in pieces that split a character", () => {
    const whole = plain(answer({ tool_calls: [{ id: "t1", type: "custom", custom: { name: "run", input: TEXT } }] }, "tool_calls"));
    expect(bodyOfBytes(whole.bytes)["content"]).toEqual([{ type: "tool_use", id: "t1", name: "run", input: { input: TEXT } }]);
    const pieces = TEXT.split("").map((input) => chunk({ tool_calls: [{ index: 0, custom: { input } }] }));
    const { text, observation } = streamed([chunk({ role: "assistant", content: null, tool_calls: [{ index: 0, id: "t1", type: "custom", custom: { name: "run", input: "" } }] }), ...pieces, chunk({}, "tool_calls")]);
    expect(observation).toMatchObject({ complete: true, finishReason: "tool_calls" });
    expect(inputOf(text)).toEqual({ input: TEXT });
  });

  it("reach them although they are of before there were tools, or have an object for arguments", () => {
    const legacy = plain(answer({ function_call: { name: "f", arguments: '{"a":1}' } }, "function_call"));
    expect(bodyOfBytes(legacy.bytes)).toMatchObject({ stop_reason: "tool_use", content: [{ type: "tool_use", id: "call_test", name: "f", input: { a: 1 } }] });
    const { text } = streamed([chunk({ role: "assistant", content: null, function_call: { name: "f", arguments: "" } }), chunk({ function_call: { arguments: '{"a":' } }), chunk({ function_call: { arguments: "1}" } }), chunk({}, "function_call")]);
    expect(inputOf(text)).toEqual({ a: 1 });
    const object = plain(answer({ tool_calls: [{ id: "t1", type: "function", function: { name: "f", arguments: { a: 1 } } }] }, "tool_calls"), { provider: "mistral" });
    expect(bodyOfBytes(object.bytes)["content"]).toMatchObject([{ input: { a: 1 } }]);
  });
});

describe("an end under 200 that is a breakdown", () => {
  it.each([["deepseek", "insufficient_system_resource", "overloaded"], ["mistral", "error", "server_error"]])("at %s as %s is a failure, so that another candidate may serve", (provider, finish, failureClass) => {
    for (const inbound of ["messages", "chat_completions"] as const) {
      expect(plain(answer({ content: "half" }, finish), { provider, inbound }).observation.failure?.class).toBe(failureClass);
      const { text, observation } = streamed([chunk({ role: "assistant", content: "half" }), chunk({ content: "" }, finish)], { provider, inbound });
      expect(observation).toMatchObject({ complete: false, failure: { class: failureClass } });
      expect(text).not.toMatch(/\[DONE\]|message_stop/);
    }
  });
});

describe("usage in other places", () => {
  it.each([["groq", { x_groq: { id: "r", usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } } }, {}], ["moonshot", {}, { usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } }]])("is metered at %s", (provider, top, within) => {
    const last = chunk({}, "stop", top);
    for (const inbound of ["messages", "chat_completions"] as const) {
      const { observation } = streamed([chunk({ role: "assistant", content: "hi" }), { ...last, choices: [{ ...last.choices[0], ...within }] }], { provider, inbound });
      expect(observation.usage).toMatchObject({ inputTokens: 11, outputTokens: 7, basis: "reported" });
    }
  });
});

describe("what stands beside the text", () => {
  it("of Bedrock's cited answers is not taken for nothing: the text within citations arrives", () => {
    const cited = { output: { message: { role: "assistant", content: [{ citationsContent: { content: [{ text: "Blue." }], citations: [] } }] } }, stopReason: "end_turn", usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } };
    expect(bodyOfBytes(plain(cited, { provider: "bedrock" }).bytes)["content"]).toMatchObject([{ type: "text", text: "Blue." }]);
  });

  it("of Gemini's answers are its pictures, plain and streamed, but not the drafts of its thoughts", () => {
    const parts = [{ thought: true, inlineData: { mimeType: "image/png", data: "ZHJhZnQ=" } }, { inlineData: { mimeType: "image/png", data: "aW1n" } }];
    const body = { candidates: [{ content: { role: "model", parts }, finishReason: "STOP", index: 0 }], usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1290, totalTokenCount: 1291 } };
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,aW1n" } };
    expect(bodyOfBytes(plain(body, { provider: "gemini", inbound: "chat_completions" }).bytes)["choices"]).toMatchObject([{ message: { images: [image] } }]);
    const { text, observation } = streamed([body], { provider: "gemini", inbound: "chat_completions" });
    expect(observation.complete).toBe(true);
    expect(dataOf(text).flatMap((event) => (event["choices"] as { delta: { images?: unknown[] } }[]).flatMap(({ delta }) => delta.images ?? []))).toEqual([image]);

    const block = { type: "image", source: { type: "base64", media_type: "image/png", data: "aW1n" } };
    expect(bodyOfBytes(plain(body, { provider: "gemini", inbound: "messages" }).bytes)["content"]).toEqual([block]);
    expect(dataOf(streamed([body], { provider: "gemini", inbound: "messages" }).text).filter(({ type }) => type === "content_block_start").map((event) => event["content_block"])).toEqual([block]);

    const item = { type: "image_generation_call", status: "completed", output_format: "png", result: "aW1n" };
    expect(bodyOfBytes(plain(body, { provider: "gemini", inbound: "responses" }).bytes)["output"]).toMatchObject([item]);
    const events = dataOf(streamed([body], { provider: "gemini", inbound: "responses" }).text);
    expect(events.filter(({ type }) => type === "response.output_item.done").map((event) => event["item"])).toMatchObject([item]);
    expect(events.at(-1)?.["response"]).toMatchObject({ status: "completed", output: [item] });
  });
});
