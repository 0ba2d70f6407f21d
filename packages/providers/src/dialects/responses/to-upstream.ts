import { arrayOf, isJsonObject, isReasoningReference, mayHoldPackedState, objectOf, OPENAI_REASONING_FORMAT, spliceTopLevel, textOf, withoutPackedState, type ChatMessage, type ChatRequest, type JsonObject, type SpliceEdit } from "@trunkline/protocol";
import type { Call, Profile, Target } from "../../adapter.ts";
import { GATEWAY_FIELDS } from "../../relay/request-body.ts";
import { strayLosses } from "../../relay/stray-losses.ts";

export interface UpstreamBody { readonly body: Uint8Array; readonly losses: string[] }

const ENCRYPTED = "reasoning.encrypted_content";
/** OpenAI's models that think: only they have such content, and others refuse to be asked for it. */
const REASONING_MODEL = /^(?:o\d|gpt-5)/;
/** A deployment may bear any name: then the catalogue's name tells. */
const reasons = ({ model, upstreamModel }: Target): boolean => REASONING_MODEL.test(upstreamModel) || REASONING_MODEL.test(model.replace(/^openai\//, ""));
const SAMPLING = ["temperature", "top_p"] as const;

/**
 * The caller's own bytes, edited only where they must be. Nothing is stored upstream: the credential is shared, and what one tenant
 * stored another could name. So a caller that counted on it gets the reasoning back as encrypted content, to send along itself.
 */
export function splicedBody(call: Call, target: Target): UpstreamBody {
  const { body } = call;
  const edits: Record<string, SpliceEdit> = { model: JSON.stringify(target.upstreamModel), store: "false" };
  for (const field of GATEWAY_FIELDS) if (field in body) edits[field] = null;
  const include = arrayOf(body["include"]);
  if (body["store"] !== false && reasons(target) && !include.includes(ENCRYPTED)) edits["include"] = JSON.stringify([...include, ENCRYPTED]);
  const losses = body["store"] === true ? ["dropped:store"] : [];
  if (Array.isArray(body["input"])) {
    const refers = body["input"].some(isReasoningReference);
    if (refers) losses.push("dropped:input.reasoning");
    const input = refers ? body["input"].filter((item) => !isReasoningReference(item)) : body["input"];
    if (refers || mayHoldPackedState(call.raw)) edits["input"] = JSON.stringify(withoutPackedState(input));
  }
  return { body: spliceTopLevel(call.raw, edits), losses };
}

/** Hub → Responses body, for a caller of another wire. */
export function translatedBody(request: ChatRequest, target: Target, profile: Profile): UpstreamBody {
  const losses = strayLosses(request);
  if (request.messages.some((message) => arrayOf(message.reasoning_details).some((detail) => objectOf(detail)["format"] !== OPENAI_REASONING_FORMAT))) losses.push("dropped:reasoning_details");
  const fixedSampling = (profile.id === "openai" || profile.hosting === "azure") && reasons(target);
  const limit = request.max_completion_tokens ?? request.max_tokens;
  if (limit != null && limit > target.maxOutputTokens) losses.push("clamped:max_tokens");
  const body: Record<string, unknown> = {
    model: target.upstreamModel, input: request.messages.flatMap(inputItems), store: false, stream: request.stream === true,
    ...(limit == null ? {} : { max_output_tokens: Math.min(limit, target.maxOutputTokens) }),
    ...toolFields(request, losses), ...(request.parallel_tool_calls === false ? { parallel_tool_calls: false } : {}),
    ...(request.reasoning_effort ? { reasoning: { effort: request.reasoning_effort, summary: "auto" } } : {}),
    ...(reasons(target) ? { include: [ENCRYPTED] } : {}),
    ...textFormat(request), ...(request.user ? { safety_identifier: request.user } : {}),
  };
  for (const name of SAMPLING) {
    if (request[name] == null) continue;
    if (fixedSampling) losses.push(`dropped:${name}`); else body[name] = request[name];
  }
  for (const name of CARRIED) if (request[name] != null) body[name] = request[name];
  for (const [name, value] of Object.entries(request)) {
    if (READ.has(name) || value === null || value === undefined || (name === "n" && value === 1) || value === false) continue;
    losses.push(`dropped:${name}`);
  }
  return { body: Buffer.from(JSON.stringify(body)), losses };
}

/** Fields that are the same on both wires. */
const CARRIED = ["service_tier", "prompt_cache_key"] as const;
const READ = new Set<string>([
  "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort", "user", "metadata",
  ...CARRIED, ...GATEWAY_FIELDS,
]);

function inputItems(message: ChatMessage): JsonObject[] {
  switch (message.role) {
    case "tool": return [{ type: "function_call_output", call_id: message.tool_call_id ?? "", output: arrayOf(message.content).some((part) => objectOf(part)["type"] !== "text") ? arrayOf(message.content).map(objectOf).map(inputPart) : textIn(message.content) }];
    case "assistant": return assistantItems(message);
    default: return [{ role: message.role, content: typeof message.content === "string" ? message.content : arrayOf(message.content).map(objectOf).map(inputPart) }];
  }
}

function assistantItems(message: ChatMessage): JsonObject[] {
  const state = arrayOf(message.reasoning_details).filter(isJsonObject).filter((detail) => detail["format"] === OPENAI_REASONING_FORMAT && textOf(detail["data"]) !== "");
  const text = textIn(message.content);
  return [
    ...state.map((detail) => ({ type: "reasoning", ...(textOf(detail["id"]) ? { id: detail["id"] } : {}), summary: [], encrypted_content: detail["data"] })),
    ...(text ? [{ role: "assistant", content: text }] : []),
    ...(message.tool_calls ?? []).map((call) => ({ type: "function_call", call_id: call.id, name: call.function.name, arguments: call.function.arguments })),
  ];
}

const textIn = (content: ChatMessage["content"]): string => typeof content === "string" ? content : arrayOf(content).map((part) => textOf(objectOf(part)["text"])).join("");

function inputPart(part: JsonObject): JsonObject {
  switch (part["type"]) {
    case "text": return { type: "input_text", text: part["text"] };
    case "image_url": return { type: "input_image", image_url: objectOf(part["image_url"])["url"], detail: objectOf(part["image_url"])["detail"] ?? "auto" };
    case "file": return { type: "input_file", ...filePart(objectOf(part["file"])) };
    default: return part;
  }
}

function filePart(file: JsonObject): JsonObject {
  const data = textOf(file["file_data"]);
  return /^https?:/.test(data) ? { file_url: data } : file;
}

function toolFields(request: ChatRequest, losses: string[]): JsonObject {
  const tools: JsonObject[] = [];
  for (const tool of request.tools ?? []) {
    if (tool.function) tools.push({ type: "function", ...tool.function, strict: tool.function.strict ?? false });
    else losses.push(`dropped:tools.${tool.type}`);
  }
  if (tools.length === 0) return {};
  const name = objectOf(objectOf(request.tool_choice)["function"])["name"];
  const choice = name === undefined ? request.tool_choice : { type: "function", name };
  return { tools, ...(choice == null ? {} : { tool_choice: choice }) };
}

function textFormat(request: ChatRequest): JsonObject {
  const format = request.response_format;
  if (format?.type === "json_object") return { text: { format: { type: "json_object" } } };
  if (format?.type !== "json_schema") return {};
  return { text: { format: { type: "json_schema", ...format.json_schema } } };
}
