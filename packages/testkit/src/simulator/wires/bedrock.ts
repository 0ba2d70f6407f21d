// Bedrock's Converse wire, as AWS's API reference documents it, its binary stream included:
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and API_runtime_ConverseStream.html

import type { Answer, AnswerPart, AnswerUsage } from "../answer.ts";
import { toolInput } from "../answer.ts";
import type { Fields, SimulatedCall, ToolSpec } from "../call.ts";
import { fieldsOf, InvalidCall, listOf, positiveOf, PromptBuilder, stringOf, stringsOf } from "../call.ts";
import { piecesOf, tokensOfBytes } from "../tokens.ts";
import { brokenMessage, EVENT_STREAM_TYPE, eventMessage, exceptionMessage, exceptionOf, streamExceptionOf } from "./event-stream.ts";
import type { Frame, Rendering, Wire, WireFailure, WireRequest } from "./wire.ts";

function readBlock(block: Fields, prompt: PromptBuilder): string {
  if (typeof block["text"] === "string") {
    if (block["text"].trim() === "") throw new InvalidCall("The text field in the ContentBlock object is blank. Add text to the text field, and try again.");
    prompt.text(block["text"]);
    return block["text"];
  }
  if (block["cachePoint"] !== undefined) prompt.mark();
  else if (block["image"] !== undefined || block["document"] !== undefined) prompt.image();
  else prompt.text(JSON.stringify(block));
  return "";
}

function readTools(body: Fields, prompt: PromptBuilder): ToolSpec[] {
  const specs = listOf(fieldsOf(body["toolConfig"])?.["tools"]).map((tool) => fieldsOf(tool["toolSpec"])).filter((spec) => spec !== null);
  if (specs.length > 0) prompt.text(JSON.stringify(specs));
  return specs.map((spec) => ({ name: stringOf(spec["name"]), schema: fieldsOf(spec["inputSchema"])?.["json"] ?? {} }));
}

function readToolChoice(body: Fields): SimulatedCall["toolChoice"] {
  const choice = fieldsOf(fieldsOf(body["toolConfig"])?.["toolChoice"]);
  if (choice?.["any"] !== undefined) return "required";
  const name = stringOf(fieldsOf(choice?.["tool"])?.["name"]);
  return name === "" ? "auto" : { name };
}

function readJson(body: Fields): SimulatedCall["json"] {
  const format = fieldsOf(fieldsOf(body["outputConfig"])?.["textFormat"]);
  if (format?.["type"] !== "json_schema") return null;
  const text = stringOf(fieldsOf(fieldsOf(format["structure"])?.["jsonSchema"])?.["schema"]);
  try {
    return { schema: JSON.parse(text) as unknown };
  } catch {
    throw new InvalidCall("The JSON schema of outputConfig.textFormat is not valid JSON.");
  }
}

function readMessages(body: Fields, prompt: PromptBuilder): { lastUserText: string; endsWithToolResult: boolean } {
  const messages = listOf(body["messages"]);
  if (messages.length === 0) throw new InvalidCall("A conversation must start with a user message. Try again with a conversation that starts with a user message.");
  let lastUserText = "";
  let endsWithToolResult = false;
  let lastRole = "assistant";
  for (const message of messages) {
    const role = stringOf(message["role"]);
    if (role !== (lastRole === "user" ? "assistant" : "user")) throw new InvalidCall("A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.");
    const blocks = listOf(message["content"]);
    const text = blocks.map((block) => readBlock(block, prompt)).filter((part) => part !== "").join("\n");
    endsWithToolResult = blocks.some((block) => block["toolResult"] !== undefined);
    if (role === "user" && text !== "") lastUserText = text;
    if (fieldsOf(body["toolConfig"]) === null && blocks.some((block) => block["toolUse"] !== undefined || block["toolResult"] !== undefined)) {
      throw new InvalidCall("The toolConfig field must be defined when using toolUse and toolResult content blocks.");
    }
    lastRole = role;
  }
  return { lastUserText, endsWithToolResult };
}

function parse({ body, path }: WireRequest): SimulatedCall {
  const [, model = "", operation = ""] = /\/model\/([^/]+)\/([\w-]+)$/.exec(path) ?? [];
  const prompt = new PromptBuilder();
  const tools = readTools(body, prompt);
  for (const block of listOf(body["system"])) readBlock(block, prompt);
  const conversation = readMessages(body, prompt);
  const config = fieldsOf(body["inferenceConfig"]);
  const thinking = fieldsOf(fieldsOf(body["additionalModelRequestFields"])?.["thinking"])?.["type"];
  return {
    ...conversation,
    model: decodeURIComponent(model),
    stream: operation === "converse-stream",
    streamsAsArray: false,
    includeUsage: true,
    tools,
    toolChoice: readToolChoice(body),
    parallelTools: true,
    json: readJson(body),
    stop: stringsOf(config?.["stopSequences"]),
    maxTokens: positiveOf(config?.["maxTokens"]),
    reasoning: thinking === "enabled" || thinking === "adaptive",
    seed: 0,
    prompt: prompt.build(),
  };
}

