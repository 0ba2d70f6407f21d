// OpenAI's Responses wire, as its API reference documents it, with the whole sequence of events:
// https://platform.openai.com/docs/api-reference/responses

import type { Answer, AnswerPart, AnswerUsage } from "../answer.ts";
import type { Fields, SimulatedCall, ToolSpec } from "../call.ts";
import { fieldsOf, InvalidCall, listOf, positiveOf, PromptBuilder, stringOf } from "../call.ts";
import { piecesOf, tokensOfBytes } from "../tokens.ts";
import { failure } from "./openai.ts";
import type { Frame, Rendering, Wire, WireFailure, WireRequest } from "./wire.ts";

const OUTPUT_TYPES = new Set(["function_call_output", "custom_tool_call_output"]);

function readContent(content: unknown, prompt: PromptBuilder): string {
  if (typeof content === "string") {
    prompt.text(content);
    return content;
  }
  const texts: string[] = [];
  for (const part of listOf(content)) {
    if (typeof part["text"] !== "string") { prompt.image(); continue; }
    texts.push(part["text"]);
    prompt.text(part["text"]);
  }
  return texts.join("\n");
}

function readInput(body: Fields, prompt: PromptBuilder): { lastUserText: string; endsWithToolResult: boolean } {
  const { input } = body;
  if (typeof input === "string") return { lastUserText: readContent(input, prompt), endsWithToolResult: false };
  if (!Array.isArray(input)) throw new InvalidCall("Missing required parameter: 'input'.", "input");
  let lastUserText = "";
  let endsWithToolResult = false;
  for (const [index, item] of listOf(input).entries()) {
    const type = stringOf(item["type"], "message");
    endsWithToolResult = OUTPUT_TYPES.has(type);
    // Nothing was stored, so an item that carries no content of its own cannot be found.
    if (type === "item_reference" || (type === "reasoning" && stringOf(item["encrypted_content"]) === "")) {
      throw new InvalidCall(`Item with id '${stringOf(item["id"])}' not found. Items are not persisted when \`store\` is set to false.`, `input[${index}]`, 404);
    }
    if (type === "reasoning" && !stringOf(item["encrypted_content"]).startsWith("gAAAA")) throw new InvalidCall("The encrypted content could not be verified.", `input[${index}]`);
    if (type === "message") {
      const text = readContent(item["content"], prompt);
      if (item["role"] === "user") lastUserText = text;
    } else prompt.text(JSON.stringify(item));
  }
  return { lastUserText, endsWithToolResult };
}

function readTools(body: Fields, prompt: PromptBuilder): ToolSpec[] {
  if (body["tools"] !== undefined) prompt.text(JSON.stringify(body["tools"]));
  return listOf(body["tools"]).filter((tool) => tool["type"] === "function").map((tool) => ({ name: stringOf(tool["name"]), schema: tool["parameters"] ?? {} }));
}

function readToolChoice(body: Fields): SimulatedCall["toolChoice"] {
  const choice = body["tool_choice"];
  if (choice === "none" || choice === "required") return choice;
  const name = stringOf(fieldsOf(choice)?.["name"]);
  return name === "" ? "auto" : { name };
}

function readJson(body: Fields): SimulatedCall["json"] {
  const format = fieldsOf(fieldsOf(body["text"])?.["format"]);
  if (format?.["type"] === "json_object") return { schema: null };
  return format?.["type"] === "json_schema" ? { schema: format["schema"] ?? null } : null;
}

function parse({ body }: WireRequest): SimulatedCall {
  if (typeof body["model"] !== "string") throw new InvalidCall("Missing required parameter: 'model'.", "model");
  if (body["previous_response_id"] != null) throw new InvalidCall(`Previous response with id '${stringOf(body["previous_response_id"])}' not found.`, "previous_response_id");
  const prompt = new PromptBuilder();
  prompt.text(stringOf(body["instructions"]));
  const tools = readTools(body, prompt);
  const conversation = readInput(body, prompt);
  const effort = fieldsOf(body["reasoning"])?.["effort"];
  return {
    ...conversation,
    model: body["model"],
    stream: body["stream"] === true,
    streamsAsArray: false,
    includeUsage: true,
    tools,
    toolChoice: readToolChoice(body),
    parallelTools: body["parallel_tool_calls"] !== false,
    json: readJson(body),
    stop: [],
    maxTokens: positiveOf(body["max_output_tokens"]),
    reasoning: typeof effort === "string" && effort !== "none",
    seed: 0,
    prompt: prompt.build(),
  };
}

function usageBody(usage: AnswerUsage): object {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    input_tokens: input, input_tokens_details: { cached_tokens: usage.cacheReadTokens },
    output_tokens: usage.outputTokens, output_tokens_details: { reasoning_tokens: usage.reasoningTokens }, total_tokens: input + usage.outputTokens,
  };
}

function itemOf(part: AnswerPart, answer: Answer, index: number): Fields {
  if (part.kind === "reasoning") {
    return { id: `rs_${answer.id}${index}`, type: "reasoning", summary: [{ type: "summary_text", text: part.text }], encrypted_content: `gAAAA${Buffer.from(part.text).toString("base64")}` };
  }
  if (part.kind === "tool") return { id: `fc_${part.id}`, type: "function_call", status: "completed", arguments: part.arguments, call_id: `call_${part.id}`, name: part.name };
  return { id: `msg_${answer.id}${index}`, type: "message", status: "completed", content: [{ type: "output_text", annotations: [], logprobs: [], text: part.text }], role: "assistant" };
}

