import type { ChatFinishReason, ChatResponse, ChatToolCall, ChatUsage } from "./chat.ts";
import { arrayOf, parseJsonObject } from "./json-object.ts";
import type { MessagesContentBlock, MessagesImageBlock, MessagesResponse, MessagesStopReason, MessagesUsage } from "./messages.ts";
import { picturesOf, type Picture } from "./pictures.ts";
import { thinkingFromDetail } from "./reasoning-details.ts";

/** Hub answer → Anthropic message. Only the first choice exists on that wire. */
export function messagesFromChat(response: ChatResponse): MessagesResponse {
  const choice = response.choices[0];
  const message = choice?.message;
  const content: MessagesContentBlock[] = [];
  for (const detail of arrayOf(message?.["reasoning_details"])) {
    const block = thinkingFromDetail(detail);
    if (block) content.push(block as unknown as MessagesContentBlock);
  }
  const reasoning = message?.["reasoning"] ?? message?.["reasoning_content"];
  if (content.length === 0 && typeof reasoning === "string" && reasoning) content.push({ type: "thinking", thinking: reasoning, signature: "" });
  const text = message?.content || message?.refusal;
  if (text) content.push({ type: "text", text });
  for (const picture of picturesOf(message)) content.push(imageBlock(picture));
  for (const call of message?.tool_calls ?? []) content.push(toolUseFrom(call));
  return {
    id: messageIdFrom(response.id), type: "message", role: "assistant", model: response.model, content,
    stop_reason: choice ? stopReasonFromFinish(choice.finish_reason) : null,
    stop_sequence: null, usage: messagesUsageFrom(response.usage),
  };
}

export const imageBlock = ({ mediaType, base64 }: Picture): MessagesImageBlock => ({ type: "image", source: { type: "base64", media_type: mediaType, data: base64 } });

/** Clients of that wire expect the prefix `msg_`. */
export const messageIdFrom = (id: string): string => (id.startsWith("msg_") ? id : `msg_${id.replace(/^chatcmpl-/, "")}`);

function toolUseFrom(call: ChatToolCall): MessagesContentBlock {
  return { type: "tool_use", id: call.id, name: call.function.name, input: parseJsonObject(call.function.arguments || "{}") ?? {} };
}

export function stopReasonFromFinish(reason: ChatFinishReason): MessagesStopReason {
  switch (reason) {
    case "stop": return "end_turn";
    case "length": return "max_tokens";
    case "tool_calls": return "tool_use";
    case "content_filter": return "refusal";
  }
}

/** Chat counts the cached part inside `prompt_tokens`; the Anthropic wire counts it beside `input_tokens`. */
export function messagesUsageFrom(usage: ChatUsage | null | undefined): MessagesUsage {
  const prompt = usage?.prompt_tokens ?? 0;
  const read = Math.min(prompt, usage?.prompt_tokens_details?.cached_tokens ?? 0);
  const write = Math.min(prompt - read, Number(usage?.prompt_tokens_details?.["cache_write_tokens"] ?? 0));
  return { input_tokens: prompt - read - write, cache_creation_input_tokens: write, cache_read_input_tokens: read, output_tokens: usage?.completion_tokens ?? 0 };
}
