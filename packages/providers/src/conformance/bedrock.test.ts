import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { bodyOfBytes, byteByByte, callOf, chunkMessage, converseMessage, dataOf, eventStreamMessage, exceptionMessage, extrasOf, relayAll, seededSplits, targetOf } from "./harness.ts";

const fixture = (path: string): string => readFileSync(new URL(`../dialects/${path}`, import.meta.url), "utf8");
const converse = (name: string): Uint8Array[] => fixture(`bedrock/__fixtures__/${name}/upstream-response.jsonl`).trim().split("\n").map(converseMessage);
const invoke = (name: string): Uint8Array[] => fixture(`anthropic/__fixtures__/${name}/upstream-response.sse`).split("\n").filter((line) => line.startsWith("data: ")).map((line) => chunkMessage(line.slice("data: ".length)));

type Inbound = "chat_completions" | "messages";
const INBOUND: readonly Inbound[] = ["chat_completions", "messages"];
const ASK = { model: "m", messages: [{ role: "user", content: "hi" }], max_tokens: 5 };
const open = (provider: string, inbound: Inbound) => adapterFor(provider).relayStream(callOf({ ...ASK, stream: true }, { inbound, wantsUsageChunk: true }), targetOf(provider, "up"), extrasOf(provider));

const CASES = [
  { provider: "bedrock", name: "text", frames: converse("text"), finish: "length", usage: { inputTokens: 12, cacheReadTokens: 5, cacheWriteTokens: 3, outputTokens: 30, reasoningTokens: 0, basis: "reported" } },
  { provider: "bedrock", name: "thinking-and-tools", frames: converse("thinking-and-tools"), finish: "tool_calls", usage: { inputTokens: 40, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 61, reasoningTokens: 0, basis: "reported" } },
  { provider: "bedrock-anthropic", name: "text", frames: invoke("text"), finish: "stop", usage: { inputTokens: 12, cacheReadTokens: 5, cacheWriteTokens: 3, outputTokens: 30, reasoningTokens: 0, basis: "reported" } },
  { provider: "bedrock-anthropic", name: "thinking-and-tools", frames: invoke("thinking-and-tools"), finish: "tool_calls", usage: { inputTokens: 12, cacheReadTokens: 5, cacheWriteTokens: 3, outputTokens: 61, reasoningTokens: 0, basis: "reported" } },
].flatMap((row) => INBOUND.map((inbound) => ({ ...row, inbound })));

describe.each(CASES)("$provider: $name for $inbound", ({ provider, frames, inbound, finish, usage }) => {
  const bytes = Buffer.concat(frames);
  const expected = relayAll(open(provider, inbound), [bytes]);

  it("ends complete, with finish reason, usage and cost", () => {
    expect(expected.observation).toMatchObject({ failure: null, complete: true, finishReason: finish, usage });
    expect(expected.observation.contentBytes).toBeGreaterThan(0);
    expect(expected.text.endsWith(inbound === "messages" ? 'data: {"type":"message_stop"}\n\n' : "data: [DONE]\n\n")).toBe(true);
    expect(expected.text).toContain('"cost":');
  });

  it("gives the same bytes at every split", () => {
    expect(relayAll(open(provider, inbound), byteByByte(bytes)).text).toBe(expected.text);
    for (let seed = 1; seed <= 20; seed++) expect(relayAll(open(provider, inbound), seededSplits(bytes, seed)).text).toBe(expected.text);
  });

  it("never ends a stream that was cut, at whichever frame or byte", () => {
    const cuts = [...frames.map((_, count) => Buffer.concat(frames.slice(0, count))), ...Array.from({ length: 12 }, (_, step) => bytes.subarray(0, Math.floor((bytes.length * step) / 12)))];
    for (const piece of cuts) {
      for (const how of ["upstream_lost", "complete"] as const) {
        const { text, observation } = relayAll(open(provider, inbound), [piece], how);
        expect(observation.complete).toBe(observation.finishReason !== null);
        expect(observation.failure === null).toBe(observation.complete);
        expect(/\[DONE\]|message_stop/.test(text)).toBe(observation.complete);
        expect(text === "" || text.endsWith("\n\n")).toBe(true);
      }
    }
  });

  it("fails on a message that was changed on the way, and lets nothing of it out", () => {
    const damaged = Buffer.from(bytes);
    const at = Buffer.concat(frames.slice(0, -1)).length - 10;
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    const { text, observation } = relayAll(open(provider, inbound), [damaged]);
    expect(observation).toMatchObject({ failure: { class: "protocol_violation" }, complete: false });
    expect(text).not.toMatch(/\[DONE\]|message_stop/);
    expect(relayAll(open(provider, inbound), byteByByte(damaged)).text).toBe(text);
  });
});

