import type { JsonObject } from "@trunkline/protocol";

/** Stands for what a row is about: it must reach the upstream's wire, or its loss must be told. */
export const PROBE = "Zx7probe";
/** The same as base64, for files. */
const DATA = Buffer.from(PROBE).toString("base64");

/** One thing that a caller may ask for, in the words of each inbound API that has words for it. */
export interface RequestRow {
  readonly group: string;
  readonly title: string;
  readonly chat_completions?: JsonObject;
  readonly messages?: JsonObject;
  readonly responses?: JsonObject;
  /** The forms that it has on the wires, any of which shows that it was carried; absent: the probe itself. */
  readonly seen?: readonly string[];
}

const user = (...content: readonly JsonObject[]): JsonObject => ({ messages: [{ role: "user", content }] });
const item = (...content: readonly JsonObject[]): JsonObject => ({ input: [{ role: "user", content }] });
const TEXT = { type: "text", text: "look" } as const;
const PARAMETERS = { type: "object", properties: { a: { type: "string" } } } as const;
/** As OpenAI demands of strict functions. */
const CLOSED = { ...PARAMETERS, required: ["a"], additionalProperties: false } as const;
const chatTool = (name: string, more: JsonObject = {}): JsonObject => ({ type: "function", function: { name, parameters: PARAMETERS, ...more } });
const messagesTool = (name: string, more: JsonObject = {}): JsonObject => ({ name, input_schema: PARAMETERS, ...more });
const responsesTool = (name: string, more: JsonObject = {}): JsonObject => ({ type: "function", name, parameters: PARAMETERS, ...more });
const CHAT_TOOLS = [chatTool("f1"), chatTool("f2")];
const MESSAGES_TOOLS = [messagesTool("f1"), messagesTool("f2")];
const RESPONSES_TOOLS = [responsesTool("f1"), responsesTool("f2")];

/** A conversation in which the assistant called tools, on each API. `result` is what the tool answered. */
const chatCalled = (json: string, result: unknown, more: JsonObject = {}): JsonObject => ({ tools: CHAT_TOOLS, messages: [{ role: "user", content: "go" }, { role: "assistant", content: null, tool_calls: [{ id: "t1", type: "function", function: { name: "f1", arguments: json }, ...more }] }, { role: "tool", tool_call_id: "t1", content: result }] });
const messagesCalled = (input: JsonObject, result: unknown, more: JsonObject = {}): JsonObject => ({ tools: MESSAGES_TOOLS, messages: [{ role: "user", content: "go" }, { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "f1", input }] }, { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: result, ...more }] }] });
const responsesCalled = (json: string, output: unknown): JsonObject => ({ tools: RESPONSES_TOOLS, input: [{ role: "user", content: "go" }, { type: "function_call", call_id: "t1", name: "f1", arguments: json }, { type: "function_call_output", call_id: "t1", output }] });
const SCHEMA = { type: "object", properties: { [PROBE]: { type: "string" } }, required: [PROBE], additionalProperties: false } as const;
const chatSchema = { response_format: { type: "json_schema", json_schema: { name: "answer", schema: SCHEMA, strict: true } } } as const;
const DETAIL = { type: "reasoning.text", text: "hm", signature: PROBE, format: "anthropic-claude-v1", index: 0 } as const;

const CONVERSATION: readonly RequestRow[] = [
  { group: "Conversation", title: "several turns", chat_completions: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: PROBE }, { role: "user", content: "b" }] }, messages: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: PROBE }, { role: "user", content: "b" }] }, responses: { input: [{ role: "user", content: "a" }, { role: "assistant", content: [{ type: "output_text", text: PROBE }] }, { role: "user", content: "b" }] } },
  { group: "Conversation", title: "system text", chat_completions: { messages: [{ role: "system", content: PROBE }, { role: "user", content: "a" }] }, messages: { system: PROBE }, responses: { instructions: PROBE } },
  { group: "Conversation", title: "developer message", chat_completions: { messages: [{ role: "developer", content: PROBE }, { role: "user", content: "a" }] }, responses: { input: [{ role: "developer", content: PROBE }, { role: "user", content: "a" }] } },
  { group: "Conversation", title: "system message later on", chat_completions: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: "b" }, { role: "system", content: PROBE }, { role: "user", content: "c" }] }, responses: { input: [{ role: "user", content: "a" }, { role: "assistant", content: "b" }, { role: "system", content: PROBE }, { role: "user", content: "c" }] } },
  { group: "Conversation", title: "begun answer to go on from", chat_completions: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: PROBE }] }, messages: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: PROBE }] } },
  { group: "Conversation", title: "past refusal", chat_completions: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: null, refusal: PROBE }, { role: "user", content: "b" }] }, responses: { input: [{ role: "user", content: "a" }, { role: "assistant", content: [{ type: "refusal", refusal: PROBE }] }, { role: "user", content: "b" }] } },
];

