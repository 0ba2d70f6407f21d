import { isJsonObject, mergeReasoningDetails, objectOf, parseJsonObject, textOf, thinkingFromDetail, type ChatMessage, type ChatToolCall, type JsonObject } from "@trunkline/protocol";

export interface BedrockMessages { readonly system: readonly JsonObject[]; readonly messages: readonly JsonObject[] }

export interface MessagesOptions {
  /** Claude takes its signed thinking back, and cache points; other models refuse both. */
  readonly isClaude: boolean;
  readonly losses: string[];
}

interface Turn { readonly role: "user" | "assistant"; readonly content: JsonObject[] }

const IMAGE_FORMATS: Readonly<Record<string, string>> = { "image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/gif": "gif", "image/webp": "webp" };
const DOCUMENT_FORMATS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf", "text/csv": "csv", "text/html": "html", "text/plain": "txt", "text/markdown": "md", "application/msword": "doc", "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
};

/** Hub messages → Converse turns: roles alternate, and system text stands apart (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html). */
export function translateMessages(given: readonly ChatMessage[], options: MessagesOptions): BedrockMessages {
  const system: JsonObject[] = [];
  const turns: Turn[] = [];
  for (const message of given) {
    if (message.role === "system" || message.role === "developer") {
      if (turns.length > 0) options.losses.push("emulated:messages.system");
      system.push(...contentBlocks(message.content, options).filter((block) => "text" in block || "cachePoint" in block));
      continue;
    }
    const turn = turnFrom(message, options);
    const last = turns.at(-1);
    if (last?.role === turn.role) last.content.push(...turn.content);
    else turns.push(turn);
  }
  const messages = turns.filter((turn) => turn.content.length > 0).map(resultsFirst);
  if (messages.length > 0) return { system, messages };
  options.losses.push("emulated:messages.system");
  return { system: [], messages: [{ role: "user", content: system }] };
}

/** QUIRK(bedrock): an id is at most 64 letters, digits, `_` and `-`; ids of other providers are fitted, the same on both sides of a call. */
const toolUseId = (id: string): string => id.replace(/[^\w-]/g, "_").slice(-64);

function turnFrom(message: ChatMessage, options: MessagesOptions): Turn {
  if (message.role === "assistant") return { role: "assistant", content: assistantBlocks(message, options) };
  const content = contentBlocks(message.content, options);
  if (message.role !== "tool") return { role: "user", content };
  const result = content.filter((block) => !("cachePoint" in block));
  return { role: "user", content: [{ toolResult: { toolUseId: toolUseId(message.tool_call_id ?? ""), content: result.length > 0 ? result : [{ text: "(no output)" }], ...(message["is_error"] === true ? { status: "error" } : {}) } }, ...content.filter((block) => "cachePoint" in block)] };
}

function assistantBlocks(message: ChatMessage, options: MessagesOptions): JsonObject[] {
  const reasoning = mergeReasoningDetails(message.reasoning_details ?? []).flatMap((detail) => {
    const block = options.isClaude ? thinkingFromDetail(detail) : null;
    if (block) return [{ reasoningContent: block["type"] === "thinking" ? { reasoningText: { text: block["thinking"], signature: block["signature"] } } : { redactedContent: block["data"] } }];
    options.losses.push("dropped:reasoning_details");
    return [];
  });
  return [...reasoning, ...contentBlocks(message.content, options), ...(message.tool_calls ?? []).map((call) => toolUse(call, options.losses))];
}

function toolUse(call: ChatToolCall, losses: string[]): JsonObject {
  const input = parseJsonObject(call.function?.arguments || "{}");
  if (!input) losses.push("dropped:tool_calls.arguments");
  return { toolUse: { toolUseId: toolUseId(call.id), name: call.function?.name ?? "", input: input ?? {} } };
}

function contentBlocks(content: ChatMessage["content"], options: MessagesOptions): JsonObject[] {
  if (typeof content === "string") return content === "" ? [] : [{ text: content }];
  return (content ?? []).flatMap((part, index) => {
    const block = contentBlock(part as JsonObject, index);
    if (block === "empty") return [];
    if (!block) { options.losses.push(`dropped:messages.${textOf((part as JsonObject)["type"]) || "part"}`); return []; }
    return options.isClaude ? [block, ...cachePoint(part as JsonObject)] : [block];
  });
}

/** The point that stands behind what an Anthropic marker stands in, with its age. */
export function cachePoint({ cache_control: marker }: JsonObject): JsonObject[] {
  if (!isJsonObject(marker)) return [];
  return [{ cachePoint: { type: "default", ...(typeof marker["ttl"] === "string" ? { ttl: marker["ttl"] } : {}) } }];
}

/** Null for what Converse cannot carry: it fetches nothing from the web. QUIRK(bedrock): an empty text block is a 400. */
function contentBlock(part: JsonObject, index: number): JsonObject | "empty" | null {
  switch (part["type"]) {
    case "text": case "refusal": {
      const text = textOf(part["text"]) || textOf(part["refusal"]);
      return text === "" ? "empty" : { text };
    }
    case "image_url": {
      const { type, bytes } = dataUrl(textOf(objectOf(part["image_url"])["url"]));
      const format = IMAGE_FORMATS[type];
      return format && bytes ? { image: { format, source: { bytes } } } : null;
    }
    case "file": {
      const file = objectOf(part["file"]);
      const { type, bytes } = dataUrl(textOf(file["file_data"]));
      const format = DOCUMENT_FORMATS[type];
      return format && bytes ? { document: { format, name: documentName(textOf(file["filename"]), index), source: { bytes } } } : null;
    }
    default: return null;
  }
}

function dataUrl(url: string): { readonly type: string; readonly bytes: string } {
  const data = /^data:([^;,]+)[^,]*;base64,/.exec(url);
  return data ? { type: data[1]?.toLowerCase() ?? "", bytes: url.slice(data[0].length) } : { type: "", bytes: "" };
}

/** QUIRK(bedrock): a document's name holds letters, digits, single spaces, hyphens, parentheses and brackets, and no dot. */
const documentName = (filename: string, index: number): string => filename.replace(/\.\w+$/, "").replace(/[^\p{L}\p{N}\s()[\]-]+/gu, " ").replace(/\s+/g, " ").trim() || `document ${index + 1}`;

function resultsFirst(turn: Turn): JsonObject {
  if (turn.role === "assistant") return { ...turn };
  const results = turn.content.filter((block) => "toolResult" in block);
  return { role: "user", content: [...results, ...turn.content.filter((block) => !("toolResult" in block))] };
}
