// The generateContent wire, as Google's Gemini API reference documents it:
// https://ai.google.dev/api/generate-content

import type { Answer, AnswerPart, AnswerUsage } from "../answer.ts";
import { toolInput } from "../answer.ts";
import type { Fields, SimulatedCall, ToolSpec } from "../call.ts";
import { fieldsOf, InvalidCall, listOf, positiveOf, PromptBuilder, stringOf, stringsOf } from "../call.ts";
import { piecesOf, tokensOfBytes } from "../tokens.ts";
import type { Frame, Rendering, Wire, WireFailure, WireRequest } from "./wire.ts";

/** Tokens that a named cached content stands for, as its own text never passes here. */
const CACHED_CONTENT_TOKENS = 2048;
/** Pieces that go out as one event: Gemini streams in larger steps than the others. */
const PIECES_PER_EVENT = 4;

/** Proto JSON accepts both spellings of a field. */
function field(fields: Fields | null, camel: string): unknown {
  if (fields === null) return undefined;
  return fields[camel] ?? fields[camel.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

function readParts(content: Fields | null, prompt: PromptBuilder): { text: string; toolResult: boolean } {
  const texts: string[] = [];
  let toolResult = false;
  for (const part of listOf(content?.["parts"])) {
    if (typeof part["text"] === "string") {
      texts.push(part["text"]);
      prompt.text(part["text"]);
    } else if (field(part, "functionResponse") !== undefined) {
      toolResult = true;
      prompt.text(JSON.stringify(field(part, "functionResponse")));
    } else if (field(part, "functionCall") !== undefined) {
      prompt.text(JSON.stringify(field(part, "functionCall")));
    } else {
      prompt.image();
    }
  }
  return { text: texts.join("\n"), toolResult };
}

function readTools(body: Fields, prompt: PromptBuilder): ToolSpec[] {
  const declarations = listOf(body["tools"]).flatMap((tool) => listOf(field(tool, "functionDeclarations")));
  if (declarations.length > 0) prompt.text(JSON.stringify(declarations));
  return declarations.map((declaration) => ({
    name: stringOf(declaration["name"]),
    schema: declaration["parameters"] ?? field(declaration, "parametersJsonSchema") ?? { type: "object" },
  }));
}

function readToolChoice(body: Fields): SimulatedCall["toolChoice"] {
  const config = fieldsOf(field(fieldsOf(field(body, "toolConfig")), "functionCallingConfig"));
  const mode = stringOf(config?.["mode"], "AUTO").toUpperCase();
  if (mode === "NONE") return "none";
  if (mode !== "ANY") return "auto";
  const [name] = stringsOf(field(config, "allowedFunctionNames"));
  return name === undefined ? "required" : { name };
}

function readContents(body: Fields, prompt: PromptBuilder): { lastUserText: string; endsWithToolResult: boolean } {
  const contents = listOf(body["contents"]);
  if (contents.length === 0) {
    throw new InvalidCall("* GenerateContentRequest.contents: contents is not specified\n", "contents");
  }
  let lastUserText = "";
  let endsWithToolResult = false;
  for (const content of contents) {
    const role = stringOf(content["role"], "user");
    if (role !== "user" && role !== "model" && role !== "function") throw new InvalidCall("Please use a valid role: user, model.", "contents.role");
    const { text, toolResult } = readParts(content, prompt);
    endsWithToolResult = toolResult;
    if (role === "user" && text !== "") lastUserText = text;
  }
  return { lastUserText, endsWithToolResult };
}

/** The model is the last path segment before the colon. */
function modelOf(path: string): string {
  return decodeURIComponent(/([^/]+):[A-Za-z]+$/.exec(path)?.[1] ?? "");
}

function readJson(config: Fields | null): SimulatedCall["json"] {
  const schema = field(config, "responseSchema") ?? field(config, "responseJsonSchema") ?? field(config, "_responseJsonSchema");
  return field(config, "responseMimeType") === "application/json" ? { schema: schema ?? null } : null;
}

function parse({ path, query, body }: WireRequest): SimulatedCall {
  const config = fieldsOf(field(body, "generationConfig"));
  const thinking = fieldsOf(field(config, "thinkingConfig"));
  const prompt = new PromptBuilder();
  const tools = readTools(body, prompt);
  readParts(fieldsOf(field(body, "systemInstruction")), prompt);
  const conversation = readContents(body, prompt);
  if (typeof field(body, "cachedContent") === "string") {
    prompt.namedCache(CACHED_CONTENT_TOKENS);
  }
  return {
    ...conversation,
    model: modelOf(path),
    stream: path.endsWith(":streamGenerateContent"),
    streamsAsArray: query.get("alt") !== "sse",
    includeUsage: true,
    tools,
    toolChoice: readToolChoice(body),
    parallelTools: true,
    json: readJson(config),
    stop: stringsOf(field(config, "stopSequences")),
    maxTokens: positiveOf(field(config, "maxOutputTokens")),
    reasoning: field(thinking, "includeThoughts") === true,
    seed: typeof config?.["seed"] === "number" ? config["seed"] : 0,
    prompt: prompt.build(),
  };
}

/** `candidatesTokenCount` leaves the thoughts out, as the reference says; the total counts them. */
function usageBody(usage: AnswerUsage, outputTokens: number): object {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const thoughts = Math.min(usage.reasoningTokens, outputTokens);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: outputTokens - thoughts,
    totalTokenCount: prompt + outputTokens,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: prompt }],
    ...(usage.cacheReadTokens > 0 ? { cachedContentTokenCount: usage.cacheReadTokens } : {}),
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
  };
}