const TOOLS: readonly RequestRow[] = [
  { group: "Tools", title: "functions", chat_completions: { tools: [chatTool(PROBE)] }, messages: { tools: [messagesTool(PROBE)] }, responses: { tools: [responsesTool(PROBE)] } },
  { group: "Tools", title: "past call and its arguments", chat_completions: chatCalled(`{"a":"${PROBE}"}`, "ok"), messages: messagesCalled({ a: PROBE }, "ok"), responses: responsesCalled(`{"a":"${PROBE}"}`, "ok") },
  { group: "Tools", title: "result of a call", chat_completions: chatCalled("{}", PROBE), messages: messagesCalled({}, PROBE), responses: responsesCalled("{}", PROBE) },
  { group: "Tools", title: "call without arguments", chat_completions: chatCalled("", PROBE), messages: messagesCalled({}, [{ type: "text", text: PROBE }]), responses: responsesCalled("", PROBE) },
  { group: "Tools", title: "image in a result", chat_completions: chatCalled("{}", [TEXT, { type: "image_url", image_url: { url: `data:image/png;base64,${DATA}` } }]), messages: messagesCalled({}, [{ type: "image", source: { type: "base64", media_type: "image/png", data: DATA } }]), responses: responsesCalled("{}", [{ type: "input_image", image_url: `data:image/png;base64,${DATA}` }]), seen: [DATA] },
  { group: "Tools", title: "result marked as an error", messages: messagesCalled({}, "boom", { is_error: true }), seen: ['"is_error":true', '"status":"error"'] },
  { group: "Tools", title: "one call at a time", chat_completions: { tools: CHAT_TOOLS, parallel_tool_calls: false }, messages: { tools: MESSAGES_TOOLS, tool_choice: { type: "auto", disable_parallel_tool_use: true } }, responses: { tools: RESPONSES_TOOLS, parallel_tool_calls: false }, seen: ['"parallel_tool_calls":false', '"disable_parallel_tool_use":true'] },
  { group: "Tools", title: "some call forced", chat_completions: { tools: CHAT_TOOLS, tool_choice: "required" }, messages: { tools: MESSAGES_TOOLS, tool_choice: { type: "any" } }, responses: { tools: RESPONSES_TOOLS, tool_choice: "required" }, seen: ['"tool_choice":"required"', '"type":"any"', '"mode":"ANY"', '"any":{}', '"REQUIRED"'] },
  { group: "Tools", title: "one function forced", chat_completions: { tools: CHAT_TOOLS, tool_choice: { type: "function", function: { name: "f1" } } }, messages: { tools: MESSAGES_TOOLS, tool_choice: { type: "tool", name: "f1" } }, responses: { tools: RESPONSES_TOOLS, tool_choice: { type: "function", name: "f1" } }, seen: ['"tool_choice":{"type":"function"', '"tool_choice":{"type":"tool","name":"f1"', '"allowedFunctionNames":["f1"]', '"tool":{"name":"f1"}'] },
  { group: "Tools", title: "no call", chat_completions: { tools: CHAT_TOOLS, tool_choice: "none" }, messages: { tools: MESSAGES_TOOLS, tool_choice: { type: "none" } }, responses: { tools: RESPONSES_TOOLS, tool_choice: "none" }, seen: ['"tool_choice":"none"', '"type":"none"', '"mode":"NONE"', '"NONE"'] },
  { group: "Tools", title: "strict arguments", chat_completions: { tools: [chatTool("f1", { strict: true, parameters: CLOSED })] }, messages: { tools: [messagesTool("f1", { strict: true, input_schema: CLOSED })] }, responses: { tools: [responsesTool("f1", { strict: true, parameters: CLOSED })] }, seen: ['"strict":true', '"strict_tools":true'] },
  { group: "Tools", title: "free-text tool", chat_completions: { tools: [{ type: "custom", custom: { name: PROBE } }] }, responses: { tools: [{ type: "custom", name: PROBE }] } },
  { group: "Tools", title: "tool of the provider's own", chat_completions: { tools: [chatTool("f1"), { type: PROBE }] }, messages: { tools: [messagesTool("f1"), { type: PROBE, name: "search" }] }, responses: { tools: [responsesTool("f1"), { type: PROBE }] } },
  { group: "Tools", title: "`functions` of old clients", chat_completions: { functions: [{ name: PROBE, parameters: PARAMETERS }] } },
];