it("Claude's stream through Bedrock is Claude's own stream", () => {
  for (const name of ["text", "thinking-and-tools"]) {
    for (const inbound of INBOUND) {
      const own = relayAll(adapterFor("anthropic").relayStream(callOf({ ...ASK, stream: true }, { inbound, wantsUsageChunk: true }), targetOf("anthropic", "up"), extrasOf("bedrock-anthropic")), [Buffer.from(fixture(`anthropic/__fixtures__/${name}/upstream-response.sse`))]);
      expect(relayAll(open("bedrock-anthropic", inbound), [Buffer.concat(invoke(name))]).text).toBe(own.text);
    }
  }
});

describe("exceptions inside the stream", () => {
  it.each([
    ["throttlingException", "Too many tokens", "rate_limited"], ["modelStreamErrorException", "x", "server_error"], ["internalServerException", "x", "server_error"], ["serviceUnavailableException", "x", "overloaded"],
    ["validationException", "Input is too long for requested model.", "context_overflow"], ["validationException", "bad", "caller_error"], ["modelTimeoutException", "x", "timeout"],
  ])("%s: %s is %s, before any content and after", (type, message, failureClass) => {
    for (const provider of ["bedrock", "bedrock-anthropic"]) {
      const frames = provider === "bedrock" ? converse("text") : invoke("text");
      for (const before of [0, 3]) {
        const relay = open(provider, "chat_completions");
        const { text, observation } = relayAll(relay, [...frames.slice(0, before), exceptionMessage(type, message), ...frames.slice(before)]);
        expect(observation).toMatchObject({ failure: { class: failureClass, status: 200 }, complete: false });
        expect(text).not.toContain("[DONE]");
      }
    }
  });

  it("passes over what it does not know: other events, and chunks without a type", () => {
    const stranger = eventStreamMessage({ ":event-type": "tomorrow", ":message-type": "event" }, "{}");
    expect(relayAll(open("bedrock", "chat_completions"), [stranger, ...converse("text")]).observation.complete).toBe(true);
    expect(relayAll(open("bedrock-anthropic", "messages"), [chunkMessage("{}"), ...invoke("text")]).observation.complete).toBe(true);
  });

  it("reads an error message as one, and a broken answer as a failed attempt", () => {
    const error = eventStreamMessage({ ":message-type": "error", ":error-code": "ThrottlingException", ":error-message": "slow" }, "");
    expect(relayAll(open("bedrock", "messages"), [error]).observation.failure?.class).toBe("rate_limited");
    expect(relayAll(open("bedrock", "messages"), [converseMessage('{"messageStop":{"stopReason":"malformed_tool_use"}}')]).observation.failure?.class).toBe("protocol_violation");
  });

  it("commits with the first content and not before", () => {
    const relay = open("bedrock", "chat_completions");
    const [start, first] = converse("text");
    relay.push(start ?? expect.fail());
    expect(relay.committed).toBe(false);
    relay.push(first ?? expect.fail());
    expect(relay.committed).toBe(true);
  });
});

