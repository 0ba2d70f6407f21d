// Cohere's v2 chat wire, as its API reference documents it, its event stream included:
// https://docs.cohere.com/reference/chat and https://docs.cohere.com/docs/streaming

import type { Answer, AnswerPart, AnswerUsage } from "../answer.ts";
import type { Fields, SimulatedCall, ToolSpec } from "../call.ts";
import { fieldsOf, InvalidCall, listOf, positiveOf, PromptBuilder, stringOf, stringsOf } from "../call.ts";
import { piecesOf, tokensOfBytes } from "../tokens.ts";
import type { Frame, Rendering, Wire, WireFailure, WireRequest } from "./wire.ts";

/** Tokens of the template that Cohere puts around every prompt and bills to nobody. */
const TEMPLATE_TOKENS = 495;
const ROLES = ["system", "user", "assistant", "tool"];

function readContent(content: unknown, prompt: PromptBuilder): string {
  if (typeof content === "string") {
    prompt.text(content);
    return content;
  }
  return listOf(content).map((part) => {
    if (typeof part["text"] !== "string") prompt.image();
    else prompt.text(part["text"]);
    return stringOf(part["text"]);
  }).filter((text) => text !== "").join("\n");
}

function readTools(body: Fields, prompt: PromptBuilder): ToolSpec[] {
  const functions = listOf(body["tools"]).map((tool) => fieldsOf(tool["function"])).filter((definition) => definition !== null);
  if (functions.length > 0) prompt.text(JSON.stringify(functions));
  return functions.map((definition) => ({ name: stringOf(definition["name"]), schema: definition["parameters"] ?? {} }));
}

function readMessages(body: Fields, prompt: PromptBuilder): { lastUserText: string; endsWithToolResult: boolean } {
  const messages = listOf(body["messages"]);
  if (messages.length === 0) throw new InvalidCall("invalid request: messages must not be empty");
  let lastUserText = "";
  let lastRole = "";
  for (const [index, message] of messages.entries()) {
    lastRole = stringOf(message["role"]);
    if (!ROLES.includes(lastRole)) throw new InvalidCall(`invalid request: messages[${index}].role must be one of ${ROLES.join(", ")}`);
    const text = readContent(message["content"], prompt);
    if (lastRole === "user") lastUserText = text;
    if (message["tool_calls"] !== undefined) prompt.text(JSON.stringify(message["tool_calls"]));
  }
  return { lastUserText, endsWithToolResult: lastRole === "tool" };
}

function readJson(body: Fields): SimulatedCall["json"] {
  const format = fieldsOf(body["response_format"]);
  return format?.["type"] === "json_object" ? { schema: format["json_schema"] ?? null } : null;
}

function parse({ body }: WireRequest): SimulatedCall {
  if (typeof body["model"] !== "string") throw new InvalidCall("invalid request: model is required");
  if (body["tools"] !== undefined && body["response_format"] !== undefined) throw new InvalidCall("invalid request: response_format is not supported with tools");
  const prompt = new PromptBuilder();
  const tools = readTools(body, prompt);
  const conversation = readMessages(body, prompt);
  return {
    ...conversation,
    model: body["model"],
    stream: body["stream"] === true,
    streamsAsArray: false,
    includeUsage: true,
    tools,
    toolChoice: body["tool_choice"] === "REQUIRED" ? "required" : body["tool_choice"] === "NONE" ? "none" : "auto",
    parallelTools: true,
    json: readJson(body),
    stop: stringsOf(body["stop_sequences"]),
    maxTokens: positiveOf(body["max_tokens"]),
    reasoning: fieldsOf(body["thinking"])?.["type"] === "enabled",
    seed: typeof body["seed"] === "number" ? body["seed"] : 0,
    prompt: prompt.build(),
  };
}

const FINISHES: Record<Answer["finish"], string | null> = { stop: "COMPLETE", stop_sequence: "STOP_SEQUENCE", length: "MAX_TOKENS", tool_calls: "TOOL_CALL", blank: null, error: "ERROR" };