const ADDRESS = `https://files.test/${PROBE}.png`;
const PDF_ADDRESS = `https://files.test/${PROBE}.pdf`;
const INPUTS: readonly RequestRow[] = [
  { group: "Input", title: "image by address", chat_completions: user(TEXT, { type: "image_url", image_url: { url: ADDRESS } }), messages: user(TEXT, { type: "image", source: { type: "url", url: ADDRESS } }), responses: item({ type: "input_text", text: "look" }, { type: "input_image", image_url: ADDRESS }) },
  { group: "Input", title: "image as data", chat_completions: user(TEXT, { type: "image_url", image_url: { url: `data:image/png;base64,${DATA}` } }), messages: user(TEXT, { type: "image", source: { type: "base64", media_type: "image/png", data: DATA } }), responses: item({ type: "input_image", image_url: `data:image/png;base64,${DATA}` }), seen: [DATA] },
  { group: "Input", title: "PDF as data", chat_completions: user(TEXT, { type: "file", file: { filename: "a.pdf", file_data: `data:application/pdf;base64,${DATA}` } }), messages: user(TEXT, { type: "document", source: { type: "base64", media_type: "application/pdf", data: DATA } }), responses: item({ type: "input_file", filename: "a.pdf", file_data: `data:application/pdf;base64,${DATA}` }), seen: [DATA] },
  { group: "Input", title: "PDF by address", chat_completions: user(TEXT, { type: "file", file: { filename: "a.pdf", file_data: PDF_ADDRESS } }), messages: user(TEXT, { type: "document", source: { type: "url", url: PDF_ADDRESS } }), responses: item({ type: "input_text", text: "look" }, { type: "input_file", file_url: PDF_ADDRESS }) },
  { group: "Input", title: "text document", messages: user(TEXT, { type: "document", source: { type: "text", media_type: "text/plain", data: PROBE } }) },
  { group: "Input", title: "file kept by a provider", chat_completions: user(TEXT, { type: "file", file: { file_id: PROBE } }), messages: user(TEXT, { type: "document", source: { type: "file", file_id: PROBE } }), responses: item({ type: "input_text", text: "look" }, { type: "input_file", file_id: PROBE }) },
  { group: "Input", title: "audio", chat_completions: user(TEXT, { type: "input_audio", input_audio: { data: DATA, format: "mp3" } }), responses: item({ type: "input_text", text: "look" }, { type: "input_audio", input_audio: { data: DATA, format: "mp3" } }), seen: [DATA] },
  { group: "Input", title: "video by address", chat_completions: user(TEXT, { type: "video_url", video_url: { url: `https://files.test/${PROBE}.mp4` } }) },
  { group: "Input", title: "prompt-cache marker, 1 hour", chat_completions: user({ type: "text", text: "long", cache_control: { type: "ephemeral", ttl: "1h" } }), messages: user({ type: "text", text: "long", cache_control: { type: "ephemeral", ttl: "1h" } }), seen: ['"ttl":"1h"'] },
  { group: "Input", title: "prompt-cache marker on the system text", chat_completions: { messages: [{ role: "system", content: [{ type: "text", text: "long", cache_control: { type: "ephemeral" } }] }, { role: "user", content: "a" }] }, messages: { system: [{ type: "text", text: "long", cache_control: { type: "ephemeral" } }] }, seen: ['"cache_control":{"type":"ephemeral"}', '"cachePoint":{"type":"default"}'] },
  { group: "Input", title: "prompt-cache marker on the tools", chat_completions: { tools: [{ ...chatTool("f1"), cache_control: { type: "ephemeral" } }] }, messages: { tools: [messagesTool("f1", { cache_control: { type: "ephemeral" } })] }, seen: ['"cache_control":{"type":"ephemeral"}', '"cachePoint":{"type":"default"}'] },
];