function bodyOf({ call, answer, createdAtSeconds }: Rendering, status: string, output: readonly Fields[]): object {
  const ended = status !== "in_progress";
  return {
    id: `resp_${answer.id}`, object: "response", created_at: createdAtSeconds, status, background: false, error: status === "failed" ? { code: "server_error", message: "The model failed to generate a response." } : null,
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null, instructions: null, max_output_tokens: call.maxTokens, model: call.model, output,
    parallel_tool_calls: call.parallelTools, previous_response_id: null, reasoning: { effort: null, summary: null }, store: false, temperature: 1, text: { format: { type: "text" } },
    tool_choice: "auto", tools: [], top_p: 1, truncation: "disabled", usage: ended && answer.usage !== null ? usageBody(answer.usage) : null, user: null, metadata: {},
  };
}

const STATUSES: Partial<Record<Answer["finish"], string>> = { length: "incomplete", error: "failed" };
/** The status is the finish: it has no blank. */
const statusOf = (answer: Answer): string => STATUSES[answer.finish] ?? "completed";
const outputOf = (answer: Answer): Fields[] => answer.parts.map((part, index) => itemOf(part, answer, index));

/** Events of one output item, with the bytes of output in each. */
function* itemEvents(part: AnswerPart, item: Fields, place: { outputIndex: number; bytesBefore: number }): Generator<{ type: string; fields: object; bytes: number }> {
  const at = { item_id: item["id"], output_index: place.outputIndex };
  const added = part.kind === "reasoning" ? { summary: [], encrypted_content: undefined } : part.kind === "tool" ? { status: "in_progress", arguments: "" } : { status: "in_progress", content: [] };
  const head = part.kind === "tool" ? Buffer.byteLength(part.name) : 0;
  yield { type: "response.output_item.added", fields: { output_index: place.outputIndex, item: { ...item, ...added } }, bytes: head };
  const text = part.kind === "tool" ? part.arguments : part.text;
  const pieces = piecesOf(text, place.bytesBefore + head);
  if (part.kind === "tool") {
    for (const delta of pieces) yield { type: "response.function_call_arguments.delta", fields: { ...at, delta }, bytes: Buffer.byteLength(delta) };
    yield { type: "response.function_call_arguments.done", fields: { ...at, arguments: text }, bytes: 0 };
  } else if (part.kind === "reasoning") {
    const summary = { ...at, summary_index: 0 };
    yield { type: "response.reasoning_summary_part.added", fields: { ...summary, part: { type: "summary_text", text: "" } }, bytes: 0 };
    for (const delta of pieces) yield { type: "response.reasoning_summary_text.delta", fields: { ...summary, delta }, bytes: Buffer.byteLength(delta) };
    yield { type: "response.reasoning_summary_text.done", fields: { ...summary, text }, bytes: 0 };
    yield { type: "response.reasoning_summary_part.done", fields: { ...summary, part: { type: "summary_text", text } }, bytes: 0 };
  } else {
    const content = { ...at, content_index: 0 };
    yield { type: "response.content_part.added", fields: { ...content, part: { type: "output_text", annotations: [], logprobs: [], text: "" } }, bytes: 0 };
    for (const delta of pieces) yield { type: "response.output_text.delta", fields: { ...content, delta, logprobs: [] }, bytes: Buffer.byteLength(delta) };
    yield { type: "response.output_text.done", fields: { ...content, text, logprobs: [] }, bytes: 0 };
    yield { type: "response.content_part.done", fields: { ...content, part: { type: "output_text", annotations: [], logprobs: [], text } }, bytes: 0 };
  }
  yield { type: "response.output_item.done", fields: { output_index: place.outputIndex, item }, bytes: 0 };
}

function* frames(rendering: Rendering): Generator<Frame> {
  const { answer } = rendering;
  let sequence = 0;
  const event = (type: string, fields: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;
  for (const type of ["response.created", "response.in_progress"]) yield { text: event(type, { response: bodyOf(rendering, "in_progress", []) }), tokens: 0, phase: "preamble" };
  let bytes = 0;
  const output = outputOf(answer);
  for (const [outputIndex, part] of answer.parts.entries()) {
    for (const made of itemEvents(part, output[outputIndex] ?? {}, { outputIndex, bytesBefore: bytes })) {
      bytes += made.bytes;
      yield { text: event(made.type, made.fields), tokens: tokensOfBytes(bytes), phase: bytes === 0 ? "preamble" : "content" };
    }
  }
  const status = statusOf(answer);
  yield { text: event(`response.${status}`, { response: bodyOf(rendering, status, output) }), tokens: answer.outputTokens, phase: "closing" };
}

const errorOf = (given: WireFailure): Fields => fieldsOf((failure(given) as Fields)["error"]) ?? {};

export const responsesWire: Wire = {
  name: "responses",
  parse,
  plain: (rendering) => bodyOf(rendering, statusOf(rendering.answer), outputOf(rendering.answer)),
  frames,
  failure,
  failureFrame: (given) => `event: error\ndata: ${JSON.stringify({ type: "error", sequence_number: 2, error: errorOf(given) })}\n\n`,
  malformedFrame: `event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"unterm\n\n`,
  headers: (requestId) => ({ "x-request-id": requestId, "openai-version": "2020-10-01", "openai-processing-ms": "1" }),
  streamContentType: "text/event-stream; charset=utf-8",
  overloadedStatus: 503,
};
