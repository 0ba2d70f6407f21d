import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { bodyOfBytes, byteByByte, callOf, dataOf, extrasOf, firstFrames, frameCount, relayAll, seededSplits, targetOf, whole } from "./harness.ts";

const fixture = (name: string): string => readFileSync(new URL(`../dialects/cohere/__fixtures__/${name}/upstream-response.sse`, import.meta.url), "utf8");
const INBOUND = ["chat_completions", "messages"] as const;
const ASK = { model: "m", messages: [{ role: "user", content: "hi" }], max_tokens: 5 };
const open = (inbound: (typeof INBOUND)[number]) => adapterFor("cohere").relayStream(callOf({ ...ASK, stream: true }, { inbound, wantsUsageChunk: true }), targetOf("cohere", "up"), extrasOf("cohere"));
const deltas = (text: string): Record<string, unknown>[] => dataOf(text).flatMap((chunk) => (chunk["choices"] as { delta: Record<string, unknown> }[]).map((choice) => choice.delta));
const USAGE = { inputTokens: 12, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 30, reasoningTokens: 0, basis: "reported" };

describe.each(INBOUND.flatMap((inbound) => [{ name: "thinking-and-text", finish: "stop", inbound }, { name: "tools", finish: "tool_calls", inbound }]))("$name for $inbound", ({ name, finish, inbound }) => {
  const stream = fixture(name);
  const bytes = Buffer.from(stream);
  const expected = relayAll(open(inbound), whole(bytes));

  it("ends complete, with finish reason, the billed units for usage and their cost", () => {
    expect(expected.observation).toMatchObject({ failure: null, complete: true, finishReason: finish, usage: USAGE });
    expect(expected.text).toContain('"cost":');
  });

  it("gives the same bytes at every split, and never ends when cut", () => {
    expect(relayAll(open(inbound), byteByByte(bytes)).text).toBe(expected.text);
    for (let seed = 1; seed <= 20; seed++) expect(relayAll(open(inbound), seededSplits(bytes, seed)).text).toBe(expected.text);
    for (let count = 0; count < frameCount(stream); count++) {
      for (const how of ["upstream_lost", "complete"] as const) {
        const { text, observation } = relayAll(open(inbound), whole(firstFrames(stream, count)), how);
        expect(observation.complete).toBe(observation.finishReason !== null);
        expect(observation.failure === null).toBe(observation.complete);
        expect(/\[DONE\]|message_stop/.test(text)).toBe(observation.complete);
      }
    }
  });
});

describe("the stream", () => {
  it("shows thinking and plan as reasoning, calls with whole arguments, and citations as they came", () => {
    const text = deltas(relayAll(open("chat_completions"), whole(Buffer.from(fixture("thinking-and-text")))).text);
    expect(text.map((delta) => delta["reasoning"] ?? "").join("")).toBe("Let me see.");
    expect(text.map((delta) => delta["content"] ?? "").join("")).toBe("Grüße ☕");
    expect(text.flatMap((delta) => (delta["citations"] as unknown[] | undefined) ?? [])).toMatchObject([{ start: 0, end: 5, sources: [{ id: "doc:0" }] }]);
    const tools = deltas(relayAll(open("chat_completions"), whole(Buffer.from(fixture("tools")))).text);
    const calls = tools.flatMap((delta) => (delta["tool_calls"] as { index: number; id?: string; function: { name?: string; arguments: string } }[] | undefined) ?? []);
    expect(calls.filter((call) => call.id).map((call) => [call.index, call.id, call.function.name])).toEqual([[0, "weather_1", "weather"], [1, "now_1", "now"]]);
    expect([0, 1].map((index) => calls.filter((call) => call.index === index).map((call) => call.function.arguments).join(""))).toEqual(['{"city": "Zürich"}', "{}"]);
    expect(tools.map((delta) => delta["reasoning"] ?? "").join("")).toBe("I will look twice.");
  });

  it("commits with the first content and not before", () => {
    const relay = open("chat_completions");
    relay.push(firstFrames(fixture("thinking-and-text"), 2));
    expect(relay.committed).toBe(false);
    relay.push(Buffer.from('data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"a"}}}}\n\n'));
    expect(relay.committed).toBe(true);
  });

  it.each([
    ['data: {"type":"message-end","delta":{"error":"boom","finish_reason":"ERROR"}}\n\n', "server_error"], ['data: {"type":"message-end","delta":{"finish_reason":"TIMEOUT"}}\n\n', "timeout"],
    ['data: {"message":"too many tokens: the total number of tokens in the prompt cannot exceed 4081"}\n\n', "context_overflow"], ["data: <html>\n\n", "protocol_violation"], ["", "protocol_violation"], ["data: [DONE]\n\n", "protocol_violation"],
  ])("fails on %s as %s", (stream, failureClass) => {
    for (const inbound of INBOUND) {
      const { text, observation } = relayAll(open(inbound), whole(Buffer.from(stream)));
      expect(observation).toMatchObject({ failure: { class: failureClass }, complete: false });
      expect(text).not.toMatch(/\[DONE\]|message_stop/);
    }
  });
});