const ANSWERS: readonly RequestRow[] = [
  { group: "Form of the answer", title: "JSON object", chat_completions: { response_format: { type: "json_object" } }, responses: { text: { format: { type: "json_object" } } }, seen: ['"type":"json_object"', '"responseMimeType":"application/json"'] },
  { group: "Form of the answer", title: "JSON schema", chat_completions: chatSchema, messages: { output_config: { format: { type: "json_schema", schema: SCHEMA } } }, responses: { text: { format: { type: "json_schema", name: "answer", schema: SCHEMA, strict: true } } } },
  { group: "Form of the answer", title: "JSON schema beside tools", chat_completions: { ...chatSchema, tools: CHAT_TOOLS }, messages: { tools: MESSAGES_TOOLS, output_config: { format: { type: "json_schema", schema: SCHEMA } } }, responses: { tools: RESPONSES_TOOLS, text: { format: { type: "json_schema", name: "answer", schema: SCHEMA, strict: true } } } },
  { group: "Thinking", title: "reasoning effort", chat_completions: { reasoning_effort: "high" }, messages: { max_tokens: 4096, thinking: { type: "enabled", budget_tokens: 2048 } }, responses: { reasoning: { effort: "high" } }, seen: ['"reasoning_effort":"', '"budget_tokens":', '"thinkingLevel":', '"thinkingBudget":', '"effort":', '"token_budget":', '"type":"enabled"'] },
  { group: "Thinking", title: "Claude's thinking sent back, with its signature", chat_completions: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: "b", reasoning_details: [DETAIL] }, { role: "user", content: "c" }] }, messages: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: PROBE }, { type: "text", text: "b" }] }, { role: "user", content: "c" }] } },
  { group: "Thinking", title: "Claude's redacted thinking sent back", chat_completions: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: "b", reasoning_details: [{ type: "reasoning.encrypted", data: PROBE, format: "anthropic-claude-v1", index: 0 }] }, { role: "user", content: "c" }] }, messages: { messages: [{ role: "user", content: "a" }, { role: "assistant", content: [{ type: "redacted_thinking", data: PROBE }, { type: "text", text: "b" }] }, { role: "user", content: "c" }] } },
  { group: "Thinking", title: "Gemini's thought signature sent back", chat_completions: chatCalled("{}", "ok", { extra_content: { google: { thought_signature: PROBE } } }) },
  { group: "Thinking", title: "OpenAI's encrypted reasoning sent back", responses: { input: [{ role: "user", content: "a" }, { type: "reasoning", id: "rs_1", summary: [], encrypted_content: PROBE }, { role: "assistant", content: "b" }, { role: "user", content: "c" }] } },
];

const scalar = (title: string, chat: JsonObject, seen: readonly string[], more: Pick<RequestRow, "messages" | "responses"> = {}): RequestRow => ({ group: "Parameters", title, chat_completions: chat, seen, ...more });
const PARAMETERS_ROWS: readonly RequestRow[] = [
  scalar("output limit", { max_tokens: 321 }, [":321"], { messages: { max_tokens: 321 }, responses: { max_output_tokens: 321 } }),
  scalar("temperature up to 1", { temperature: 0.25 }, ['"temperature":0.25'], { messages: { temperature: 0.25 }, responses: { temperature: 0.25 } }),
  scalar("temperature above 1", { temperature: 1.75 }, ['"temperature":1.75'], { responses: { temperature: 1.75 } }),
  scalar("top_p", { top_p: 0.25 }, [":0.25"], { messages: { top_p: 0.25 }, responses: { top_p: 0.25 } }),
  scalar("top_k", { top_k: 17 }, [":17"], { messages: { top_k: 17 } }),
  scalar("stop", { stop: [PROBE] }, [PROBE], { messages: { stop_sequences: [PROBE] } }),
  scalar("seed", { seed: 1717 }, ['"seed":1717']),
  scalar("logprobs", { logprobs: true, top_logprobs: 3 }, ['"logprobs":true', '"responseLogprobs":true']),
  scalar("n answers", { n: 2 }, ['"n":2', '"candidateCount":2']),
  scalar("presence penalty", { presence_penalty: 0.75 }, [":0.75"]),
  scalar("frequency penalty", { frequency_penalty: 0.75 }, [":0.75"]),
  scalar("logit bias", { logit_bias: { 1717: 5 } }, ["1717"]),
  scalar("end user", { user: PROBE }, [PROBE], { messages: { metadata: { user_id: PROBE } }, responses: { user: PROBE } }),
  scalar("service tier", { service_tier: "flex" }, ['"service_tier":"flex"', '"service_tier":"auto"'], { messages: { service_tier: "auto" }, responses: { service_tier: "flex" } }),
  scalar("a field that nobody knows", { x_unknown: PROBE }, [PROBE], { messages: { x_unknown: PROBE }, responses: { x_unknown: PROBE } }),
];

export const REQUEST_ROWS: readonly RequestRow[] = [...CONVERSATION, ...TOOLS, ...INPUTS, ...ANSWERS, ...PARAMETERS_ROWS];
