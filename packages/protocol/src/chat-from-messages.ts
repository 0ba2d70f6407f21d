import type { ChatMessage, ChatPart, ChatRequest, ChatTool, ChatToolCall } from "./chat.ts";
import { InvalidRequestError } from "./invalid-request.ts";
import { arrayOf, isJsonObject, objectOf, textOf, type JsonObject } from "./json-object.ts";
import { CHAT_MESSAGES_MAX, CHAT_TOOLS_MAX } from "./parse-chat-request.ts";
import { detailFromThinking } from "./reasoning-details.ts";

/** OpenAI refuses a longer `user`; a truncated one would merge two people. */
const USER_CHARS_MAX = 64;
/** Thinking budgets in tokens up to which the hub's coarser effort applies. */
const EFFORT_BUDGETS = [["low", 4096], ["medium", 16_384]] as const;
/** What the translation reads; the gateway's own fields never go upstream and are no loss. */
const CARRIED = new Set(["model", "messages", "system", "max_tokens", "stream", "temperature", "top_p", "top_k", "stop_sequences", "tools", "tool_choice", "thinking", "metadata", "output_config", "output_format", "models", "routing_preset", "provider", "routing", "session_id"]);

/** Anthropic Messages body → hub (https://docs.anthropic.com/en/api/messages). Throws InvalidRequestError with the path of a wrong value. */
export function chatFromMessages(body: Readonly<Record<string, unknown>>): ChatRequest {
  const given = body["messages"];
  if (!Array.isArray(given)) throw new InvalidRequestError("messages", "`messages` must be an array.");
  if (given.length === 0 || given.length > CHAT_MESSAGES_MAX) throw new InvalidRequestError("messages", `\`messages\` must hold 1 to ${CHAT_MESSAGES_MAX} messages.`);
  const messages: ChatMessage[] = [];
  const system = systemContent(body["system"]);
  if (system.length > 0) messages.push({ role: "system", content: system });
  for (const [index, message] of given.entries()) messages.push(...chatMessages(message, `messages[${index}]`));
  const stop = arrayOf(body["stop_sequences"]).filter((item): item is string => typeof item === "string");
  const user = textOf(objectOf(body["metadata"])["user_id"]);
  const effort = effortFrom(body);
  return {
    model: textOf(body["model"]), messages,
    ...(typeof body["stream"] === "boolean" ? { stream: body["stream"] } : {}),
    ...numberField(body, "max_tokens"), ...numberField(body, "temperature"), ...numberField(body, "top_p"), ...numberField(body, "top_k"),
    ...(stop.length > 0 ? { stop } : {}),
    ...toolFields(body),
    ...(effort ? { reasoning_effort: effort } : {}),
    ...formatFromMessages(body),
    ...(user && user.length <= USER_CHARS_MAX ? { user } : {}),
  };
}

/** What `chatFromMessages` leaves behind, as `dropped:param`. */
export function messagesLosses(body: Readonly<Record<string, unknown>>): string[] {
  const losses = Object.keys(body).filter((key) => !CARRIED.has(key) && body[key] != null).map((key) => `dropped:${key}`);
  for (const tool of arrayOf(body["tools"])) if (!isFunctionTool(tool)) losses.push(`dropped:tools.${textOf(objectOf(tool)["type"]) || "unknown"}`);
  for (const { role, content } of arrayOf(body["messages"]).map(objectOf)) for (const block of arrayOf(content).map(objectOf)) losses.push(...blockLosses(role, block));
  return [...new Set(losses)];
}

/** Types of blocks that the hub has a form for, by who says them; a tool says what its user may. */
const BLOCKS = { user: new Set(["text", "image", "document", "tool_result"]), assistant: new Set(["text", "image", "thinking", "redacted_thinking", "tool_use"]) } as const;

function blockLosses(role: unknown, block: JsonObject): string[] {
  const type = textOf(block["type"]);
  const source = objectOf(block["source"])["type"];
  // An id of a file that Anthropic keeps says nothing to anybody else.
  if (source === "file") return ["dropped:messages.file"];
  if (role !== "system" && !BLOCKS[role === "assistant" ? "assistant" : "user"].has(type) || source === "content") return [`dropped:messages.${type || "unknown"}`];
  const cites = objectOf(block["citations"])["enabled"] === true ? ["dropped:messages.citations"] : [];
  return type === "tool_result" ? arrayOf(block["content"]).map(objectOf).flatMap((inner) => blockLosses("user", inner)) : cites;
}