const ANSWER = { id: "c1", finish_reason: "TOOL_CALL", message: { role: "assistant", tool_plan: "look", content: [{ type: "thinking", thinking: "hm, " }, { type: "text", text: "ok" }], tool_calls: [{ id: "t1", type: "function", function: { name: "f", arguments: '{"a":1}' } }], citations: [{ start: 0, end: 2 }] }, usage: { tokens: { input_tokens: 500, output_tokens: 9 }, billed_units: { input_tokens: 3, output_tokens: 6 } } };
const relayBody = (answer: unknown, inbound: (typeof INBOUND)[number] = "chat_completions") => adapterFor("cohere").relayBody(callOf(ASK, { inbound }), Buffer.from(typeof answer === "string" ? answer : JSON.stringify(answer)), extrasOf("cohere"));

describe("plain answers", () => {
  it("come with text, reasoning, tool calls, citations and billed usage", () => {
    const { bytes, observation } = relayBody(ANSWER);
    expect(bodyOfBytes(bytes)).toMatchObject({ id: "c1", model: "m", choices: [{ finish_reason: "tool_calls", message: { content: "ok", reasoning: "hm, look", citations: [{ start: 0, end: 2 }], tool_calls: [{ id: "t1", function: { name: "f", arguments: '{"a":1}' } }] } }], usage: { prompt_tokens: 3, completion_tokens: 6, cost: expect.any(Number) } });
    expect(observation).toMatchObject({ complete: true, usage: { inputTokens: 3, outputTokens: 6 } });
    expect(bodyOfBytes(relayBody(ANSWER, "messages").bytes)).toMatchObject({ type: "message", stop_reason: "tool_use" });
  });

  it.each([["<html>", "protocol_violation"], ["{}", "protocol_violation"], [{ message: "boom" }, "protocol_violation"], [{ ...ANSWER, finish_reason: "ERROR" }, "server_error"], [{ error: { message: "too many tokens" } }, "context_overflow"]])("that are none fail the attempt: %j", (body, failureClass) => {
    const { bytes, observation } = relayBody(body);
    expect(observation).toMatchObject({ failure: { class: failureClass }, complete: false });
    expect(bytes).toHaveLength(0);
  });
});

const prepare = (model: string, body: Record<string, unknown>, more: Parameters<typeof callOf>[1] = {}) => {
  const request = adapterFor("cohere").prepare(callOf({ ...ASK, max_tokens: undefined, ...body }, more), targetOf("cohere", model, { baseUrl: "https://api.cohere.com" }));
  return { ...request, json: bodyOfBytes(request.body) };
};
const TOOL = (name: string, strict = false) => ({ type: "function", function: { name, parameters: { type: "object", properties: {} }, ...(strict ? { strict } : {}) } });