function usageBody(usage: AnswerUsage): object {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return { billed_units: { input_tokens: input, output_tokens: usage.outputTokens }, tokens: { input_tokens: input + TEMPLATE_TOKENS, output_tokens: usage.outputTokens }, cached_tokens: usage.cacheReadTokens };
}

const callOf = (part: Extract<AnswerPart, { kind: "tool" }>, json: string): object => ({ id: `${part.name}_${part.id}`, type: "function", function: { name: part.name, arguments: json } });

function plain({ answer }: Rendering): object {
  const calls = answer.parts.filter((part) => part.kind === "tool").map((part) => callOf(part, part.arguments));
  const content = answer.parts.filter((part) => part.kind !== "tool").map((part) => (part.kind === "text" ? { type: "text", text: part.text } : { type: "thinking", thinking: part.text }));
  return {
    id: answer.id,
    message: { role: "assistant", ...(content.length > 0 ? { content } : {}), ...(calls.length > 0 ? { tool_calls: calls } : {}) },
    finish_reason: FINISHES[answer.finish],
    ...(answer.usage === null ? {} : { usage: usageBody(answer.usage) }),
  };
}

interface Event {
  type: string;
  [field: string]: unknown;
}

const event = (body: Event): string => `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`;

function* partFrames(part: AnswerPart, { index, bytesBefore }: { index: number; bytesBefore: number }): Generator<Frame> {
  let bytes = bytesBefore;
  if (part.kind === "tool") {
    bytes += Buffer.byteLength(part.name);
    yield { text: event({ type: "tool-call-start", index, delta: { message: { tool_calls: callOf(part, "") } } }), tokens: tokensOfBytes(bytes), phase: "content" };
    for (const piece of piecesOf(part.arguments, bytes)) {
      bytes += Buffer.byteLength(piece);
      yield { text: event({ type: "tool-call-delta", index, delta: { message: { tool_calls: { function: { arguments: piece } } } } }), tokens: tokensOfBytes(bytes), phase: "content" };
    }
    yield { text: event({ type: "tool-call-end", index }), tokens: tokensOfBytes(bytes), phase: "content" };
    return;
  }
  const [type, field] = part.kind === "text" ? ["text", "text"] as const : ["thinking", "thinking"] as const;
  yield { text: event({ type: "content-start", index, delta: { message: { content: { type, [field]: "" } } } }), tokens: tokensOfBytes(bytes), phase: bytes === 0 ? "preamble" : "content" };
  for (const piece of piecesOf(part.text, bytes)) {
    bytes += Buffer.byteLength(piece);
    yield { text: event({ type: "content-delta", index, delta: { message: { content: { [field]: piece } } } }), tokens: tokensOfBytes(bytes), phase: "content" };
  }
  yield { text: event({ type: "content-end", index }), tokens: tokensOfBytes(bytes), phase: "content" };
}

function* frames({ answer }: Rendering): Generator<Frame> {
  yield { text: event({ id: answer.id, type: "message-start", delta: { message: { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] } } }), tokens: 0, phase: "preamble" };
  let bytesBefore = 0;
  for (const [index, part] of answer.parts.entries()) {
    yield* partFrames(part, { index, bytesBefore });
    bytesBefore += Buffer.byteLength(part.kind === "tool" ? part.name + part.arguments : part.text);
  }
  const delta = { finish_reason: FINISHES[answer.finish], ...(answer.usage === null ? {} : { usage: usageBody(answer.usage) }) };
  yield { text: event({ type: "message-end", delta }), tokens: answer.outputTokens, phase: "closing" };
}

const failure = ({ message, requestId }: WireFailure): object => ({ id: requestId, message });

export const cohereWire: Wire = {
  name: "cohere",
  parse,
  plain,
  frames,
  failure,
  failureFrame: ({ message }) => event({ type: "message-end", delta: { error: message, finish_reason: "ERROR" } }),
  malformedFrame: `event: content-delta\ndata: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"unterm\n\n`,
  headers: (requestId) => ({ "x-debug-trace-id": requestId }),
  streamContentType: "text/event-stream",
  overloadedStatus: 503,
};
