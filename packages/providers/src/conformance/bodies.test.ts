import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { bodyOfBytes, callOf, extrasOf, textOfBytes } from "./harness.ts";

const call = (more: Parameters<typeof callOf>[1] = {}) => callOf({ model: "m", max_tokens: 5, messages: [{ role: "user", content: "hi" }] }, more);
const relay = (provider: string, body: unknown, more: Parameters<typeof callOf>[1] = {}) =>
  adapterFor(provider).relayBody(call(more), Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), extrasOf(provider));

const CHAT = { id: "c1", object: "chat.completion", created: 5, model: "gpt", choices: [{ index: 0, message: { role: "assistant", content: "Hé" }, finish_reason: "stop" }], usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } };
const MESSAGE = { id: "msg_1", type: "message", role: "assistant", model: "claude", stop_reason: "tool_use", stop_sequence: null, content: [{ type: "thinking", thinking: "hm", signature: "sig" }, { type: "text", text: "ok" }, { type: "tool_use", id: "t1", name: "f", input: { a: 1 } }], usage: { input_tokens: 3, cache_read_input_tokens: 4, cache_creation_input_tokens: 5, output_tokens: 6 } };
const GEMINI = { candidates: [{ content: { parts: [{ text: "hm", thought: true }, { text: "ok" }, { functionCall: { name: "f", args: { a: 1 } }, thoughtSignature: "sig" }] }, finishReason: "STOP" }], usageMetadata: { promptTokenCount: 9, cachedContentTokenCount: 4, candidatesTokenCount: 6, thoughtsTokenCount: 2 }, modelVersion: "gemini" };

describe("plain answers", () => {
  it("splices provider, cost and a missing fingerprint into an OpenAI answer and leaves every other byte", () => {
    const raw = '{ "id":"c1", "choices":[{"message":{"content":"a","role":"assistant"},"finish_reason":"stop"}], "usage":{"prompt_tokens": 10,"completion_tokens":2} }';
    expect(textOfBytes(relay("openai", raw).bytes)).toBe('{ "id":"c1", "choices":[{"message":{"content":"a","role":"assistant"},"finish_reason":"stop"}], "usage":{"prompt_tokens": 10,"completion_tokens":2,"cost":0.00003,"cost_details":{"upstream_inference_cost":0.00003}} ,"provider":"openai","system_fingerprint":null}');
  });

  it("splices the same into an Anthropic answer for a Messages caller", () => {
    const { bytes, observation } = relay("anthropic", MESSAGE, { inbound: "messages" });
    expect(bodyOfBytes(bytes)).toEqual({ ...MESSAGE, usage: { ...MESSAGE.usage, cost: 0.000072, cost_details: { upstream_inference_cost: 0.000072 } }, provider: "anthropic" });
    expect(observation).toMatchObject({ finishReason: "tool_calls", complete: true, usage: { inputTokens: 3, cacheReadTokens: 4, cacheWriteTokens: 5, outputTokens: 6 } });
  });

  it("translates Anthropic to Chat Completions, thinking carried along", () => {
    expect(bodyOfBytes(relay("anthropic", MESSAGE).bytes)).toMatchObject({
      object: "chat.completion", created: 1_700_000_000, system_fingerprint: null, provider: "anthropic",
      choices: [{ finish_reason: "tool_calls", message: { content: "ok", reasoning: "hm", reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "sig" }], tool_calls: [{ id: "t1", type: "function", function: { name: "f", arguments: '{"a":1}' } }] } }],
      usage: { prompt_tokens: 12, completion_tokens: 6, total_tokens: 18, prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 5 } },
    });
  });

  it("gives the emulated JSON answer back as content", () => {
    const answer = { ...MESSAGE, content: [{ type: "tool_use", id: "t", name: "json_answer", input: { a: 1 } }] };
    expect(bodyOfBytes(relay("anthropic", answer).bytes)).toMatchObject({ choices: [{ finish_reason: "stop", message: { content: '{"a":1}' } }] });
  });

  it("translates Gemini to Chat Completions, the signature carried along", () => {
    const { bytes, observation } = relay("gemini", GEMINI);
    expect(bodyOfBytes(bytes)).toMatchObject({ choices: [{ finish_reason: "tool_calls", message: { content: "ok", reasoning: "hm", tool_calls: [{ function: { name: "f", arguments: '{"a":1}' }, extra_content: { google: { thought_signature: "sig" } } }] } }], usage: { prompt_tokens: 9, completion_tokens: 8 } });
    expect(observation.usage).toEqual({ inputTokens: 5, cacheReadTokens: 4, cacheWriteTokens: 0, outputTokens: 6, reasoningTokens: 2, basis: "reported" });
  });

  it.each([["openai", CHAT, [{ type: "text", text: "Hé" }], "end_turn"], ["gemini", GEMINI, [{ type: "thinking", thinking: "hm" }, { type: "text", text: "ok" }, { type: "tool_use", name: "f", input: { a: 1 } }], "tool_use"]] as const)("translates %s to Messages", (provider, answer, content, stopReason) => {
    expect(bodyOfBytes(relay(provider, answer, { inbound: "messages" }).bytes)).toMatchObject({ type: "message", role: "assistant", stop_reason: stopReason, content, usage: { cost: expect.any(Number) } });
  });

  it("takes a refusal for an answer with a content filter's finish", () => {
    const { bytes, observation } = relay("anthropic", { ...MESSAGE, content: [], stop_reason: "refusal", stop_details: { explanation: "no" } });
    expect(observation.failure).toBeNull();
    expect(bodyOfBytes(bytes)).toMatchObject({ choices: [{ finish_reason: "content_filter", message: { content: null, refusal: "no" } }] });
  });
});

