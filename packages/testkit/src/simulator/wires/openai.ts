// The Chat Completions wire, as the OpenAI API reference documents it and the OpenAI-compatible providers speak it:
// https://platform.openai.com/docs/api-reference/chat

import type { Answer, AnswerPart, AnswerUsage } from "../answer.ts";
import type { Fields, SimulatedCall, ToolSpec } from "../call.ts";
import { fieldsOf, InvalidCall, listOf, positiveOf, PromptBuilder, stringOf, stringsOf } from "../call.ts";
import { piecesOf, tokensOfBytes } from "../tokens.ts";
import type { Frame, Rendering, Wire, WireFailure, WireRequest } from "./wire.ts";

function readContent(content: unknown, prompt: PromptBuilder): string {
  if (typeof content === "string") {
    prompt.text(content);
    return content;
  }
  const texts: string[] = [];
  for (const part of listOf(content)) {
    if (typeof part["text"] === "string") {
      texts.push(part["text"]);
      prompt.text(part["text"]);
    } else {
      prompt.image();
    }
    if (part["cache_control"] !== undefined) prompt.mark();
  }
  return texts.join("\n");
}

function readTools(body: Fields, prompt: PromptBuilder): ToolSpec[] {
  if (body["tools"] !== undefined) prompt.text(JSON.stringify(body["tools"]));
  return listOf(body["tools"])
    .map((tool) => fieldsOf(tool["function"]))
    .filter((definition) => definition !== null)
    .map((definition) => ({ name: stringOf(definition["name"]), schema: definition["parameters"] ?? {} }));
}

function readToolChoice(body: Fields): SimulatedCall["toolChoice"] {
  const choice = body["tool_choice"];
  if (choice === "none" || choice === "required") return choice;
  // QUIRK(mistral): `any` is its word for `required`.
  if (choice === "any") return "required";
  const name = stringOf(fieldsOf(fieldsOf(choice)?.["function"])?.["name"]);
  return name === "" ? "auto" : { name };
}

function readJson(body: Fields): SimulatedCall["json"] {
  const format = fieldsOf(body["response_format"]);
  if (format?.["type"] === "json_object") return { schema: null };
  if (format?.["type"] !== "json_schema") return null;
  return { schema: fieldsOf(format["json_schema"])?.["schema"] ?? null };
}

function readMessages(body: Fields, prompt: PromptBuilder): { lastUserText: string; endsWithToolResult: boolean } {
  const messages = body["messages"];
  if (!Array.isArray(messages)) throw new InvalidCall("Missing required parameter: 'messages'.", "messages");
  if (messages.length === 0) throw new InvalidCall("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "messages");
  let lastUserText = "";
  let lastRole = "";
  for (const [index, message] of messages.entries()) {
    const fields = fieldsOf(message);
    if (fields === null || typeof fields["role"] !== "string") {
      throw new InvalidCall(`Missing required parameter: 'messages[${index}].role'.`, `messages[${index}].role`);
    }
    lastRole = fields["role"];
    const text = readContent(fields["content"], prompt);
    if (lastRole === "user") lastUserText = text;
    if (fields["tool_calls"] !== undefined) prompt.text(JSON.stringify(fields["tool_calls"]));
  }
  return { lastUserText, endsWithToolResult: lastRole === "tool" || lastRole === "function" };
}

// QUIRK(perplexity): usage comes unasked.
const TELLS_USAGE_UNASKED = new Set(["perplexity", "mistral"]);
// QUIRK(mistral): it comes with the finish, in no chunk of its own.
const TELLS_USAGE_WITH_FINISH = new Set(["mistral"]);

function parse({ body, provider }: WireRequest): SimulatedCall {
  if (typeof body["model"] !== "string") throw new InvalidCall("you must provide a model parameter", "model");
  const prompt = new PromptBuilder();
  const tools = readTools(body, prompt);
  const conversation = readMessages(body, prompt);
  const effort = body["reasoning_effort"];
  return {
    ...conversation,
    model: body["model"],
    stream: body["stream"] === true,
    streamsAsArray: false,
    includeUsage: fieldsOf(body["stream_options"])?.["include_usage"] === true || TELLS_USAGE_UNASKED.has(provider),
    tools,
    toolChoice: readToolChoice(body),
    parallelTools: body["parallel_tool_calls"] !== false,
    json: readJson(body),
    stop: stringsOf(body["stop"]),
    maxTokens: positiveOf(body["max_completion_tokens"]) ?? positiveOf(body["max_tokens"]),
    reasoning: typeof effort === "string" && effort !== "none",
    seed: typeof body["seed"] === "number" ? body["seed"] : 0,
    prompt: prompt.build(),
  };
}

export function usageBody(usage: AnswerUsage): object {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.outputTokens,
    total_tokens: prompt + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0,
    },
  };
}

// QUIRK(openrouter, mistral): `error` is a finish reason.
function finishReason({ finish }: Answer): string | null {
  if (finish === "blank") return null;
  return finish === "stop_sequence" ? "stop" : finish;
}

// QUIRK(openai): reasoning is billed but never shown; the compatible providers show it as `reasoning_content`.
function showsReasoning(provider: string): boolean {
  return provider !== "openai" && provider !== "azure";
}