function numberField<Name extends "max_tokens" | "temperature" | "top_p" | "top_k">(body: JsonObject, name: Name): { readonly [K in Name]?: number } {
  const value = body[name];
  return typeof value === "number" && Number.isFinite(value) ? ({ [name]: value } as { [K in Name]: number }) : {};
}

function systemText(system: unknown): string {
  if (typeof system === "string") return system;
  return arrayOf(system).map((block) => textOf(objectOf(block)["text"])).filter(Boolean).join("\n\n");
}

/** Blocks stay apart where one is marked for the cache. */
function systemContent(system: unknown): string | readonly ChatPart[] {
  const blocks = arrayOf(system).map(objectOf);
  return blocks.some((block) => isJsonObject(block["cache_control"])) ? blocks.filter((block) => textOf(block["text"]) !== "").map(textPart) : systemText(system);
}

const textPart = (block: JsonObject): ChatPart => ({ type: "text", text: textOf(block["text"]), ...marker(block) });

/** A prompt-cache marker, carried as it came. */
const marker = ({ cache_control: cache }: JsonObject): JsonObject => (isJsonObject(cache) ? { cache_control: cache } : {});

function chatMessages(message: unknown, path: string): ChatMessage[] {
  if (!isJsonObject(message)) throw new InvalidRequestError(path, `\`${path}\` must be an object.`);
  const { role, content } = message;
  if (role !== "user" && role !== "assistant" && role !== "system") throw new InvalidRequestError(`${path}.role`, `\`${path}.role\` must be user or assistant.`);
  if (typeof content !== "string" && !Array.isArray(content)) throw new InvalidRequestError(`${path}.content`, `\`${path}.content\` must be a string or an array of blocks.`);
  if (typeof content === "string") return [{ role, content }];
  const blocks = content.map((block: unknown, index) => {
    if (!isJsonObject(block) || typeof block["type"] !== "string") throw new InvalidRequestError(`${path}.content[${index}]`, `\`${path}.content[${index}]\` must be an object with a \`type\`.`);
    return block;
  });
  if (role === "system") return [{ role, content: systemText(blocks) }];
  return role === "assistant" ? [assistantMessage(blocks)] : userMessages(blocks);
}

function assistantMessage(blocks: readonly JsonObject[]): ChatMessage {
  const text = blocks.filter((block) => block["type"] === "text").map((block) => textOf(block["text"])).join("");
  const details = blocks.map(detailFromThinking).filter((detail) => detail !== null);
  const calls = blocks.filter((block) => block["type"] === "tool_use").map((block): ChatToolCall => ({
    id: textOf(block["id"]), type: "function", function: { name: textOf(block["name"]), arguments: JSON.stringify(block["input"] ?? {}) },
  }));
  const texts = blocks.filter((block) => block["type"] === "text");
  const content = texts.some((block) => isJsonObject(block["cache_control"])) ? texts.map(textPart) : text || null;
  const images = blocks.filter((block) => block["type"] === "image").flatMap(userPart);
  return { role: "assistant", content, ...(images.length > 0 ? { images } : {}), ...(calls.length > 0 ? { tool_calls: calls } : {}), ...(details.length > 0 ? { reasoning_details: details } : {}) };
}

/** Tool results become messages of their own and go first, because the Chat wire wants them right after the calls. */
function userMessages(blocks: readonly JsonObject[]): ChatMessage[] {
  const results: ChatMessage[] = [];
  const parts: ChatPart[] = [];
  for (const block of blocks) {
    if (block["type"] !== "tool_result") { parts.push(...userPart(block)); continue; }
    const content = typeof block["content"] === "string" ? block["content"] : toolResultText(arrayOf(block["content"]), parts);
    results.push({ role: "tool", tool_call_id: textOf(block["tool_use_id"]), content: isJsonObject(block["cache_control"]) && content !== "" ? [{ type: "text", text: content, ...marker(block) }] : content, ...(block["is_error"] === true ? { is_error: true } : {}) });
  }
  if (parts.length === 0) return results.length > 0 ? results : [{ role: "user", content: "" }];
  const onlyText = parts.length === 1 && parts[0]?.type === "text" && !("cache_control" in parts[0]) ? textOf((parts[0] as JsonObject)["text"]) : null;
  return [...results, { role: "user", content: onlyText ?? parts }];
}

