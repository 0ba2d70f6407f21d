import type { ChatRequest } from "./chat.ts";
import { InvalidRequestError } from "./invalid-request.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";

/** The contract promises agents 200 tools; more than that is translated by no provider. */
export const CHAT_TOOLS_MAX = 200;
/** Far above any real conversation; bounds the work of a translation. */
export const CHAT_MESSAGES_MAX = 10_000;
const ROLES = new Set(["system", "developer", "user", "assistant", "tool", "function"]);
const NUMBERS = ["temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "n", "seed", "presence_penalty", "frequency_penalty"] as const;
const BOOLEANS = ["stream", "parallel_tool_calls", "logprobs"] as const;
const TEXTS = ["model", "user", "reasoning_effort"] as const;

/**
 * Checks the shape that translation relies on and returns the body in the hub form; unknown fields are kept. Throws
 * InvalidRequestError with the path of the first wrong value.
 */
export function parseChatRequest(body: Readonly<Record<string, unknown>>): ChatRequest {
  checkScalars(body);
  checkMessages(body["messages"]);
  checkTools(body["tools"]);
  const stop = body["stop"];
  if (stop != null && typeof stop !== "string" && !(Array.isArray(stop) && stop.every((item) => typeof item === "string"))) fail("stop", "must be a string or an array of strings");
  const format = body["response_format"];
  if (format != null && (!isJsonObject(format) || typeof format["type"] !== "string")) fail("response_format", "must be an object with a `type`");
  if (isJsonObject(format) && format["type"] === "json_schema" && !isJsonObject(format["json_schema"])) fail("response_format.json_schema", "must be an object");
  if (body["stream_options"] != null && !isJsonObject(body["stream_options"])) fail("stream_options", "must be an object");
  const model = typeof body["model"] === "string" ? body["model"] : "";
  return { ...body, model } as unknown as ChatRequest;
}

function fail(param: string, demand: string): never {
  throw new InvalidRequestError(param, `\`${param}\` ${demand}.`);
}

function checkScalars(body: JsonObject): void {
  for (const name of NUMBERS) if (body[name] != null && (typeof body[name] !== "number" || !Number.isFinite(body[name]))) fail(name, "must be a number");
  for (const name of ["max_tokens", "max_completion_tokens", "n"] as const) {
    const value = body[name];
    if (value != null && (!Number.isSafeInteger(value) || Number(value) < 1)) fail(name, "must be a whole number of at least 1");
  }
  for (const name of BOOLEANS) if (body[name] != null && typeof body[name] !== "boolean") fail(name, "must be true or false");
  for (const name of TEXTS) if (body[name] != null && typeof body[name] !== "string") fail(name, "must be a string");
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages)) fail("messages", "must be an array");
  if (messages.length === 0) fail("messages", "must hold at least one message");
  if (messages.length > CHAT_MESSAGES_MAX) fail("messages", `must hold at most ${CHAT_MESSAGES_MAX} messages`);
  for (const [index, message] of messages.entries()) checkMessage(message, `messages[${index}]`);
}

function checkMessage(message: unknown, path: string): void {
  if (!isJsonObject(message)) fail(path, "must be an object");
  if (typeof message["role"] !== "string" || !ROLES.has(message["role"])) fail(`${path}.role`, `must be one of ${[...ROLES].join(", ")}`);
  const content = message["content"];
  if (content != null && typeof content !== "string" && !Array.isArray(content)) fail(`${path}.content`, "must be a string or an array of parts");
  if (Array.isArray(content)) for (const [index, part] of content.entries()) checkPart(part, `${path}.content[${index}]`);
  if (message["role"] === "tool" && typeof message["tool_call_id"] !== "string") fail(`${path}.tool_call_id`, "must name the tool call that this message answers");
  const calls = message["tool_calls"];
  if (calls == null) return;
  if (!Array.isArray(calls)) fail(`${path}.tool_calls`, "must be an array");
  for (const [index, call] of calls.entries()) checkToolCall(call, `${path}.tool_calls[${index}]`);
}

function checkPart(part: unknown, path: string): void {
  if (!isJsonObject(part) || typeof part["type"] !== "string") fail(path, "must be an object with a `type`");
  if (part["type"] === "text" && typeof part["text"] !== "string") fail(`${path}.text`, "must be a string");
  if (part["type"] === "image_url" && (!isJsonObject(part["image_url"]) || typeof part["image_url"]["url"] !== "string")) fail(`${path}.image_url.url`, "must be a string");
}

function checkToolCall(call: unknown, path: string): void {
  if (!isJsonObject(call)) fail(path, "must be an object");
  if (typeof call["id"] !== "string") fail(`${path}.id`, "must be a string");
  const fn = call["function"];
  if (call["type"] === "custom") return;
  if (!isJsonObject(fn) || typeof fn["name"] !== "string") fail(`${path}.function.name`, "must be a string");
  if (fn["arguments"] != null && typeof fn["arguments"] !== "string") fail(`${path}.function.arguments`, "must be a string of JSON");
}

/** Tools of unknown types pass: the dialect reports what it cannot carry. */
function checkTools(tools: unknown): void {
  if (tools == null) return;
  if (!Array.isArray(tools)) fail("tools", "must be an array");
  if (tools.length > CHAT_TOOLS_MAX) fail("tools", `must hold at most ${CHAT_TOOLS_MAX} tools`);
  for (const [index, tool] of tools.entries()) {
    if (!isJsonObject(tool)) fail(`tools[${index}]`, "must be an object");
    if (tool["type"] !== "function") continue;
    if (!isJsonObject(tool["function"]) || typeof tool["function"]["name"] !== "string") fail(`tools[${index}].function.name`, "must be a string");
  }
}
