// The Messages wire, as Anthropic's API reference documents it, its event stream included:
// https://docs.anthropic.com/en/api/messages and https://docs.anthropic.com/en/docs/build-with-claude/streaming

import type { Answer, AnswerPart, AnswerUsage } from "../answer.ts";
import { toolInput } from "../answer.ts";
import type { Fields, SimulatedCall, ToolSpec } from "../call.ts";
import { fieldsOf, InvalidCall, listOf, positiveOf, PromptBuilder, stringOf, stringsOf } from "../call.ts";
import { piecesOf, tokensOfBytes } from "../tokens.ts";
import type { Frame, Rendering, Wire, WireFailure, WireRequest } from "./wire.ts";

/** From this version on the sampling parameters are refused, even at their defaults. */
const VERSION_WITHOUT_SAMPLING = "2026-10-21";
const SAMPLING = ["temperature", "top_p", "top_k"];
/** Content frames between two pings; real streams ping about once a second. */
const FRAMES_PER_PING = 64;

function readBlock(block: Fields, prompt: PromptBuilder): string {
  let text = "";
  switch (block["type"]) {
    case "text": text = stringOf(block["text"]); prompt.text(text); break;
    case "thinking": prompt.text(stringOf(block["thinking"])); break;
    case "tool_use": prompt.text(JSON.stringify(block["input"] ?? {})); break;
    case "tool_result": readContent(block["content"], prompt); break;
    case "image": case "document": prompt.image(); break;
    default: prompt.text(JSON.stringify(block));
  }
  if (block["cache_control"] !== undefined && block["cache_control"] !== null) prompt.mark(fieldsOf(block["cache_control"])?.["ttl"] === "1h");
  return text;
}

function readContent(content: unknown, prompt: PromptBuilder): string {
  if (typeof content === "string") {
    prompt.text(content);
    return content;
  }
  return listOf(content).map((block) => readBlock(block, prompt)).filter((text) => text !== "").join("\n");
}

function readTools(body: Fields, prompt: PromptBuilder): ToolSpec[] {
  const tools = listOf(body["tools"]);
  for (const tool of tools) {
    prompt.text(JSON.stringify(tool));
    if (tool["cache_control"] !== undefined && tool["cache_control"] !== null) prompt.mark(fieldsOf(tool["cache_control"])?.["ttl"] === "1h");
  }
  return tools.filter((tool) => tool["input_schema"] !== undefined)
    .map((tool) => ({ name: stringOf(tool["name"]), schema: tool["input_schema"] }));
}

function readToolChoice(choice: Fields | null): SimulatedCall["toolChoice"] {
  switch (choice?.["type"]) {
    case "none": return "none";
    case "any": return "required";
    case "tool": return { name: stringOf(choice["name"]) };
    default: return "auto";
  }
}

function readJson(body: Fields): SimulatedCall["json"] {
  const format = fieldsOf(body["output_format"]) ?? fieldsOf(fieldsOf(body["output_config"])?.["format"]);
  return format?.["type"] === "json_schema" ? { schema: format["schema"] ?? null } : null;
}

function readMessages(body: Fields, prompt: PromptBuilder): { lastUserText: string; endsWithToolResult: boolean } {
  const messages = body["messages"];
  if (!Array.isArray(messages)) throw new InvalidCall("messages: Field required", "messages");
  if (messages.length === 0) throw new InvalidCall("messages: at least one message is required", "messages");
  let lastUserText = "";
  let endsWithToolResult = false;
  for (const [index, message] of messages.entries()) {
    const fields = fieldsOf(message);
    const role = fields?.["role"];
    if (fields === null || (role !== "user" && role !== "assistant" && role !== "system")) {
      throw new InvalidCall(`messages.${index}.role: Input should be 'user' or 'assistant'`, `messages.${index}.role`);
    }
    const text = readContent(fields["content"], prompt);
    endsWithToolResult = listOf(fields["content"]).some((block) => block["type"] === "tool_result");
    if (role === "user" && text !== "") lastUserText = text;
  }
  return { lastUserText, endsWithToolResult };
}

