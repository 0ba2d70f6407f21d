import { arrayOf, isJsonObject, mergeReasoningDetails, objectOf, parseJsonObject, textOf, thinkingFromDetail, type ChatMessage, type ChatToolCall, type JsonObject } from "@trunkline/protocol";

export interface AnthropicMessages { readonly system: readonly JsonObject[]; readonly messages: readonly JsonObject[] }

interface Turn { readonly role: "user" | "assistant"; readonly content: JsonObject[] }

/**
 * Hub messages → Anthropic turns: roles alternate, tool results open the user turn after their calls, and system text stands
 * apart, from wherever in the conversation it came.
 */
export function translateMessages(given: readonly ChatMessage[], losses: string[]): AnthropicMessages {
  const system: JsonObject[] = [];
  const turns: Turn[] = [];
  for (const message of given) {
    if (message.role === "system" || message.role === "developer") {
      if (turns.length > 0) losses.push("emulated:messages.system");
      system.push(...contentBlocks(message.content, losses));
    } else {
      const turn = turnFrom(message, losses);
      const last = turns.at(-1);
      if (last?.role === turn.role) last.content.push(...turn.content);
      else turns.push(turn);
    }
  }
  const messages = turns.filter((turn) => turn.content.length > 0).map(resultsFirst);
  if (messages.length > 0) return { system, messages: trimLast(messages) };
  losses.push("emulated:messages.system");
  return { system: [], messages: [{ role: "user", content: system }] };
}

function turnFrom(message: ChatMessage, losses: string[]): Turn {
  if (message.role === "assistant") return { role: "assistant", content: assistantBlocks(message, losses) };
  if (message.role !== "tool") return { role: "user", content: contentBlocks(message.content, losses) };
  const blocks = contentBlocks(message.content, losses);
  return { role: "user", content: [{ type: "tool_result", tool_use_id: message.tool_call_id ?? "", ...(blocks.length > 0 ? { content: blocks } : {}), ...(message["is_error"] === true ? { is_error: true } : {}) }] };
}

function assistantBlocks(message: ChatMessage, losses: string[]): JsonObject[] {
  const thinking: JsonObject[] = [];
  for (const detail of mergeReasoningDetails(message.reasoning_details ?? [])) {
    const block = thinkingFromDetail(detail);
    if (block) thinking.push(block);
    else losses.push("dropped:reasoning_details");
  }
  return [...thinking, ...contentBlocks(message.content, losses), ...(message.tool_calls ?? []).map((call) => toolUse(call, losses))];
}

function toolUse(call: ChatToolCall, losses: string[]): JsonObject {
  const input = parseJsonObject(call.function?.arguments || "{}");
  if (!input) losses.push("dropped:tool_calls.arguments");
  return { type: "tool_use", id: call.id, name: call.function?.name ?? "", input: input ?? {} };
}

function contentBlocks(content: ChatMessage["content"], losses: string[]): JsonObject[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return (content ?? []).flatMap((part) => contentBlock(part as JsonObject, losses));
}

/** QUIRK(anthropic): an empty text block is a 400. */
function contentBlock(part: JsonObject, losses: string[]): JsonObject[] {
  const cache = isJsonObject(part["cache_control"]) ? { cache_control: part["cache_control"] } : {};
  switch (part["type"]) {
    case "text": case "refusal": {
      const text = textOf(part["text"]) || textOf(part["refusal"]);
      return text === "" ? [] : [{ type: "text", text, ...cache }];
    }
    case "image_url": return [{ type: "image", source: sourceFrom(textOf(objectOf(part["image_url"])["url"])), ...cache }];
    case "file": {
      const file = objectOf(part["file"]);
      const data = textOf(file["file_data"]);
      if (data) return [{ type: "document", source: sourceFrom(data), ...(textOf(file["filename"]) ? { title: textOf(file["filename"]) } : {}), ...cache }];
    }
  }
  losses.push(`dropped:messages.${textOf(part["type"]) || "part"}`);
  return [];
}

function sourceFrom(url: string): JsonObject {
  const data = /^data:([^;,]+)[^,]*;base64,/.exec(url);
  return data ? { type: "base64", media_type: data[1], data: url.slice(data[0].length) } : { type: "url", url };
}

function resultsFirst(turn: Turn): JsonObject {
  if (turn.role === "assistant") return { ...turn };
  const results = turn.content.filter((block) => block["type"] === "tool_result");
  return { role: "user", content: [...results, ...turn.content.filter((block) => block["type"] !== "tool_result")] };
}

/** QUIRK(anthropic): a last assistant turn is a prefill, and must not end in white space. */
function trimLast(messages: JsonObject[]): JsonObject[] {
  const last = messages.at(-1);
  if (last?.["role"] !== "assistant") return messages;
  const content = arrayOf(last["content"]).map(objectOf);
  const final = content.at(-1);
  if (final?.["type"] !== "text") return messages;
  return [...messages.slice(0, -1), { ...last, content: [...content.slice(0, -1), { ...final, text: textOf(final["text"]).trimEnd() }] }];
}
