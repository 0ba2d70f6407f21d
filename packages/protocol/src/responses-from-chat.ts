import type { ChatFinishReason, ChatResponse, ChatUsage } from "./chat.ts";
import { arrayOf, objectOf, textOf, type JsonObject } from "./json-object.ts";
import { picturesOf, type Picture } from "./pictures.ts";
import { encryptedFrom, packState } from "./responses-state.ts";
import { customToolNames, freeTextFromArguments } from "./responses-tools.ts";

/** Who answers and when; `requestId` gives every item its own id. */
export interface ResponseIdentity { readonly requestId: string; readonly createdAtSeconds: number; readonly model: string }

const suffixOf = (requestId: string): string => requestId.replace(/^(?:req|resp|chatcmpl|msg)[_-]/, "");
export const responseIdFrom = (requestId: string): string => `resp_${suffixOf(requestId)}`;
export const itemIdFrom = (prefix: "msg" | "rs" | "fc" | "ctc" | "ig", requestId: string, index: number): string => `${prefix}_${suffixOf(requestId)}_${index}`;

/** The response object without its output: what was asked for, as that wire gives it back. */
export function responseFrame(body: JsonObject, { requestId, createdAtSeconds, model }: ResponseIdentity): JsonObject {
  const reasoning = objectOf(body["reasoning"]);
  return {
    id: responseIdFrom(requestId), object: "response", created_at: createdAtSeconds, status: "in_progress", background: false, error: null, incomplete_details: null,
    instructions: body["instructions"] ?? null, max_output_tokens: body["max_output_tokens"] ?? null, max_tool_calls: body["max_tool_calls"] ?? null, model, output: [],
    parallel_tool_calls: body["parallel_tool_calls"] ?? true, previous_response_id: null, prompt_cache_key: body["prompt_cache_key"] ?? null,
    reasoning: { effort: reasoning["effort"] ?? null, summary: reasoning["summary"] ?? null }, safety_identifier: body["safety_identifier"] ?? null, service_tier: "default", store: false,
    temperature: body["temperature"] ?? 1, text: body["text"] ?? { format: { type: "text" } }, tool_choice: body["tool_choice"] ?? "auto", tools: body["tools"] ?? [], top_logprobs: 0,
    top_p: body["top_p"] ?? 1, truncation: "disabled", usage: null, user: body["user"] ?? null, metadata: body["metadata"] ?? {},
  };
}

/** How an answer that ended so is called there. */
export function responseEnding(finish: ChatFinishReason | null): JsonObject {
  if (finish === "length") return { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
  if (finish === "content_filter") return { status: "incomplete", incomplete_details: { reason: "content_filter" } };
  return { status: "completed" };
}

export function responsesUsageFrom(usage: ChatUsage | null | undefined): JsonObject | null {
  if (!usage) return null;
  const { cached_tokens: cached = 0, cache_write_tokens: written } = usage.prompt_tokens_details ?? {};
  return {
    input_tokens: usage.prompt_tokens, input_tokens_details: { cached_tokens: cached, ...(written === undefined ? {} : { cache_write_tokens: written }) },
    output_tokens: usage.completion_tokens, output_tokens_details: { reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0 },
    total_tokens: usage.prompt_tokens + usage.completion_tokens,
  };
}

/** A citation of the Chat wire (`url_citation` in an object of its own) lies flat on this one. */
export const annotationFrom = (given: unknown): JsonObject => {
  const { url_citation: citation, ...rest } = objectOf(given);
  return citation === undefined ? rest : { ...rest, ...objectOf(citation) };
};

export const messageItem = (id: string, status: string, content: readonly unknown[]): JsonObject => ({ id, type: "message", status, role: "assistant", content });
export const reasoningItem = (id: string, text: string, encrypted: string | null): JsonObject => ({ id, type: "reasoning", summary: text ? [{ type: "summary_text", text }] : [], ...(encrypted === null ? {} : { encrypted_content: encrypted }) });
export const outputTextPart = (text: string, annotations: readonly unknown[]): JsonObject => ({ type: "output_text", text, annotations, logprobs: [] });

/** A picture that the model made (https://platform.openai.com/docs/guides/tools-image-generation). */
export const imageItem = (id: string, { mediaType, base64 }: Picture): JsonObject => ({ id, type: "image_generation_call", status: "completed", output_format: mediaType.replace("image/", ""), result: base64 });

export interface CallParts { readonly id: string; readonly callId: string; readonly name: string; readonly json: string; readonly status: string }
export const callItem = ({ id, callId, name, json, status }: CallParts, isCustom: boolean): JsonObject =>
  isCustom ? { id, type: "custom_tool_call", status, call_id: callId, name, input: json === "" ? "" : freeTextFromArguments(json) } : { id, type: "function_call", status, call_id: callId, name, arguments: json };

/** Hub answer → the caller's response object. Only the first choice exists on that wire. */
export function responseFromChat(body: JsonObject, response: ChatResponse, identity: ResponseIdentity): JsonObject {
  const choice = response.choices[0];
  const message = objectOf(choice?.message);
  const custom = customToolNames(body);
  const output: JsonObject[] = [];
  const { requestId } = identity;
  const details = arrayOf(message["reasoning_details"]);
  const reasoning = textOf(message["reasoning"]) || textOf(message["reasoning_content"]);
  if (reasoning || details.length > 0) {
    const { content, id } = encryptedFrom(details);
    output.push(reasoningItem(id ?? itemIdFrom("rs", requestId, output.length), reasoning, content));
  }
  const text = textOf(message["content"]);
  const refusal = textOf(message["refusal"]);
  const content = [...(text ? [outputTextPart(text, arrayOf(message["annotations"]).map(annotationFrom))] : []), ...(refusal ? [{ type: "refusal", refusal }] : [])];
  const calls = choice?.message.tool_calls ?? [];
  if (content.length > 0) output.push(messageItem(itemIdFrom("msg", requestId, output.length), "completed", content));
  for (const picture of picturesOf(message)) output.push(imageItem(itemIdFrom("ig", requestId, output.length), picture));
  for (const call of calls) {
    if (call.extra_content !== undefined) output.push(reasoningItem(itemIdFrom("rs", requestId, output.length), "", packState({ details: [], calls: { [call.id]: call.extra_content } })));
    const isCustom = custom.has(call.function.name);
    output.push(callItem({ id: itemIdFrom(isCustom ? "ctc" : "fc", requestId, output.length), callId: call.id, name: call.function.name, json: call.function.arguments, status: "completed" }, isCustom));
  }
  return { ...responseFrame(body, identity), ...responseEnding(choice?.finish_reason ?? null), output, usage: responsesUsageFrom(response.usage) };
}