/** Images of a tool result move to the user message after it: the Chat wire has only text there. */
function toolResultText(blocks: readonly unknown[], parts: ChatPart[]): string {
  const texts: string[] = [];
  for (const block of blocks) {
    if (!isJsonObject(block)) continue;
    if (block["type"] === "text") texts.push(textOf(block["text"]));
    else parts.push(...userPart(block));
  }
  return texts.join("\n");
}

function userPart(block: JsonObject): ChatPart[] {
  const source = objectOf(block["source"]);
  switch (block["type"]) {
    case "text": return [textPart(block)];
    case "image": return source["type"] === "file" ? [] : [{ type: "image_url", image_url: { url: sourceUrl(source) }, ...marker(block) }];
    case "document":
      if (source["type"] === "text") return [{ type: "text", text: textOf(source["data"]), ...marker(block) }];
      if (source["type"] === "file") return [];
      return [{ type: "file", file: { filename: textOf(block["title"]) || "document.pdf", file_data: sourceUrl(source) }, ...marker(block) }];
    default: return [];
  }
}

const sourceUrl = (source: JsonObject): string => (source["type"] === "base64" ? `data:${textOf(source["media_type"])};base64,${textOf(source["data"])}` : textOf(source["url"]));

const isFunctionTool = (tool: unknown): tool is JsonObject => isJsonObject(tool) && (tool["type"] === undefined || tool["type"] === null || tool["type"] === "custom") && typeof tool["name"] === "string";

function toolFields(body: JsonObject): { readonly tools?: readonly ChatTool[]; readonly tool_choice?: unknown; readonly parallel_tool_calls?: boolean } {
  const given = arrayOf(body["tools"]);
  if (given.length > CHAT_TOOLS_MAX) throw new InvalidRequestError("tools", `\`tools\` must hold at most ${CHAT_TOOLS_MAX} tools.`);
  const tools = given.filter(isFunctionTool).map((tool): ChatTool => ({
    type: "function",
    function: { name: textOf(tool["name"]), ...(typeof tool["description"] === "string" ? { description: tool["description"] } : {}), parameters: tool["input_schema"] ?? { type: "object", properties: {} }, ...(tool["strict"] === true ? { strict: true } : {}) },
    ...marker(tool),
  }));
  if (tools.length === 0) return {};
  const choice = objectOf(body["tool_choice"]);
  return { tools, ...toolChoice(choice), ...(choice["disable_parallel_tool_use"] === true ? { parallel_tool_calls: false } : {}) };
}

function toolChoice(choice: JsonObject): { readonly tool_choice?: unknown } {
  switch (choice["type"]) {
    case "auto": return { tool_choice: "auto" };
    case "any": return { tool_choice: "required" };
    case "none": return { tool_choice: "none" };
    case "tool": return { tool_choice: { type: "function", function: { name: textOf(choice["name"]) } } };
    default: return {};
  }
}

function effortFrom(body: JsonObject): string | null {
  const thinking = objectOf(body["thinking"]);
  if (thinking["type"] !== "enabled" && thinking["type"] !== "adaptive") return null;
  const effort = textOf(objectOf(body["output_config"])["effort"]);
  if (effort) return effort === "max" || effort === "xhigh" ? "high" : effort;
  const budget = thinking["budget_tokens"];
  if (typeof budget !== "number") return "medium";
  return EFFORT_BUDGETS.find(([, tokensMax]) => budget <= tokensMax)?.[0] ?? "high";
}

/** What form of answer a Messages body demands; empty where it demands none. */
export function formatFromMessages(body: JsonObject): Pick<ChatRequest, "response_format"> {
  const format = objectOf(objectOf(body["output_config"])["format"] ?? body["output_format"]);
  if (format["type"] !== "json_schema") return {};
  return { response_format: { type: "json_schema", json_schema: { name: "answer", schema: format["schema"], strict: true } } };
}