const ANSWER = {
  output: { message: { role: "assistant", content: [{ reasoningContent: { reasoningText: { text: "hm", signature: "sig" } } }, { text: "ok" }, { toolUse: { toolUseId: "t1", name: "f", input: { a: 1 } } }] } },
  stopReason: "tool_use", usage: { inputTokens: 3, outputTokens: 6, totalTokens: 18, cacheReadInputTokens: 4, cacheWriteInputTokens: 5 }, metrics: { latencyMs: 9 },
};
const relayBody = (answer: unknown, inbound: Inbound = "chat_completions") => adapterFor("bedrock").relayBody(callOf(ASK, { inbound }), Buffer.from(JSON.stringify(answer)), extrasOf("bedrock"));

describe("plain answers of Converse", () => {
  it("come with text, tool calls, signed thinking and disjoint usage", () => {
    const { bytes, observation } = relayBody(ANSWER);
    expect(bodyOfBytes(bytes)).toMatchObject({
      object: "chat.completion", model: "m", provider: "bedrock",
      choices: [{ finish_reason: "tool_calls", message: { content: "ok", reasoning: "hm", reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "sig", index: 0 }], tool_calls: [{ id: "t1", function: { name: "f", arguments: '{"a":1}' } }] } }],
      usage: { prompt_tokens: 12, completion_tokens: 6, total_tokens: 18, cost: expect.any(Number) },
    });
    expect(observation.usage).toEqual({ inputTokens: 3, cacheReadTokens: 4, cacheWriteTokens: 5, outputTokens: 6, reasoningTokens: 0, basis: "reported" });
    expect(bodyOfBytes(relayBody(ANSWER, "messages").bytes)).toMatchObject({ type: "message", stop_reason: "tool_use", content: [{ type: "thinking", thinking: "hm", signature: "sig" }, { type: "text", text: "ok" }, { type: "tool_use", id: "t1", name: "f", input: { a: 1 } }] });
  });

  it("give the emulated JSON answer back as content, and a filter's stop as a content filter's", () => {
    const json = { ...ANSWER, output: { message: { content: [{ toolUse: { toolUseId: "t", name: "json_answer", input: { a: 1 } } }] } } };
    expect(bodyOfBytes(relayBody(json).bytes)).toMatchObject({ choices: [{ finish_reason: "stop", message: { content: '{"a":1}' } }] });
    const streamed = relayAll(open("bedrock", "chat_completions"), ['{"contentBlockStart":{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"json_answer"}}}}', '{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\\"a\\":1}"}}}}', '{"contentBlockStop":{"contentBlockIndex":0}}', '{"messageStop":{"stopReason":"tool_use"}}'].map(converseMessage));
    expect(dataOf(streamed.text).flatMap((chunk) => (chunk["choices"] as { delta: { content?: string } }[]).map((choice) => choice.delta.content ?? "")).join("")).toBe('{"a":1}');
    expect(streamed.observation.finishReason).toBe("stop");
    expect(relayBody({ ...ANSWER, stopReason: "guardrail_intervened" }).observation.finishReason).toBe("content_filter");
  });

  it.each([["{}"], ["<html>"], [""], [JSON.stringify({ message: "x" })], [JSON.stringify({ ...ANSWER, output: {}, stopReason: "malformed_model_output" })]])("that are none fail the attempt: %s", (body) => {
    const { bytes, observation } = adapterFor("bedrock").relayBody(callOf(ASK), Buffer.from(body), extrasOf("bedrock"));
    expect(observation).toMatchObject({ failure: { class: "protocol_violation" }, complete: false });
    expect(bytes).toHaveLength(0);
  });
});

