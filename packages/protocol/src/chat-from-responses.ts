import type { ChatMessage, ChatPart, ChatRequest, ChatToolCall } from "./chat.ts";
import { InvalidRequestError } from "./invalid-request.ts";
import { arrayOf, isJsonObject, objectOf, textOf, type JsonObject } from "./json-object.ts";
import { CHAT_MESSAGES_MAX } from "./parse-chat-request.ts";
import { isReasoningReference, lostReferenceText, stateFromItem } from "./responses-state.ts";
import { argumentsFromFreeText, chatToolsFrom } from "./responses-tools.ts";

/** What the translation reads, or what asks for nothing that could be lost. The gateway's own fields never go upstream. */
const CARRIED = new Set([
  "model", "input", "instructions", "stream", "temperature", "top_p", "max_output_tokens", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning", "user", "safety_identifier", "prompt_cache_key",
  "metadata", "include", "store", "stream_options", "models", "routing_preset", "provider", "routing", "session_id", "max_tool_calls", "client_metadata", "prompt_cache_retention", "truncation", "background", "service_tier",
]);
const TEXT_PARTS = new Set(["input_text", "output_text", "text", "summary_text", "reasoning_text"]);

export interface ChatFromResponses { readonly request: ChatRequest; readonly losses: readonly string[] }

/** OpenAI Responses body → hub (https://platform.openai.com/docs/api-reference/responses/create), with what cannot be carried. Throws InvalidRequestError with the path of a wrong value. */
export function chatFromResponses(body: JsonObject): ChatFromResponses {
  const losses: string[] = [];
  for (const key in body) if (!CARRIED.has(key) && body[key] != null && body[key] !== 0) losses.push(`dropped:${key}`);
  if (body["truncation"] === "auto") losses.push("dropped:truncation");
  if (body["service_tier"] != null && body["service_tier"] !== "auto" && body["service_tier"] !== "default") losses.push("dropped:service_tier");
  const conversation = new Conversation(losses);
  const instructions = textOf(body["instructions"]);
  if (instructions) conversation.messages.push({ role: "system", content: instructions });
  readInput(body["input"], conversation);
  const text = objectOf(body["text"]);
  if (text["verbosity"] != null && text["verbosity"] !== "medium") losses.push("dropped:text.verbosity");
  const effort = textOf(objectOf(body["reasoning"])["effort"]);
  const user = textOf(body["user"]) || textOf(body["safety_identifier"]);
  const limit = body["max_output_tokens"];
  const request: ChatRequest = {
    model: textOf(body["model"]), messages: conversation.end(),
    ...(body["stream"] === true ? { stream: true } : {}),
    ...(typeof body["temperature"] === "number" ? { temperature: body["temperature"] } : {}),
    ...(typeof body["top_p"] === "number" ? { top_p: body["top_p"] } : {}),
    ...(typeof limit === "number" ? { max_completion_tokens: limit } : {}),
    ...chatToolsFrom(body, losses),
    ...(body["parallel_tool_calls"] === false ? { parallel_tool_calls: false } : {}),
    ...(effort && effort !== "none" ? { reasoning_effort: effort } : {}),
    ...formatFromResponses(body),
    ...(user ? { user } : {}),
  };
  return { request, losses: [...new Set(losses)] };
}

/** What form of answer a Responses body demands; empty where it demands none. */
export function formatFromResponses(body: JsonObject): Pick<ChatRequest, "response_format"> {
  const format = objectOf(objectOf(body["text"])["format"]);
  if (format["type"] === "json_object") return { response_format: { type: "json_object" } };
  if (format["type"] !== "json_schema") return {};
  const { strict } = format;
  return { response_format: { type: "json_schema", json_schema: { name: textOf(format["name"]) || "answer", schema: format["schema"], ...(typeof strict === "boolean" ? { strict } : {}) } } };
}

function readInput(input: unknown, conversation: Conversation): void {
  if (typeof input === "string") { conversation.messages.push({ role: "user", content: input }); return; }
  if (!Array.isArray(input)) throw new InvalidRequestError("input", "`input` must be a string or an array of items.");
  if (input.length === 0 || input.length > CHAT_MESSAGES_MAX) throw new InvalidRequestError("input", `\`input\` must hold 1 to ${CHAT_MESSAGES_MAX} items.`);
  for (const [index, item] of input.entries()) {
    if (!isJsonObject(item)) throw new InvalidRequestError(`input[${index}]`, `\`input[${index}]\` must be an object.`);
    conversation.add(item, `input[${index}]`);
  }
}

/** Items of an assistant's turn stand alone on the Responses wire and are one message in the hub. */
class Conversation {
  readonly messages: ChatMessage[] = [];
  #text = "";
  #calls: ChatToolCall[] = [];
  #details: unknown[] = [];
  #images: ChatPart[] = [];
  #callState: JsonObject = {};
  /** What a tool returned beside text: the hub has only text there, so it follows in a message of the user. */
  #attachments: ChatPart[] = [];

  constructor(readonly losses: string[]) {}