function checkVersion({ headers, body }: WireRequest): void {
  const version = headers["anthropic-version"];
  if (typeof version !== "string") throw new InvalidCall("anthropic-version: header is required");
  const refused = SAMPLING.find((name) => body[name] !== undefined);
  if (version >= VERSION_WITHOUT_SAMPLING && refused !== undefined) {
    throw new InvalidCall(`${refused}: Extra inputs are not permitted`, refused);
  }
}

function parse(request: WireRequest): SimulatedCall {
  const { body, path } = request;
  checkVersion(request);
  if (typeof body["model"] !== "string") throw new InvalidCall("model: Field required", "model");
  const maxTokens = positiveOf(body["max_tokens"]);
  if (maxTokens === null && !path.endsWith("/count_tokens")) throw new InvalidCall("max_tokens: Field required", "max_tokens");
  const prompt = new PromptBuilder();
  const tools = readTools(body, prompt);
  readContent(body["system"], prompt);
  const conversation = readMessages(body, prompt);
  const choice = fieldsOf(body["tool_choice"]);
  const thinking = fieldsOf(body["thinking"])?.["type"];
  return {
    ...conversation,
    model: body["model"],
    stream: body["stream"] === true,
    streamsAsArray: false,
    includeUsage: true,
    tools,
    toolChoice: readToolChoice(choice),
    parallelTools: choice?.["disable_parallel_tool_use"] !== true,
    json: readJson(body),
    stop: stringsOf(body["stop_sequences"]),
    maxTokens,
    reasoning: thinking === "enabled" || thinking === "adaptive",
    seed: 0,
    prompt: prompt.build(),
  };
}

/** No stop reason says that generation broke: that is an event of its own. */
const STOP_REASONS: Record<Answer["finish"], string | null> = {
  stop: "end_turn", stop_sequence: "stop_sequence", length: "max_tokens", tool_calls: "tool_use", blank: null, error: null,
};

/** An opaque value of the right alphabet; a translator must carry it back unchanged. */
function signatureOf(answer: Answer): string {
  return Buffer.from(`signature-${answer.id}-${"é".repeat(8)}`).toString("base64");
}

function blockOf(part: AnswerPart, answer: Answer): object {
  switch (part.kind) {
    case "reasoning": return { type: "thinking", thinking: part.text, signature: signatureOf(answer) };
    case "text": return { type: "text", text: part.text };
    case "tool": return { type: "tool_use", id: `toolu_${part.id}`, name: part.name, input: toolInput(part.arguments) };
  }
}

function inputUsage(usage: AnswerUsage, keepsAnHour: boolean): object {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: { ephemeral_5m_input_tokens: keepsAnHour ? 0 : usage.cacheWriteTokens, ephemeral_1h_input_tokens: keepsAnHour ? usage.cacheWriteTokens : 0 },
  };
}

function plain({ call, answer }: Rendering): object {
  const { usage } = answer;
  return {
    id: `msg_${answer.id}`,
    type: "message",
    role: "assistant",
    model: call.model,
    content: answer.parts.map((part) => blockOf(part, answer)),
    stop_reason: STOP_REASONS[answer.finish],
    stop_sequence: answer.stopSequence,
    ...(usage === null ? {} : { usage: { ...inputUsage(usage, call.prompt.keepsAnHour), output_tokens: usage.outputTokens, service_tier: "standard" } }),
  };
}

interface Event {
  type: string;
  [field: string]: unknown;
}

function event(data: Event): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function openingBlock(part: AnswerPart): object {
  switch (part.kind) {
    case "reasoning": return { type: "thinking", thinking: "", signature: "" };
    case "text": return { type: "text", text: "" };
    case "tool": return { type: "tool_use", id: `toolu_${part.id}`, name: part.name, input: {} };
  }
}

function deltaOf(part: AnswerPart, piece: string): object {
  switch (part.kind) {
    case "reasoning": return { type: "thinking_delta", thinking: piece };
    case "text": return { type: "text_delta", text: piece };
    case "tool": return { type: "input_json_delta", partial_json: piece };
  }
}

