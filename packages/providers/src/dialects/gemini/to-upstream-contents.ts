import { arrayOf, isJsonObject, objectOf, parseJsonObject, textOf, type ChatMessage, type JsonObject } from "@trunkline/protocol";

export interface GeminiContents { readonly system: readonly JsonObject[]; readonly contents: readonly JsonObject[] }

interface Turn { readonly role: "user" | "model"; readonly parts: JsonObject[] }

/** QUIRK(gemini): version 3 refuses a past call without its signature, but for this word (https://ai.google.dev/gemini-api/docs/thought-signatures). */
const SIGNATURE_SKIP = "skip_thought_signature_validator";
const AUDIO_TYPES: Readonly<Record<string, string>> = { wav: "audio/wav", mp3: "audio/mp3" };
const EXTENSION_TYPES: Readonly<Record<string, string>> = { png: "image/png", webp: "image/webp", gif: "image/gif", heic: "image/heic", pdf: "application/pdf", webm: "video/webm", mov: "video/quicktime" };

export interface ContentsOptions { readonly needsSignatures: boolean; readonly losses: string[] }

/** Hub messages → `contents` and `systemInstruction`. Function results name their function, which the Chat wire tells only by the call's id. */
export function translateContents(messages: readonly ChatMessage[], options: ContentsOptions): GeminiContents {
  const system: JsonObject[] = [];
  const turns: Turn[] = [];
  const names = new Map<string, string>();
  for (const message of messages) {
    for (const call of message.tool_calls ?? []) names.set(call.id, call.function?.name ?? "");
    if (message.role === "system" || message.role === "developer") {
      system.push(...contentParts(message.content, options.losses));
      continue;
    }
    const turn = turnFrom(message, names, options);
    const last = turns.at(-1);
    if (last?.role === turn.role) last.parts.push(...turn.parts);
    else turns.push(turn);
  }
  const contents = turns.filter((turn) => turn.parts.length > 0).map((turn) => ({ ...turn }));
  if (contents.length > 0) return { system, contents };
  options.losses.push("emulated:messages.system");
  return { system: [], contents: [{ role: "user", parts: system }] };
}

function turnFrom(message: ChatMessage, names: ReadonlyMap<string, string>, options: ContentsOptions): Turn {
  if (message.role === "tool") return { role: "user", parts: [functionResponse(message, names), ...resultAttachments(message, options.losses)] };
  if (message.role !== "assistant") return { role: "user", parts: contentParts(message.content, options.losses) };
  if (arrayOf(message.reasoning_details).length > 0) options.losses.push("dropped:reasoning_details");
  const text = contentParts(message.content, options.losses);
  const signature = signatureIn(message["extra_content"]);
  const last = text.at(-1);
  if (signature && last) text[text.length - 1] = { ...last, thoughtSignature: signature };
  return { role: "model", parts: [...text, ...picturesMade(message, options), ...functionCalls(message, options)] };
}

/** What the model is to go on from: Gemini 3 wants a signature on each, and takes this one for what it did not sign here (https://ai.google.dev/gemini-api/docs/thought-signatures). */
function picturesMade(message: ChatMessage, { needsSignatures, losses }: ContentsOptions): JsonObject[] {
  const parts = arrayOf(message["images"]).filter(isJsonObject).flatMap((image) => contentPart(image, losses));
  return needsSignatures ? parts.map((part) => ({ ...part, thoughtSignature: SIGNATURE_SKIP })) : parts;
}

/** Parallel calls carry one signature, on the first. */
function functionCalls(message: ChatMessage, { needsSignatures, losses }: ContentsOptions): JsonObject[] {
  return (message.tool_calls ?? []).map((call, index) => {
    const args = parseJsonObject(call.function?.arguments || "{}");
    if (!args) losses.push("dropped:tool_calls.arguments");
    const signature = signatureIn(call.extra_content) || (needsSignatures && index === 0 ? SIGNATURE_SKIP : "");
    return { functionCall: { name: call.function?.name ?? "", args: args ?? {} }, ...(signature ? { thoughtSignature: signature } : {}) };
  });
}

const signatureIn = (extra: unknown): string => textOf(objectOf(objectOf(extra)["google"])["thought_signature"]);

function functionResponse(message: ChatMessage, names: ReadonlyMap<string, string>): JsonObject {
  const text = typeof message.content === "string" ? message.content : (message.content ?? []).map((part) => textOf((part as JsonObject)["text"])).join("");
  const name = names.get(message.tool_call_id ?? "") || message.name || message.tool_call_id || "tool";
  return { functionResponse: { name, response: parseJsonObject(text) ?? { result: text } } };
}

/** A function's response is JSON; what else a tool returned follows it in the same turn. */
function resultAttachments({ content }: ChatMessage, losses: string[]): JsonObject[] {
  return Array.isArray(content) ? contentParts(content.filter((part) => part.type !== "text"), losses) : [];
}

function contentParts(content: ChatMessage["content"], losses: string[]): JsonObject[] {
  if (typeof content === "string") return content === "" ? [] : [{ text: content }];
  return (content ?? []).flatMap((part) => contentPart(part as JsonObject, losses));
}

function contentPart(part: JsonObject, losses: string[]): JsonObject[] {
  switch (part["type"]) {
    case "text": case "refusal": {
      const text = textOf(part["text"]) || textOf(part["refusal"]);
      return text === "" ? [] : [{ text }];
    }
    case "image_url": return [dataPart(textOf(objectOf(part["image_url"])["url"]), "image/jpeg")];
    case "video_url": return [dataPart(textOf(objectOf(part["video_url"])["url"]), "video/mp4")];
    case "input_audio": {
      const audio = objectOf(part["input_audio"]);
      return [{ inlineData: { mimeType: AUDIO_TYPES[textOf(audio["format"])] ?? "audio/wav", data: textOf(audio["data"]) } }];
    }
    case "file": {
      const file = part["file"];
      const data = isJsonObject(file) ? textOf(file["file_data"]) : "";
      if (data) return [dataPart(data, "application/pdf")];
    }
  }
  losses.push(`dropped:messages.${textOf(part["type"]) || "part"}`);
  return [];
}

/** `assumed`: the type of what an address leads to, where its ending does not tell. */
function dataPart(url: string, assumed: string): JsonObject {
  const data = /^data:([^;,]+)[^,]*;base64,/.exec(url);
  if (data) return { inlineData: { mimeType: data[1], data: url.slice(data[0].length) } };
  const extension = /\.(\w{2,5})(?:[?#].*)?$/.exec(url)?.[1]?.toLowerCase() ?? "";
  return { fileData: { mimeType: EXTENSION_TYPES[extension] ?? assumed, fileUri: url } };
}
