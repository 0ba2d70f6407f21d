import { describe, expect, it } from "vitest";
import { adapterFor } from "../registry.ts";
import { bodyOfBytes, callOf, targetOf, textOfBytes } from "./harness.ts";

const USER = [{ role: "user", content: "hi" }];
const prepare = (provider: string, upstreamModel: string, body: Record<string, unknown>, more: Parameters<typeof callOf>[1] = {}) => {
  const request = adapterFor(provider).prepare(callOf({ model: "m", messages: USER, ...body }, more), targetOf(provider, upstreamModel));
  return { ...request, json: bodyOfBytes(request.body) };
};

describe("chat completions to an OpenAI wire", () => {
  it("changes the model and nothing else, byte for byte", () => {
    const raw = '{ "temperature": 1.0, "model" : "m",\n "messages":[{"role":"user","content":"\\u00e9\\ud800"}], "x_unknown":[1e2] }';
    const request = adapterFor("openai").prepare(callOf(JSON.parse(raw) as Record<string, unknown>, { raw: Buffer.from(raw) }), targetOf("openai", "gpt-5-mini"));
    expect(textOfBytes(request.body)).toBe(raw.replace('"m"', '"gpt-5-mini"'));
    expect(request).toMatchObject({ url: "http://upstream.test/v1/chat/completions", losses: [] });
  });

  it("returns the raw body itself when nothing has to change", () => {
    const call = callOf({ model: "gpt-5-mini", messages: USER });
    expect(adapterFor("openai").prepare(call, targetOf("openai", "gpt-5-mini")).body).toBe(call.raw);
  });

  it("keeps the gateway's own fields to itself, and metadata too but for OpenAI", () => {
    const own = { models: ["a"], routing_preset: "p", provider: {}, routing: {}, session_id: "s", metadata: { a: "b" } };
    expect(Object.keys(prepare("openai", "u", own).json)).toEqual(["model", "messages", "metadata"]);
    expect(Object.keys(prepare("groq", "u", own).json)).toEqual(["model", "messages"]);
  });

  it("asks for the usage chunk of every stream, beside what the caller set", () => {
    expect(prepare("openai", "u", { stream: true, stream_options: { include_obfuscation: false } }).json["stream_options"]).toEqual({ include_obfuscation: false, include_usage: true });
    expect(prepare("openai", "u", {}).json).not.toHaveProperty("stream_options");
  });

  it("leaves out what Mistral refuses and says so", () => {
    const { json, losses } = prepare("mistral", "u", { stream: true, max_completion_tokens: 5, logit_bias: {} });
    expect(json).toEqual({ model: "u", messages: USER, stream: true, max_tokens: 5 });
    expect(losses).toEqual(["renamed:max_completion_tokens", "dropped:logit_bias"]);
  });
});

describe("messages to an Anthropic wire", () => {
  it("changes the model alone and forwards unknown fields, version and beta flags", () => {
    const body = { model: "m", max_tokens: 5, messages: USER, metadata: { user_id: "u" }, context_management: { edits: [] }, thinking: { type: "adaptive" } };
    const request = prepare("anthropic", "claude-x", body, { inbound: "messages", inboundHeaders: { "anthropic-version": "2026-10-21", "anthropic-beta": "a,b" } });
    expect(request.json).toEqual({ ...body, model: "claude-x" });
    expect(request.headers).toMatchObject({ "anthropic-version": "2026-10-21", "anthropic-beta": "a,b" });
    expect(request.losses).toEqual([]);
  });
});