describe("a 200 that is worth nothing to a caller of the provider's own wire", () => {
  const SCHEMA = { type: "object", properties: { a: {} }, required: ["a"] };
  const wire = {
    messages: { provider: "anthropic", demand: { output_config: { format: { type: "json_schema", schema: SCHEMA } } }, say: (text: string) => ({ ...MESSAGE, stop_reason: "end_turn", content: text === "" ? [] : [{ type: "text", text }], usage: { input_tokens: 1, output_tokens: text.length } }), use: (input: unknown) => ({ ...MESSAGE, content: [{ type: "tool_use", id: "t", name: "f", input }] }) },
    responses: { provider: "openai", demand: { text: { format: { type: "json_schema", name: "n", schema: SCHEMA } } }, say: (text: string) => ({ id: "resp_1", object: "response", status: "completed", model: "m", output: text === "" ? [] : [{ type: "message", role: "assistant", content: [{ type: "output_text", text }] }], usage: { input_tokens: 1, output_tokens: text.length } }), use: (input: unknown) => ({ id: "resp_1", object: "response", status: "completed", model: "m", output: [{ type: "function_call", call_id: "c", name: "f", arguments: typeof input === "string" ? input : JSON.stringify(input) }], usage: { input_tokens: 1, output_tokens: 1 } }) },
  } as const;
  const failureOf = (inbound: keyof typeof wire, answer: unknown, demand = {}): unknown => {
    const body = { model: "m", max_tokens: 5, messages: [{ role: "user", content: "hi" }], input: "hi", ...demand };
    return adapterFor(wire[inbound].provider, { inbound, upstreamModel: "" }).relayBody(callOf(body, { inbound }), Buffer.from(JSON.stringify(answer)), extrasOf(wire[inbound].provider)).observation.failure;
  };

  it.each(["messages", "responses"] as const)("fails the attempt of %s: silence that cost nothing, a call that cannot be read, another form than the demanded", (inbound) => {
    const { say, use, demand } = wire[inbound];
    const answers: [unknown, object?][] = [[say("")], [use("{oops")], [use(7)], [say("Sure!"), demand], [say('{"b":1}'), demand], [say('{"a":'), demand]];
    for (const [answer, demanded] of answers) expect(failureOf(inbound, answer, demanded), JSON.stringify(answer)).toMatchObject({ class: demanded ? "form_violation" : "protocol_violation" });
  });

  it.each(["messages", "responses"] as const)("counts of %s: words, a call with arguments and one without, the demanded object, a cut one", (inbound) => {
    const { say, use, demand } = wire[inbound];
    const cut = inbound === "messages" ? { ...say('{"a":'), stop_reason: "max_tokens" } : { ...say('{"a":'), status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    const answers: [unknown, object?][] = [[say("Sure!")], [use({ a: 1 })], [use({})], [say('{"a":1}'), demand], [cut, demand]];
    for (const [answer, demanded] of answers) expect(failureOf(inbound, answer, demanded), JSON.stringify(answer)).toBeNull();
  });

  it("counts what a provider's own tool did, though nothing was said yet", () => {
    expect(failureOf("messages", { ...MESSAGE, stop_reason: "pause_turn", content: [{ type: "server_tool_use", id: "s", name: "web_search", input: {} }], usage: { input_tokens: 1, output_tokens: 0 } })).toBeNull();
  });
});

describe("a 200 that is no answer", () => {
  const EMPTY = { openai: { ...CHAT, choices: [{ index: 0, message: { role: "assistant", content: "" }, finish_reason: null }] }, anthropic: { ...MESSAGE, content: [], stop_reason: null }, gemini: { candidates: [{ content: {} }] } } as const;
  const rows = (["openai", "anthropic", "gemini"] as const).flatMap((provider) => [
    [provider, "<html>bad gateway</html>", "protocol_violation"], [provider, "", "protocol_violation"], [provider, '{"choices":[', "protocol_violation"],
    [provider, "{}", "protocol_violation"], [provider, JSON.stringify(EMPTY[provider]), "protocol_violation"], [provider, '{"error":{"message":"x","type":"overloaded_error","status":"UNAVAILABLE"}}', "overloaded"],
  ] as const);
  it.each(rows)("%s: %s fails the attempt", (provider, body, failureClass) => {
    for (const inbound of ["chat_completions", "messages"] as const) {
      const { bytes, observation } = relay(provider, body, { inbound });
      expect(observation).toMatchObject({ failure: { class: failureClass, status: 200 }, complete: false });
      expect(bytes).toHaveLength(0);
    }
  });
});

describe("usage", () => {
  const usageOf = (usage: unknown) => relay("openai", { ...CHAT, usage }).observation.usage;
  it.each([["zero is a value", { prompt_tokens: 0, completion_tokens: 0 }, 0, 0], ["null details", { prompt_tokens: 3, completion_tokens: 2, prompt_tokens_details: null }, 3, 2], ["a cache larger than the prompt", { prompt_tokens: 3, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 9 } }, 0, 2]])("%s", (_title, usage, inputTokens, outputTokens) => {
    expect(usageOf(usage)).toMatchObject({ inputTokens, outputTokens });
  });
  it("tells reasoning that comes on top of the completion from reasoning within it", () => {
    const details = { completion_tokens_details: { reasoning_tokens: 227 } };
    expect(usageOf({ prompt_tokens: 307, completion_tokens: 26, total_tokens: 560, ...details })).toMatchObject({ outputTokens: 26, reasoningTokens: 227 });
    expect(usageOf({ prompt_tokens: 10, completion_tokens: 300, total_tokens: 310, ...details })).toMatchObject({ outputTokens: 73, reasoningTokens: 227 });
  });
  it.each([[null], ["x"], [{}], [{ prompt_tokens: -1, completion_tokens: 1 }], [{ prompt_tokens: 1.5, completion_tokens: 1 }], [{ prompt_tokens: "1", completion_tokens: 1 }], [{ prompt_tokens: 1, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: "9" } }]])("%j is no usage", (usage) => {
    expect(usageOf(usage)).toBeNull();
  });
});