interface Block {
  part: AnswerPart;
  index: number;
  answer: Answer;
  bytesBefore: number;
}

function* blockFrames({ part, index, answer, bytesBefore }: Block): Generator<Frame> {
  let bytes = bytesBefore;
  if (part.kind === "tool") bytes += Buffer.byteLength(part.name);
  const phase = part.kind === "tool" ? "content" : bytesBefore === 0 ? "preamble" : "content";
  yield { text: event({ type: "content_block_start", index, content_block: openingBlock(part) }), tokens: tokensOfBytes(bytes), phase };
  if (index === 0) yield { text: event({ type: "ping" }), tokens: tokensOfBytes(bytes), phase };
  if (part.kind === "tool") yield { text: deltaEvent(index, deltaOf(part, "")), tokens: tokensOfBytes(bytes), phase };
  let frames = 0;
  for (const piece of piecesOf(part.kind === "tool" ? part.arguments : part.text, bytes)) {
    bytes += Buffer.byteLength(piece);
    yield { text: deltaEvent(index, deltaOf(part, piece)), tokens: tokensOfBytes(bytes), phase: "content" };
    frames += 1;
    if (frames % FRAMES_PER_PING === 0) yield { text: event({ type: "ping" }), tokens: tokensOfBytes(bytes), phase: "content" };
  }
  const tokens = tokensOfBytes(bytes);
  if (part.kind === "reasoning") yield { text: deltaEvent(index, { type: "signature_delta", signature: signatureOf(answer) }), tokens, phase: "content" };
  yield { text: event({ type: "content_block_stop", index }), tokens, phase: "content" };
}

function deltaEvent(index: number, delta: object): string {
  return event({ type: "content_block_delta", index, delta });
}

function* frames({ call, answer }: Rendering): Generator<Frame> {
  const { usage } = answer;
  const message = {
    id: `msg_${answer.id}`, type: "message", role: "assistant", model: call.model, content: [], stop_reason: null, stop_sequence: null,
    ...(usage === null ? {} : { usage: { ...inputUsage(usage, call.prompt.keepsAnHour), output_tokens: Math.min(1, usage.outputTokens), service_tier: "standard" } }),
  };
  yield { text: event({ type: "message_start", message }), tokens: 0, phase: "preamble" };
  let bytesBefore = 0;
  for (const [index, part] of answer.parts.entries()) {
    yield* blockFrames({ part, index, answer, bytesBefore });
    bytesBefore += Buffer.byteLength(part.kind === "tool" ? part.name + part.arguments : part.text);
  }
  const closing = {
    type: "message_delta",
    delta: { stop_reason: STOP_REASONS[answer.finish], stop_sequence: answer.stopSequence },
    ...(usage === null ? {} : {
      usage: {
        input_tokens: usage.inputTokens, cache_creation_input_tokens: usage.cacheWriteTokens,
        cache_read_input_tokens: usage.cacheReadTokens, output_tokens: usage.outputTokens,
      },
    }),
  };
  yield { text: event(closing), tokens: answer.outputTokens, phase: "closing" };
  yield { text: event({ type: "message_stop" }), tokens: answer.outputTokens, phase: "closing", terminator: true };
}

const ERROR_TYPES: Record<number, string> = {
  400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error", 404: "not_found_error",
  413: "request_too_large", 429: "rate_limit_error", 500: "api_error", 504: "timeout_error", 529: "overloaded_error",
};

function failure({ status, message, code, requestId }: WireFailure): Event {
  const type = code ?? ERROR_TYPES[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
  return { type: "error", error: { type, message }, request_id: requestId };
}

export const anthropicWire: Wire = {
  name: "anthropic",
  parse,
  plain,
  frames,
  failure,
  failureFrame: (given) => event(failure(given)),
  malformedFrame: `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"unterm\n\n`,
  headers: (requestId) => ({ "request-id": requestId, "anthropic-organization-id": "00000000-0000-4000-8000-000000000000" }),
  streamContentType: "text/event-stream; charset=utf-8",
  overloadedStatus: 529,
};