describe("chat completions to Anthropic", () => {
  it("translates a conversation with images, tools and thinking there and back", () => {
    const { json, losses, headers } = prepare("anthropic", "claude-sonnet-4-5", {
      max_completion_tokens: 100, user: "u1", stop: ["END", " "], parallel_tool_calls: false, tool_choice: "required", top_k: 3,
      tools: [{ type: "function", function: { name: "f", description: "d", parameters: { type: "object", properties: { a: { type: "string" } } } } }],
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "look" }, { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }, { type: "image_url", image_url: { url: "https://x.test/a.png" } }] },
        { role: "assistant", content: "ok", tool_calls: [{ id: "t1", type: "function", function: { name: "f", arguments: '{"a":"b"}' } }, { id: "t2", type: "function", function: { name: "f", arguments: "" } }], reasoning_details: [{ type: "reasoning.text", text: "hm", format: "anthropic-claude-v1", index: 0 }, { type: "reasoning.text", signature: "sig", format: "anthropic-claude-v1", index: 0 }] },
        { role: "tool", tool_call_id: "t1", content: "one" }, { role: "tool", tool_call_id: "t2", content: "two" }, { role: "user", content: "go on" },
      ],
    });
    expect(json).toEqual({
      model: "claude-sonnet-4-5", max_tokens: 100, system: [{ type: "text", text: "Be brief." }], metadata: { user_id: "u1" }, stop_sequences: ["END"], top_k: 3,
      tools: [{ name: "f", description: "d", input_schema: { type: "object", properties: { a: { type: "string" } } } }],
      tool_choice: { type: "any", disable_parallel_tool_use: true },
      messages: [
        { role: "user", content: [{ type: "text", text: "look" }, { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }, { type: "image", source: { type: "url", url: "https://x.test/a.png" } }] },
        { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "sig" }, { type: "text", text: "ok" }, { type: "tool_use", id: "t1", name: "f", input: { a: "b" } }, { type: "tool_use", id: "t2", name: "f", input: {} }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "one" }] }, { type: "tool_result", tool_use_id: "t2", content: [{ type: "text", text: "two" }] }, { type: "text", text: "go on" }] },
      ],
    });
    expect(losses).toEqual(["dropped:stop"]);
    expect(headers["anthropic-version"]).toBe("2023-06-01");
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string[]]>([
    ["the model's own limit where none was set", {}, { max_tokens: 4096 }, []],
    ["a limit above the model's", { max_tokens: 9999 }, { max_tokens: 4096 }, ["clamped:max_tokens"]],
    ["a temperature above one", { temperature: 1.7 }, { temperature: 1 }, ["clamped:temperature"]],
    ["temperature with top_p", { temperature: 0.5, top_p: 0.9 }, { temperature: 0.5 }, ["dropped:top_p"]],
    ["no tool", { tools: [{ type: "function", function: { name: "f" } }], tool_choice: "none" }, { tool_choice: { type: "none" } }, []],
    ["one tool", { tools: [{ type: "function", function: { name: "f" } }], tool_choice: { type: "function", function: { name: "f" } } }, { tool_choice: { type: "tool", name: "f" } }, []],
    ["a tool of an unknown type", { tools: [{ type: "web_search" }] }, {}, ["dropped:tools.web_search"]],
    ["fields without a counterpart", { logit_bias: { 1: 2 }, n: 2, seed: 1, store: false, logprobs: null }, {}, ["dropped:logit_bias", "dropped:n", "dropped:seed"]],
    ["a JSON schema", { response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } } }, { tool_choice: { type: "tool", name: "json_answer", disable_parallel_tool_use: true } }, ["emulated:response_format"]],
    ["a JSON schema beside tools", { tools: [{ type: "function", function: { name: "f" } }], response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } } }, { output_config: { format: { type: "json_schema", schema: { type: "object" } } } }, ["emulated:response_format"]],
    ["an effort", { reasoning_effort: "medium" }, { thinking: { type: "enabled", budget_tokens: 2048 } }, ["emulated:reasoning_effort"]],
  ])("handles %s", (_title, body, expected, losses) => {
    const request = prepare("anthropic", "claude-sonnet-4-5", body);
    expect(request.json).toMatchObject(expected);
    expect(request.losses).toEqual(losses);
  });
});

describe("a schema for Claude", () => {
  const closed = { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false };
  const asked = (schema: object, more: Record<string, unknown> = {}) => ({ response_format: { type: "json_schema", json_schema: { name: "x", schema, strict: true } }, ...more });
  const strictTool = { type: "function", function: { name: "f", strict: true, parameters: closed } };

  it("is one it is held to where its grammar takes it, beside strict tools and thinking too, and nothing is lost", () => {
    const { json, losses } = prepare("anthropic", "claude-opus-4-6", asked(closed, { tools: [strictTool], reasoning_effort: "high" }));
    expect(json).toMatchObject({ output_config: { effort: "high", format: { type: "json_schema", schema: closed } }, tools: [{ name: "f", strict: true, input_schema: closed }], thinking: { type: "adaptive" } });
    expect(losses).toEqual(["emulated:reasoning_effort"]);
  });

  it.each([
    ["at Bedrock by InvokeModel", "bedrock-anthropic", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", { output_config: { format: { type: "json_schema", schema: closed } } }],
    ["at Bedrock by Converse, as text", "bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", { outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema: { name: "x", schema: JSON.stringify(closed) } } } } }],
  ])("is one it is held to %s", (_title, provider, model, expected) => {
    const { json, losses } = prepare(provider, model, asked(closed));
    expect(json).toMatchObject(expected);
    expect(losses).toEqual([]);
  });

  it.each([
    ["of a model that came before", "anthropic", "claude-sonnet-4-20250514", asked(closed)],
    ["on Vertex, where a policy forbids it", "vertex-anthropic", "claude-sonnet-4-6", asked(closed)],
    ["that its grammar does not take", "anthropic", "claude-sonnet-4-5", asked({ ...closed, properties: { a: { type: "string", minLength: 2 } } })],
    ["of an answer that is begun for it", "anthropic", "claude-sonnet-4-5", asked(closed, { messages: [...USER, { role: "assistant", content: "{" }] })],
    ["that its grammar does not take, by Converse", "bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", asked({ ...closed, additionalProperties: true })],
  ])("is emulated, and said to be, %s", (_title, provider, model, body) => {
    expect(prepare(provider, model, body).losses).toEqual(["emulated:response_format"]);
  });

  it("makes no tool strict that its grammar does not take, and says so", () => {
    const loose = { type: "function", function: { name: "g", strict: true, parameters: { type: "object", properties: {} } } };
    const { json, losses } = prepare("anthropic", "claude-sonnet-4-5", { tools: [strictTool, loose] });
    expect(json["tools"]).toEqual([{ name: "f", strict: true, input_schema: closed }, { name: "g", input_schema: { type: "object", properties: {} } }]);
    expect(losses).toEqual(["dropped:tools.strict"]);
  });
});