const STOP_REASONS: Record<Answer["finish"], string | null> = { stop: "end_turn", stop_sequence: "stop_sequence", length: "max_tokens", tool_calls: "tool_use", blank: null, error: "malformed_model_output" };

/** An opaque value of the right alphabet; a translator must carry it back unchanged. */
const signatureOf = (answer: Answer): string => Buffer.from(`signature-${answer.id}`).toString("base64");

function blockOf(part: AnswerPart, answer: Answer): object {
  switch (part.kind) {
    case "reasoning": return { reasoningContent: { reasoningText: { text: part.text, signature: signatureOf(answer) } } };
    case "text": return { text: part.text };
    case "tool": return { toolUse: { toolUseId: `tooluse_${part.id}`, name: part.name, input: toolInput(part.arguments) } };
  }
}

function usageBody(usage: AnswerUsage): object {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens, cacheReadInputTokens: cacheReadTokens, cacheWriteInputTokens: cacheWriteTokens };
}

function plain({ answer }: Rendering): object {
  return {
    metrics: { latencyMs: 1 },
    output: { message: { role: "assistant", content: answer.parts.map((part) => blockOf(part, answer)) } },
    stopReason: STOP_REASONS[answer.finish],
    ...(answer.usage === null ? {} : { usage: usageBody(answer.usage) }),
  };
}

function deltaOf(part: AnswerPart, piece: string): object {
  switch (part.kind) {
    case "reasoning": return { reasoningContent: { text: piece } };
    case "text": return { text: piece };
    case "tool": return { toolUse: { input: piece } };
  }
}

/** Only a tool's block is told to start, as the API does. */
function* blockFrames(part: AnswerPart, place: { contentBlockIndex: number; bytesBefore: number; signature: string }): Generator<Frame> {
  const { contentBlockIndex, bytesBefore, signature } = place;
  let bytes = bytesBefore;
  if (part.kind === "tool") {
    bytes += Buffer.byteLength(part.name);
    yield { text: eventMessage("contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId: `tooluse_${part.id}`, name: part.name } } }), tokens: tokensOfBytes(bytes), phase: "content" };
  }
  for (const piece of piecesOf(part.kind === "tool" ? part.arguments : part.text, bytes)) {
    bytes += Buffer.byteLength(piece);
    yield { text: eventMessage("contentBlockDelta", { contentBlockIndex, delta: deltaOf(part, piece) }), tokens: tokensOfBytes(bytes), phase: "content" };
  }
  const tokens = tokensOfBytes(bytes);
  if (part.kind === "reasoning") yield { text: eventMessage("contentBlockDelta", { contentBlockIndex, delta: { reasoningContent: { signature } } }), tokens, phase: "content" };
  yield { text: eventMessage("contentBlockStop", { contentBlockIndex }), tokens, phase: "content" };
}

function* frames({ answer }: Rendering): Generator<Frame> {
  yield { text: eventMessage("messageStart", { role: "assistant" }), tokens: 0, phase: "preamble" };
  let bytesBefore = 0;
  for (const [contentBlockIndex, part] of answer.parts.entries()) {
    yield* blockFrames(part, { contentBlockIndex, bytesBefore, signature: signatureOf(answer) });
    bytesBefore += Buffer.byteLength(part.kind === "tool" ? part.name + part.arguments : part.text);
  }
  const tokens = answer.outputTokens;
  yield { text: eventMessage("messageStop", { stopReason: STOP_REASONS[answer.finish] }), tokens, phase: "closing" };
  yield { text: eventMessage("metadata", { ...(answer.usage === null ? {} : { usage: usageBody(answer.usage) }), metrics: { latencyMs: 1 } }), tokens, phase: "closing" };
}

/** AWS's JSON errors name their exception beside the message. */
function failure({ status, message, code }: WireFailure): object {
  return { __type: code ?? exceptionOf(status), message };
}

export const bedrockWire: Wire = {
  name: "bedrock",
  parse,
  plain,
  frames,
  failure,
  failureFrame: ({ status, message }) => exceptionMessage(streamExceptionOf(status), message),
  malformedFrame: brokenMessage("contentBlockDelta"),
  headers: (requestId) => ({ "x-amzn-requestid": requestId }),
  streamContentType: EVENT_STREAM_TYPE,
  overloadedStatus: 503,
};