function plain({ provider, call, answer, createdAtSeconds }: Rendering): object {
  const text = answer.parts.find((part) => part.kind === "text")?.text ?? null;
  const reasoning = answer.parts.find((part) => part.kind === "reasoning")?.text;
  const toolCalls = answer.parts.filter((part) => part.kind === "tool")
    .map((part) => ({ id: `call_${part.id}`, type: "function", function: { name: part.name, arguments: part.arguments } }));
  return {
    id: `chatcmpl-${answer.id}`,
    object: "chat.completion",
    created: createdAtSeconds,
    model: call.model,
    choices: [{
      index: 0,
      message: {
        role: "assistant", content: text,
        ...(reasoning !== undefined && showsReasoning(provider) ? { reasoning_content: reasoning } : {}),
        ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
        refusal: null, annotations: [],
      },
      logprobs: null,
      finish_reason: finishReason(answer),
    }],
    ...(answer.usage === null ? {} : { usage: usageBody(answer.usage) }),
    service_tier: "default",
    system_fingerprint: "fp_simulator",
  };
}

function* partDeltas(part: AnswerPart, place: { toolIndex: number; bytesBefore: number; shown: boolean }): Generator<{ delta: object | null; text: string }> {
  const { toolIndex, bytesBefore, shown } = place;
  if (part.kind === "tool") {
    const head = { index: toolIndex, id: `call_${part.id}`, type: "function", function: { name: part.name, arguments: "" } };
    yield { delta: { tool_calls: [head] }, text: part.name };
    for (const text of piecesOf(part.arguments, bytesBefore + Buffer.byteLength(part.name))) {
      yield { delta: { tool_calls: [{ index: toolIndex, function: { arguments: text } }] }, text };
    }
    return;
  }
  if (part.kind === "reasoning" && !shown) {
    yield { delta: null, text: part.text };
    return;
  }
  for (const text of piecesOf(part.text, bytesBefore)) {
    yield { delta: part.kind === "reasoning" ? { reasoning_content: text } : { content: text }, text };
  }
}

function* frames({ provider, call, answer, createdAtSeconds }: Rendering): Generator<Frame> {
  const head = JSON.stringify({
    id: `chatcmpl-${answer.id}`, object: "chat.completion.chunk", created: createdAtSeconds,
    model: call.model, service_tier: "default", system_fingerprint: "fp_simulator",
  }).slice(0, -1);
  // With `include_usage` every chunk but the last carries `usage: null`; without it none has the field.
  const withFinish = TELLS_USAGE_WITH_FINISH.has(provider);
  const tail = call.includeUsage && !withFinish ? `],"usage":null}\n\n` : `]}\n\n`;
  const chunk = (delta: object, finish: string | null, end = tail): string =>
    `data: ${head},"choices":[{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}${end}`;
  yield { text: chunk({ role: "assistant", content: "", refusal: null }, null), tokens: 0, phase: "preamble" };
  let bytes = 0;
  let toolIndex = 0;
  for (const part of answer.parts) {
    for (const { delta, text } of partDeltas(part, { toolIndex, bytesBefore: bytes, shown: showsReasoning(provider) })) {
      bytes += Buffer.byteLength(text);
      if (delta !== null) yield { text: chunk(delta, null), tokens: tokensOfBytes(bytes), phase: "content" };
    }
    if (part.kind === "tool") toolIndex += 1;
  }
  const tokens = answer.outputTokens;
  const usage = answer.usage === null ? null : JSON.stringify(usageBody(answer.usage));
  yield { text: chunk({}, finishReason(answer), withFinish && usage !== null ? `],"usage":${usage}}\n\n` : tail), tokens, phase: "closing" };
  if (call.includeUsage && usage !== null && !withFinish) {
    yield { text: `data: ${head},"choices":[],"usage":${usage}}\n\n`, tokens, phase: "closing" };
  }
  yield { text: "data: [DONE]\n\n", tokens, phase: "closing", terminator: true };
}

const ERROR_TYPES: Record<number, { type: string; code: string | null }> = {
  400: { type: "invalid_request_error", code: null },
  401: { type: "invalid_request_error", code: "invalid_api_key" },
  402: { type: "insufficient_quota", code: "insufficient_quota" },
  403: { type: "invalid_request_error", code: "unsupported_country_region_territory" },
  404: { type: "invalid_request_error", code: "model_not_found" },
  429: { type: "requests", code: "rate_limit_exceeded" },
};

export function failure({ status, message, code, param }: WireFailure): object {
  const known = ERROR_TYPES[status] ?? { type: status >= 500 ? "server_error" : "invalid_request_error", code: null };
  const type = code === "insufficient_quota" ? "insufficient_quota" : known.type;
  return { error: { message, type, param, code: code ?? known.code } };
}

export const openaiWire: Wire = {
  name: "openai",
  parse,
  plain,
  frames,
  failure,
  failureFrame: (given) => `data: ${JSON.stringify(failure(given))}\n\n`,
  malformedFrame: `data: {"id":"chatcmpl-broken","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"unterm\n\n`,
  headers: (requestId) => ({ "x-request-id": requestId, "openai-version": "2020-10-01", "openai-processing-ms": "1" }),
  streamContentType: "text/event-stream; charset=utf-8",
  overloadedStatus: 503,
};