describe("chat completions to Gemini", () => {
  it("translates a conversation with images, tools and signatures", () => {
    const { json, losses, url } = prepare("gemini", "gemini-3-flash-preview", {
      stream: true, max_tokens: 50, temperature: 0.5, stop: "END", tool_choice: { type: "function", function: { name: "f" } },
      tools: [{ type: "function", function: { name: "f", parameters: { $schema: "x", type: "object", properties: { a: { type: ["string", "null"], format: "uri" }, b: { const: "c" }, d: { $ref: "#/$defs/e" } }, $defs: { e: { type: "integer", multipleOf: 2 } }, additionalProperties: false, required: ["a", "gone"] } } }],
      messages: [
        { role: "system", content: "Be brief." }, { role: "user", content: [{ type: "text", text: "look" }, { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] },
        { role: "assistant", content: null, tool_calls: [{ id: "t1", type: "function", function: { name: "f", arguments: '{"a":"b"}' }, extra_content: { google: { thought_signature: "sig" } } }] },
        { role: "tool", tool_call_id: "t1", content: "plain" },
        { role: "assistant", content: null, tool_calls: [{ id: "t2", type: "function", function: { name: "f", arguments: "{}" } }] },
        { role: "tool", tool_call_id: "t2", content: '{"ok":true}' },
      ],
    });
    expect(url).toBe("http://upstream.test/v1/models/gemini-3-flash-preview:streamGenerateContent?alt=sse");
    expect(json).toEqual({
      systemInstruction: { parts: [{ text: "Be brief." }] },
      contents: [
        { role: "user", parts: [{ text: "look" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }] },
        { role: "model", parts: [{ functionCall: { name: "f", args: { a: "b" } }, thoughtSignature: "sig" }] },
        { role: "user", parts: [{ functionResponse: { name: "f", response: { result: "plain" } } }] },
        { role: "model", parts: [{ functionCall: { name: "f", args: {} }, thoughtSignature: "skip_thought_signature_validator" }] },
        { role: "user", parts: [{ functionResponse: { name: "f", response: { ok: true } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: "f", parameters: { type: "object", properties: { a: { type: "string", nullable: true }, b: { type: "string", enum: ["c"] }, d: { type: "integer" } }, required: ["a"] } }] }],
      toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"] } },
      generationConfig: { maxOutputTokens: 50, temperature: 0.5, stopSequences: ["END"] },
    });
    expect(losses).toEqual(["dropped:tools.parameters.format", "dropped:tools.parameters.multipleOf"]);
  });

  it("does not follow a schema that refers to itself for ever", () => {
    const schema = { $ref: "#/$defs/n", $defs: { n: { type: "object", properties: { next: { $ref: "#/$defs/n" } } } } };
    expect(prepare("gemini", "gemini-2.5-pro", { response_format: { type: "json_schema", json_schema: { name: "x", schema } } }).json["generationConfig"]).toMatchObject({ responseMimeType: "application/json", responseSchema: { type: "object" } });
  });
});

it.each(["anthropic", "gemini"])("a body of the wrong shape is the caller's fault: %s", (provider) => {
  expect(() => prepare(provider, "u", { messages: 5 })).toThrow(expect.objectContaining({ code: "caller.invalid_request", details: { param: "messages" } }) as Error);
});

describe("messages to another wire", () => {
  const body = {
    max_tokens: 64_000, system: [{ type: "text", text: "S", cache_control: { type: "ephemeral" } }], stop_sequences: ["E"], temperature: 0.5, thinking: { type: "adaptive" }, context_management: {}, metadata: { user_id: "u" },
    tools: [{ name: "f", description: "d", input_schema: { type: "object" } }, { type: "web_search_20250305", name: "web_search" }], tool_choice: { type: "any", disable_parallel_tool_use: true },
    messages: [
      { role: "user", content: [{ type: "text", text: "a" }, { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }] },
      { role: "assistant", content: [{ type: "thinking", thinking: "t", signature: "s" }, { type: "text", text: "b" }, { type: "tool_use", id: "t1", name: "f", input: { x: 1 } }] },
      { role: "user", content: [{ type: "text", text: "c" }, { type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "r" }] }] },
    ],
  };

  it("reaches an OpenAI model with everything that it can carry, and reports the rest", () => {
    const { json, losses } = prepare("openai", "gpt-4o", body, { inbound: "messages" });
    expect(json).toEqual({
      model: "gpt-4o", max_completion_tokens: 4096, temperature: 0.5, stop: ["E"], user: "u", tool_choice: "required", parallel_tool_calls: false,
      tools: [{ type: "function", function: { name: "f", description: "d", parameters: { type: "object" } } }],
      messages: [
        { role: "system", content: "S" },
        { role: "user", content: [{ type: "text", text: "a" }, { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] },
        { role: "assistant", content: "b", tool_calls: [{ id: "t1", type: "function", function: { name: "f", arguments: '{"x":1}' } }] },
        { role: "tool", tool_call_id: "t1", content: "r" }, { role: "user", content: "c" },
      ],
    });
    expect(losses).toEqual(["dropped:context_management", "dropped:tools.web_search_20250305", "dropped:messages.cache_control", "dropped:thinking", "dropped:reasoning_effort", "clamped:max_tokens"]);
  });

  it("reaches a Gemini model", () => {
    expect(prepare("gemini", "gemini-2.5-pro", body, { inbound: "messages" }).json).toMatchObject({ systemInstruction: { parts: [{ text: "S" }] }, toolConfig: { functionCallingConfig: { mode: "ANY" } } });
  });
});

describe("what the model said before, in forms that few wires know", () => {
  const picture = "data:image/png;base64,aW1n";
  const turns = { messages: [{ role: "user", content: "draw" }, { role: "assistant", content: null, images: [{ type: "image_url", image_url: { url: picture } }] }, { role: "user", content: "more" }] };
  const asMessages = { max_tokens: 9, messages: [turns.messages[0], { role: "assistant", content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: "aW1n" } }] }, turns.messages[2]] };
  const asItems = { input: [turns.messages[0], { type: "image_generation_call", id: "ig_1", status: "completed", result: "aW1n" }, turns.messages[2]] };
  const ways = [["chat_completions", turns], ["messages", asMessages], ["responses", asItems]] as const;

  it.each(ways)("a picture that it made goes back to Gemini with the next turn of a %s caller", (inbound, body) => {
    const { json, losses } = prepare("gemini", "gemini-3-pro-image", body, { inbound });
    expect((json["contents"] as unknown[])[1]).toEqual({ role: "model", parts: [{ inlineData: { mimeType: "image/png", data: "aW1n" }, thoughtSignature: "skip_thought_signature_validator" }] });
    expect(losses).toEqual([]);
  });
  it.each(ways.flatMap(([inbound, body]) => ["openai", "anthropic", "bedrock", "cohere"].filter((provider) => !(inbound === "messages" && provider === "anthropic") && !(inbound === "chat_completions" && provider === "openai")).map((provider) => [inbound, provider, body] as const)))("and of a %s caller is reported as lost where %s takes none", (inbound, provider, body) => {
    const { json, losses } = prepare(provider, "m", body, { inbound });
    expect(losses).toContain("dropped:messages.images");
    expect(JSON.stringify(json)).not.toMatch(/aW1n|"content":null/);
  });
  it.each([
    ["assistant", { type: "server_tool_use", id: "s", name: "web_search", input: {} }, "dropped:messages.server_tool_use"],
    ["user", { type: "search_result", source: "https://a.test", title: "t", content: [] }, "dropped:messages.search_result"],
    ["user", { type: "tool_result", tool_use_id: "t", content: [{ type: "tool_reference", tool_name: "f" }] }, "dropped:messages.tool_reference"],
    ["user", { type: "document", source: { type: "content", content: [] } }, "dropped:messages.document"],
    ["user", { type: "document", source: { type: "text", media_type: "text/plain", data: "d" }, citations: { enabled: true } }, "dropped:messages.citations"],
  ])("a block of the %s that no other wire knows is reported: %j", (role, block, loss) => {
    const { losses } = prepare("gemini", "gemini-2.5-pro", { max_tokens: 9, messages: [{ role: "user", content: "x" }, { role, content: [{ type: "text", text: "y" }, block] }] }, { inbound: "messages" });
    expect(losses).toContain(loss);
  });
});