const prepare = (model: string, body: Record<string, unknown>) => {
  const request = adapterFor("bedrock").prepare(callOf({ ...ASK, max_tokens: undefined, ...body }), targetOf("bedrock", model, { baseUrl: "https://bedrock-runtime.us-east-1.amazonaws.com" }));
  return { ...request, json: bodyOfBytes(request.body) };
};
const CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const TOOL = { type: "function", function: { name: "f", description: "d", parameters: { type: "object", properties: { a: { type: "string" } } } } };
const SPEC = { toolSpec: { name: "f", description: "d", inputSchema: { json: TOOL.function.parameters } } };

describe("requests to Converse", () => {
  it("translate a conversation with images, documents, tools and thinking", () => {
    const { json, losses, url, headers } = prepare(CLAUDE, {
      stream: true, max_completion_tokens: 100, stop: ["END", " "], tool_choice: "required", top_k: 3, tools: [TOOL],
      messages: [
        { role: "system", content: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }] },
        { role: "user", content: [{ type: "text", text: "look" }, { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }, { type: "image_url", image_url: { url: "https://x.test/a.png" } }, { type: "file", file: { filename: "a_b.2.pdf", file_data: "data:application/pdf;base64,BBBB" } }] },
        { role: "assistant", content: "ok", tool_calls: [{ id: "call:1", type: "function", function: { name: "f", arguments: '{"a":"b"}' } }], reasoning_details: [{ type: "reasoning.text", text: "hm", format: "anthropic-claude-v1", index: 0 }, { type: "reasoning.text", signature: "sig", format: "anthropic-claude-v1", index: 0 }, { type: "reasoning.text", text: "other", format: "unknown", index: 1 }] },
        { role: "tool", tool_call_id: "call:1", content: "one" }, { role: "user", content: "go on" },
      ],
    });
    expect(url).toBe("https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
    expect(headers["accept"]).toBe("application/vnd.amazon.eventstream");
    expect(json).toEqual({
      system: [{ text: "Be brief." }, { cachePoint: { type: "default" } }],
      messages: [
        { role: "user", content: [{ text: "look" }, { image: { format: "png", source: { bytes: "AAAA" } } }, { document: { format: "pdf", name: "a b 2", source: { bytes: "BBBB" } } }] },
        { role: "assistant", content: [{ reasoningContent: { reasoningText: { text: "hm", signature: "sig" } } }, { text: "ok" }, { toolUse: { toolUseId: "call_1", name: "f", input: { a: "b" } } }] },
        { role: "user", content: [{ toolResult: { toolUseId: "call_1", content: [{ text: "one" }] } }, { text: "go on" }] },
      ],
      toolConfig: { tools: [SPEC], toolChoice: { any: {} } }, inferenceConfig: { maxTokens: 100, stopSequences: ["END"] }, additionalModelRequestFields: { top_k: 3 },
    });
    expect(losses).toEqual(["dropped:messages.image_url", "dropped:reasoning_details", "dropped:stop"]);
  });

  it.each<[string, string, Record<string, unknown>, Record<string, unknown>, string[]]>([
    ["the model's own limit where none was set", CLAUDE, {}, { inferenceConfig: { maxTokens: 4096 } }, []],
    ["a limit and a temperature above what it takes", CLAUDE, { max_tokens: 9999, temperature: 1.5 }, { inferenceConfig: { maxTokens: 4096, temperature: 1 } }, ["clamped:max_tokens", "clamped:temperature"]],
    ["temperature with top_p", CLAUDE, { temperature: 0.5, top_p: 0.9 }, { inferenceConfig: { temperature: 0.5 } }, ["dropped:top_p"]],
    ["both for another family", "amazon.nova-pro-v1:0", { temperature: 0.5, top_p: 0.9, top_k: 2 }, { inferenceConfig: { temperature: 0.5, topP: 0.9 } }, ["dropped:top_k"]],
    ["an effort", CLAUDE, { reasoning_effort: "medium" }, { additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 2048 } } }, ["emulated:reasoning_effort"]],
    ["an effort of a model that adapts", "anthropic.claude-opus-4-6-v1", { reasoning_effort: "high" }, { additionalModelRequestFields: { thinking: { type: "adaptive" }, output_config: { effort: "high" } } }, ["emulated:reasoning_effort"]],
    ["an effort of a family that has none", "meta.llama3-3-70b-instruct-v1:0", { reasoning_effort: "high" }, {}, ["dropped:reasoning_effort"]],
    ["one tool", CLAUDE, { tools: [TOOL], tool_choice: { type: "function", function: { name: "f" } } }, { toolConfig: { tools: [SPEC], toolChoice: { tool: { name: "f" } } } }, []],
    ["a JSON schema", CLAUDE, { response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } } }, { toolConfig: { toolChoice: { tool: { name: "json_answer" } } } }, ["emulated:response_format"]],
    ["a JSON schema beside tools", CLAUDE, { tools: [TOOL], response_format: { type: "json_object" } }, { system: [{ text: expect.stringContaining("one JSON object") }] }, ["emulated:response_format"]],
    ["fields without a counterpart", CLAUDE, { logit_bias: { 1: 2 }, seed: 1, user: "u", n: 1, parallel_tool_calls: true, store: false }, {}, ["dropped:logit_bias", "dropped:seed", "dropped:user"]],
    ["one call at a time", CLAUDE, { tools: [TOOL], parallel_tool_calls: false }, {}, ["dropped:parallel_tool_calls"]],
  ])("handle %s", (_title, model, body, expected, losses) => {
    const request = prepare(model, body);
    expect(request.json).toMatchObject(expected);
    expect(request.losses).toEqual(losses);
  });

  it("leave no tool to call where none may be called, but for a conversation that used one", () => {
    expect(prepare(CLAUDE, { tools: [TOOL], tool_choice: "none" })).toMatchObject({ losses: ["emulated:tool_choice"], json: expect.not.objectContaining({ toolConfig: expect.anything() }) });
    const messages = [{ role: "user", content: "x" }, { role: "assistant", content: null, tool_calls: [{ id: "t", type: "function", function: { name: "f", arguments: "{}" } }] }, { role: "tool", tool_call_id: "t", content: "" }];
    expect(prepare(CLAUDE, { messages })).toMatchObject({ losses: ["emulated:tools"], json: { toolConfig: { tools: [{ toolSpec: { name: "f" } }] } } });
    expect(prepare(CLAUDE, { messages, tools: [TOOL], tool_choice: "none" })).toMatchObject({ losses: ["dropped:tool_choice"], json: { toolConfig: { tools: [SPEC] } } });
  });
});