function signatureOf(answer: Answer): string {
  return Buffer.from(`thought-${answer.id}`).toString("base64");
}

function partOf(part: AnswerPart, answer: Answer): object {
  switch (part.kind) {
    case "reasoning": return { text: part.text, thought: true };
    case "text": return { text: part.text };
    case "tool": return { functionCall: { id: part.id, name: part.name, args: toolInput(part.arguments) }, thoughtSignature: signatureOf(answer) };
  }
}

const FINISHES: Partial<Record<Answer["finish"], string>> = { length: "MAX_TOKENS", error: "MALFORMED_RESPONSE" };

function body(rendering: Rendering, candidate: { parts: object[]; finish: boolean; outputTokens: number }): object {
  const { call, answer } = rendering;
  const { usage } = answer;
  return {
    candidates: [{
      content: { parts: candidate.parts, role: "model" },
      ...(candidate.finish && answer.finish !== "blank" ? { finishReason: FINISHES[answer.finish] ?? "STOP" } : {}),
      index: 0,
    }],
    ...(usage === null ? {} : { usageMetadata: usageBody(usage, candidate.outputTokens) }),
    modelVersion: call.model,
    responseId: answer.id,
  };
}

function plain(rendering: Rendering): object {
  const { answer } = rendering;
  const parts = answer.parts.map((part) => partOf(part, answer));
  return body(rendering, { parts, finish: true, outputTokens: answer.usage?.outputTokens ?? answer.outputTokens });
}

function* stepsOf(part: AnswerPart, bytesBefore: number): Generator<AnswerPart> {
  if (part.kind === "tool") {
    yield part;
    return;
  }
  let text = "";
  let pieces = 0;
  for (const piece of piecesOf(part.text, bytesBefore)) {
    text += piece;
    pieces += 1;
    if (pieces % PIECES_PER_EVENT === 0) {
      yield { ...part, text };
      text = "";
    }
  }
  if (text !== "") yield { ...part, text };
}

function* frames(rendering: Rendering): Generator<Frame> {
  const { answer, call } = rendering;
  const frame = (event: object, first: boolean): string =>
    call.streamsAsArray ? `${first ? "[" : ",\r\n"}${JSON.stringify(event)}` : `data: ${JSON.stringify(event)}\r\n\r\n`;
  let bytes = 0;
  for (const part of answer.parts) {
    for (const step of stepsOf(part, bytes)) {
      const first = bytes === 0;
      bytes += Buffer.byteLength(step.kind === "tool" ? step.name + step.arguments : step.text);
      const tokens = tokensOfBytes(bytes);
      const event = body(rendering, { parts: [partOf(step, answer)], finish: false, outputTokens: tokens });
      yield { text: frame(event, first), tokens, phase: "content" };
    }
  }
  const last = body(rendering, { parts: [{ text: "" }], finish: true, outputTokens: answer.usage?.outputTokens ?? answer.outputTokens });
  const end = call.streamsAsArray ? "]" : "";
  yield { text: frame(last, bytes === 0) + end, tokens: answer.outputTokens, phase: "closing" };
}

const STATUS_NAMES: Record<number, string> = {
  400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ABORTED",
  429: "RESOURCE_EXHAUSTED", 499: "CANCELLED", 500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
};

function failure({ status, message, code, retryAfterSeconds }: WireFailure): object {
  const details = retryAfterSeconds === null ? [] : [
    { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${retryAfterSeconds}s` },
  ];
  return { error: { code: status, message, status: code ?? STATUS_NAMES[status] ?? "UNKNOWN", ...(details.length > 0 ? { details } : {}) } };
}

export const geminiWire: Wire = {
  name: "gemini",
  parse,
  plain,
  frames,
  failure,
  failureFrame: (given) => `data: ${JSON.stringify(failure(given))}\r\n\r\n`,
  malformedFrame: `data: {"candidates": [{"content": {"parts": [{"text": "unterm\r\n\r\n`,
  headers: () => ({ "server-timing": "gfet4t7; dur=1" }),
  streamContentType: "text/event-stream",
  overloadedStatus: 503,
};
