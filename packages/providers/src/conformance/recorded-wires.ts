import { arrayOf, isJsonObject, objectOf, parseJsonObject, textOf, type JsonObject } from "@trunkline/protocol";
import { converseMessage } from "./harness.ts";
import { Gathered, readChat, readMessage, readMessageEvents, readResponse, readResponseEvents, type Said } from "./said.ts";

/** A provider's wire as recordings know it: how it is told, how its stream is framed, and what its answers say. */
export interface RecordedWire {
  readonly dialect: "openai" | "responses" | "anthropic" | "gemini" | "bedrock" | "cohere";
  /** Whose adapter replays it where the recording's folder names nobody. */
  readonly provider: string;
  speaks(first: JsonObject): boolean;
  frame(line: string): Uint8Array;
  readonly terminator: string;
  read(answers: readonly JsonObject[], into: Gathered): void;
}

const count = (value: unknown): number => (typeof value === "number" ? value : 0);
const data = (line: string): Uint8Array => Buffer.from(`data: ${line}\n\n`);
const named = (line: string): Uint8Array => Buffer.from(`event: ${textOf(parseJsonObject(line)?.["type"])}\ndata: ${line}\n\n`);
const each = (read: (answer: JsonObject, into: Gathered) => void) => (answers: readonly JsonObject[], into: Gathered): void => { for (const answer of answers) read(answer, into); };

const GEMINI_STOPS: Readonly<Record<string, string>> = { STOP: "stop", MAX_TOKENS: "length", SAFETY: "content_filter", RECITATION: "content_filter", BLOCKLIST: "content_filter", PROHIBITED_CONTENT: "content_filter", SPII: "content_filter" };

/** Arguments in pieces (`$.items[0].name`) are compared by their function's name alone: their order is their meaning. */
function readGemini(answer: JsonObject, into: Gathered): void {
  const candidate = objectOf(arrayOf(answer["candidates"])[0]);
  for (const part of arrayOf(objectOf(candidate["content"])["parts"]).map(objectOf)) {
    if (part["thought"] === true) into.reasoning += textOf(part["text"]);
    else into.text += textOf(part["text"]);
    const call = objectOf(part["functionCall"]);
    if (textOf(call["name"])) into.tool(into.toolCount, textOf(call["name"]), call["willContinue"] === true ? PIECEWISE : JSON.stringify(call["args"] ?? {}));
  }
  const finish = textOf(candidate["finishReason"]);
  if (finish && into.finish === null) into.finish = into.toolCount > 0 && finish !== "MAX_TOKENS" ? "tool_calls" : GEMINI_STOPS[finish] ?? "stop";
  const usage = objectOf(answer["usageMetadata"]);
  if (typeof usage["promptTokenCount"] === "number") into.usage = { input: count(usage["promptTokenCount"]) + count(usage["toolUsePromptTokenCount"]), output: count(usage["candidatesTokenCount"]) + count(usage["thoughtsTokenCount"]) };
}

/** Stands for arguments that no comparison is made of. */
export const PIECEWISE = "piecewise";

const BEDROCK_STOPS: Readonly<Record<string, string>> = { max_tokens: "length", model_context_window_exceeded: "length", tool_use: "tool_calls", content_filtered: "content_filter", guardrail_intervened: "content_filter" };

function readBedrock(answer: JsonObject, into: Gathered): void {
  for (const [index, block] of arrayOf(objectOf(objectOf(answer["output"])["message"])["content"]).map(objectOf).entries()) {
    into.text += textOf(block["text"]) || arrayOf(objectOf(block["citationsContent"])["content"]).map((part) => textOf(objectOf(part)["text"])).join("");
    into.reasoning += textOf(objectOf(objectOf(block["reasoningContent"])["reasoningText"])["text"]);
    if (isJsonObject(block["toolUse"])) into.tool(index, textOf(block["toolUse"]["name"]), JSON.stringify(block["toolUse"]["input"] ?? {}));
  }
  const start = objectOf(answer["contentBlockStart"]);
  const begun = objectOf(start["start"])["toolUse"];
  if (isJsonObject(begun)) into.tool(start["contentBlockIndex"], textOf(begun["name"]), "");
  const block = objectOf(answer["contentBlockDelta"]);
  const delta = objectOf(block["delta"]);
  into.text += textOf(delta["text"]);
  into.reasoning += textOf(objectOf(delta["reasoningContent"])["text"]);
  into.toolPiece(block["contentBlockIndex"], textOf(objectOf(delta["toolUse"])["input"]));
  const stop = textOf(answer["stopReason"] ?? objectOf(answer["messageStop"])["stopReason"]);
  if (stop) into.finish = BEDROCK_STOPS[stop] ?? "stop";
  const usage = answer["usage"] ?? objectOf(answer["metadata"])["usage"];
  if (isJsonObject(usage)) into.usage = { input: count(usage["inputTokens"]) + count(usage["cacheReadInputTokens"]) + count(usage["cacheWriteInputTokens"]), output: count(usage["outputTokens"]) };
}