describe("requests", () => {
  it("translate a conversation with images, tools and a plan", () => {
    const { json, losses, url } = prepare("command-a-03-2025", {
      stream: true, max_completion_tokens: 100, stop: "END", top_p: 0.5, top_k: 3, seed: 7, tool_choice: "required", tools: [TOOL("f")],
      messages: [
        { role: "developer", content: "Be brief." }, { role: "user", content: [{ type: "text", text: "look" }, { type: "image_url", image_url: { url: "https://x.test/a.png" } }, { type: "input_audio", input_audio: {} }] },
        { role: "assistant", content: null, reasoning: "I will look.", tool_calls: [{ id: "t1", type: "function", function: { name: "f", arguments: "" } }] }, { role: "tool", tool_call_id: "t1", content: [{ type: "text", text: "one" }] },
      ],
    });
    expect(url).toBe("https://api.cohere.com/v2/chat");
    expect(json).toEqual({
      model: "command-a-03-2025", stream: true, max_tokens: 100, stop_sequences: ["END"], p: 0.5, k: 3, seed: 7, tool_choice: "REQUIRED", tools: [TOOL("f")],
      messages: [
        { role: "system", content: "Be brief." }, { role: "user", content: [{ type: "text", text: "look" }, { type: "image_url", image_url: { url: "https://x.test/a.png" } }] },
        { role: "assistant", tool_calls: [{ id: "t1", type: "function", function: { name: "f", arguments: "{}" } }], tool_plan: "I will look." }, { role: "tool", tool_call_id: "t1", content: "one" },
      ],
    });
    expect(losses).toEqual(["dropped:messages.input_audio"]);
  });

  it.each<[string, string, Record<string, unknown>, Record<string, unknown>, string[]]>([
    ["values out of its bounds", "command-a", { max_tokens: 9999, top_p: 1, presence_penalty: -1, frequency_penalty: 2, stop: ["1", "2", "3", "4", "5", "6"] }, { max_tokens: 4096, p: 0.99, presence_penalty: 0, frequency_penalty: 1, stop_sequences: ["1", "2", "3", "4", "5"] }, ["clamped:max_tokens", "clamped:top_p", "clamped:frequency_penalty", "clamped:presence_penalty", "clamped:stop"]],
    ["one function of two", "command-a", { tools: [TOOL("f"), TOOL("g")], tool_choice: { type: "function", function: { name: "g" } } }, { tools: [TOOL("g")], tool_choice: "REQUIRED" }, ["emulated:tool_choice"]],
    ["no tool, and strict ones", "command-a", { tools: [TOOL("f", true)], tool_choice: "none" }, { tool_choice: "NONE", strict_tools: true }, []],
    ["a JSON schema", "command-a", { response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } } }, { response_format: { type: "json_object", json_schema: { type: "object" } } }, []],
    ["a JSON schema beside tools", "command-a", { tools: [TOOL("f")], response_format: { type: "json_object" } }, { messages: [{ role: "system", content: expect.stringContaining("one JSON object") }, { role: "user" }] }, ["emulated:response_format"]],
    ["an effort", "command-a-reasoning-08-2025", { reasoning_effort: "low" }, { thinking: { type: "enabled", token_budget: 2048 } }, ["emulated:reasoning_effort"]],
    ["no effort", "command-a-reasoning-08-2025", { reasoning_effort: "none" }, { thinking: { type: "disabled" } }, ["emulated:reasoning_effort"]],
    ["an effort of a model that has none", "command-a", { reasoning_effort: "low" }, {}, ["dropped:reasoning_effort"]],
    ["fields without a counterpart", "command-a", { logit_bias: { 1: 2 }, user: "u", logprobs: true }, {}, ["dropped:logit_bias", "dropped:user", "dropped:logprobs"]],
  ])("handle %s", (_title, model, body, expected, losses) => {
    const request = prepare(model, body);
    expect(request.json).toMatchObject(expected);
    expect(request.losses).toEqual(losses);
  });
});

it.each<[number, string, string]>([
  [400, "invalid request: message must be at least 1 token long", "caller_error"], [400, "too many tokens: the total number of tokens in the prompt cannot exceed 128000 - received 132000.", "context_overflow"], [401, "invalid api token", "credential_rejected"],
  [402, "Please add or update your payment method", "quota_exhausted"], [404, "model 'x' not found", "server_error"], [422, "invalid type", "caller_error"], [429, "You are using a Trial key, which is limited to 20 API calls / minute.", "rate_limited"],
  [498, "blocked input", "content_filtered"], [500, "internal server error", "server_error"], [503, "unavailable", "overloaded"], [504, "timeout", "timeout"],
])("classifies %i %s as %s", (status, message, failureClass) => {
  expect(adapterFor("cohere").classify({ at: "response", status, headers: {}, nowMs: 0, body: Buffer.from(JSON.stringify({ id: "x", message })) })).toMatchObject({ class: failureClass, status });
});