  add(item: JsonObject, path: string): void {
    switch (item["type"] ?? "message") {
      case "message": return this.#message(item, path);
      case "function_call": return this.#call(item, textOf(item["arguments"]));
      case "custom_tool_call": return this.#call(item, argumentsFromFreeText(textOf(item["input"])));
      case "function_call_output": case "custom_tool_call_output": return this.#output(item, path);
      case "reasoning": return this.#reasoning(item);
      case "image_generation_call": return this.#picture(item);
      case "item_reference":
        if (isReasoningReference(item)) { this.losses.push("dropped:input.reasoning"); return; }
        throw new InvalidRequestError(path, lostReferenceText(path));
      default: this.losses.push(`dropped:input.${textOf(item["type"]) || "unknown"}`);
    }
  }

  end(): readonly ChatMessage[] {
    this.#endTurn();
    this.#endOutputs();
    if (this.messages.length === 0) throw new InvalidRequestError("input", "`input` holds nothing that a model could answer.");
    return this.messages;
  }

  #message(item: JsonObject, path: string): void {
    const { role, content } = item;
    if (typeof content !== "string" && !Array.isArray(content)) throw new InvalidRequestError(`${path}.content`, `\`${path}.content\` must be a string or an array of parts.`);
    if (role === "assistant") { this.#endOutputs(); this.#text += typeof content === "string" ? content : content.map((part: unknown) => textOf(objectOf(part)["text"]) || textOf(objectOf(part)["refusal"])).join(""); return; }
    if (role !== "user" && role !== "system" && role !== "developer") throw new InvalidRequestError(`${path}.role`, `\`${path}.role\` must be user, assistant, system or developer.`);
    this.#endTurn();
    this.#endOutputs();
    this.messages.push({ role, content: typeof content === "string" ? content : this.#parts(content) });
  }

  #parts(content: readonly unknown[]): string | readonly ChatPart[] {
    const parts = content.map(objectOf).map((part) => this.#part(part)).filter((part) => part !== null);
    const only = parts.length === 1 && parts[0]?.type === "text" ? (parts[0] as JsonObject)["text"] : null;
    return typeof only === "string" ? only : parts;
  }

  #part(part: JsonObject): ChatPart | null {
    const type = textOf(part["type"]);
    if (TEXT_PARTS.has(type)) return { type: "text", text: textOf(part["text"]) };
    const url = textOf(part["image_url"]);
    if (type === "input_image" && url) return { type: "image_url", image_url: { url, ...(typeof part["detail"] === "string" ? { detail: part["detail"] } : {}) } };
    const file = textOf(part["file_data"]) || textOf(part["file_url"]);
    if (type === "input_file" && file) return { type: "file", file: { filename: textOf(part["filename"]) || "document.pdf", file_data: file } };
    if (type === "input_audio") return { type: "input_audio", input_audio: part["input_audio"] };
    this.losses.push(`dropped:input.${type || "part"}`);
    return null;
  }

  #call(item: JsonObject, json: string): void {
    this.#endOutputs();
    const id = textOf(item["call_id"]) || textOf(item["id"]);
    const extra = this.#callState[id];
    this.#calls.push({ id, type: "function", function: { name: textOf(item["name"]), arguments: json || "{}" }, ...(extra === undefined ? {} : { extra_content: extra }) });
  }

  #output(item: JsonObject, path: string): void {
    if (!textOf(item["call_id"])) throw new InvalidRequestError(`${path}.call_id`, `\`${path}.call_id\` must name the call that this output answers.`);
    this.#endTurn();
    const { output } = item;
    const parts = typeof output === "string" ? [] : arrayOf(output).map(objectOf).map((part) => this.#part(part)).filter((part) => part !== null);
    const text = typeof output === "string" ? output : parts.map((part) => (part.type === "text" ? textOf((part as JsonObject)["text"]) : "")).filter(Boolean).join("\n");
    this.#attachments.push(...parts.filter((part) => part.type !== "text"));
    this.messages.push({ role: "tool", tool_call_id: textOf(item["call_id"]), content: text });
  }

  #reasoning(item: JsonObject): void {
    this.#endOutputs();
    const { details, calls } = stateFromItem(item);
    this.#details.push(...details);
    this.#callState = { ...this.#callState, ...calls };
  }

  #picture(item: JsonObject): void {
    this.#endOutputs();
    const base64 = textOf(item["result"]);
    if (base64) this.#images.push({ type: "image_url", image_url: { url: `data:image/${textOf(item["output_format"]) || "png"};base64,${base64}` } });
    else this.losses.push("dropped:input.image_generation_call");
  }

  #endTurn(): void {
    const [text, calls, details, images] = [this.#text, this.#calls, this.#details, this.#images];
    this.#text = "";
    this.#calls = [];
    this.#details = [];
    this.#images = [];
    if (!text && calls.length === 0 && images.length === 0) return;
    this.messages.push({ role: "assistant", content: text || null, ...(images.length > 0 ? { images } : {}), ...(calls.length > 0 ? { tool_calls: calls } : {}), ...(details.length > 0 ? { reasoning_details: details } : {}) });
  }

  #endOutputs(): void {
    if (this.#attachments.length === 0) return;
    this.messages.push({ role: "user", content: this.#attachments });
    this.#attachments = [];
  }
}