const COHERE_STOPS: Readonly<Record<string, string>> = { MAX_TOKENS: "length", TOOL_CALL: "tool_calls" };

function readCohere(answer: JsonObject, into: Gathered): void {
  const delta = objectOf(answer["delta"]);
  const message = objectOf(answer["message"] ?? delta["message"]);
  const { content } = message;
  for (const block of isJsonObject(content) ? [content] : arrayOf(content).map(objectOf)) {
    into.text += textOf(block["text"]);
    into.reasoning += textOf(block["thinking"]);
  }
  into.reasoning += textOf(message["tool_plan"]);
  const { tool_calls: calls } = message;
  for (const [position, call] of (isJsonObject(calls) ? [calls] : arrayOf(calls).map(objectOf)).entries()) {
    const called = objectOf(call["function"]);
    into.tool(answer["index"] ?? position, textOf(called["name"]), textOf(called["arguments"]));
  }
  const stop = textOf(answer["finish_reason"] ?? delta["finish_reason"]);
  if (stop) into.finish = COHERE_STOPS[stop] ?? "stop";
  const units = objectOf(objectOf(answer["usage"] ?? delta["usage"])["billed_units"]);
  if (typeof units["input_tokens"] === "number") into.usage = { input: units["input_tokens"], output: count(units["output_tokens"]) };
}

const BEDROCK_EVENTS = ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop"];

const WIRES: readonly RecordedWire[] = [
  { dialect: "openai", provider: "openai", terminator: "data: [DONE]\n\n", frame: data, speaks: (first) => Array.isArray(first["choices"]), read: each(readChat) },
  {
    dialect: "responses", provider: "openai", terminator: "", frame: named, speaks: (first) => first["object"] === "response" || textOf(first["type"]).startsWith("response."),
    read: (answers, into) => { if (answers[0]?.["object"] === "response") readResponse(answers[0], into); else readResponseEvents(answers, into); },
  },
  { dialect: "gemini", provider: "gemini", terminator: "", frame: data, speaks: (first) => "candidates" in first || "promptFeedback" in first, read: each(readGemini) },
  {
    dialect: "anthropic", provider: "anthropic", terminator: "", frame: named, speaks: (first) => first["type"] === "message_start" || (first["type"] === "message" && Array.isArray(first["content"])),
    read: (answers, into) => { if (answers[0]?.["type"] === "message") readMessage(answers[0], into); else readMessageEvents(answers, into); },
  },
  { dialect: "bedrock", provider: "bedrock", terminator: "", frame: converseMessage, speaks: (first) => isJsonObject(objectOf(first["output"])["message"]) || BEDROCK_EVENTS.some((name) => name in first), read: each(readBedrock) },
  { dialect: "cohere", provider: "cohere", terminator: "", frame: named, speaks: (first) => first["type"] === "message-start" || (isJsonObject(first["message"]) && "finish_reason" in first), read: each(readCohere) },
];

/** The wire of a recording by what it says; null where no dialect speaks it: a list of models, a file, an error that came with a status of its own. */
export const wireOf = (answers: readonly JsonObject[]): RecordedWire | null => WIRES.find((wire) => answers.some((answer) => wire.speaks(answer))) ?? null;

export function saidIn(wire: RecordedWire, answers: readonly JsonObject[]): Said {
  const gathered = new Gathered();
  wire.read(answers, gathered);
  return gathered.said();
}

const BROKEN_FINISHES = new Set<unknown>(["error", "ERROR", "TIMEOUT", "insufficient_system_resource", "MALFORMED_FUNCTION_CALL", "malformed_tool_use", "malformed_model_output"]);

/** The error that a stream or a body tells in the middle of a 200; null where it answers. */
export const errorIn = (answers: readonly JsonObject[]): unknown => answers.map(errorOf).find((error) => error != null) ?? blockedPrompt(answers) ?? null;

function errorOf(answer: JsonObject): unknown {
  if (answer["type"] === "error") return answer["error"] ?? answer;
  if (answer["type"] === "response.failed" || UNANSWERED.has(answer["status"])) return objectOf(answer["response"] ?? answer)["error"] ?? answer["status"] ?? "failed";
  if (answer["type"] === undefined && answer["object"] !== "response" && answer["error"] != null) return answer["error"];
  const choice = objectOf(arrayOf(answer["choices"])[0]);
  const candidate = objectOf(arrayOf(answer["candidates"])[0]);
  const ends = [choice["finish_reason"], answer["finish_reason"], objectOf(answer["delta"])["finish_reason"]];
  if (ends.some((end) => BROKEN_FINISHES.has(end))) return "broken";
  return BROKEN_FINISHES.has(candidate["finishReason"]) && arrayOf(objectOf(candidate["content"])["parts"]).length === 0 ? "broken" : null;
}

/** A response that was asked for in the background is no answer yet. */
const UNANSWERED = new Set<unknown>(["failed", "cancelled", "queued"]);

const blockedPrompt = (answers: readonly JsonObject[]): unknown => (answers.some((answer) => "candidates" in answer) ? null : answers.map((answer) => objectOf(answer["promptFeedback"])["blockReason"]).find((reason) => reason != null));