describe("classify", () => {
  it.each<[number, string, string, string]>([
    [429, "ThrottlingException:http://internal.amazon.com/coral/", "Too many requests, please wait before trying again.", "rate_limited"], [400, "ValidationException", "The provided model identifier is invalid.", "caller_error"],
    [400, "ValidationException", "Input is too long for requested model.", "context_overflow"], [403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", "credential_rejected"],
    [403, "UnrecognizedClientException", "The security token included in the request is invalid.", "credential_rejected"], [404, "ResourceNotFoundException", "x", "server_error"], [408, "ModelTimeoutException", "x", "timeout"],
    [424, "ModelErrorException", "x", "server_error"], [429, "ModelNotReadyException", "x", "overloaded"], [503, "ServiceUnavailableException", "Bedrock is unable to process your request.", "overloaded"], [500, "", "x", "server_error"], [424, "", "x", "server_error"],
  ])("%i %s: %s is %s", (status, type, message, failureClass) => {
    const failure = adapterFor("bedrock").classify({ at: "response", status, headers: { "x-amzn-errortype": type }, nowMs: 0, body: Buffer.from(JSON.stringify({ message })) });
    expect(failure).toMatchObject({ class: failureClass, status });
    expect(failure.publicMessage).not.toBe("");
  });
});
