import type { ChatChunk, ChatRequest, ChatResponse, ChatUsage } from "./chat.ts";
import { InvalidRequestError } from "./invalid-request.ts";
import { isJsonObject, objectOf, textOf, type JsonObject } from "./json-object.ts";
import { SSE_DONE, sseData } from "./sse-writer.ts";

/**
 * OpenAI's legacy Completions wire (https://platform.openai.com/docs/api-reference/completions) in the hub form: the prompt becomes what a user says. What
 * needs a model that only continues text (a suffix, an echo, several prompts at once) cannot be carried, and is told as a loss or refused.
 */
const CARRIED = ["max_tokens", "temperature", "top_p", "stop", "seed", "n", "presence_penalty", "frequency_penalty", "user", "stream", "stream_options", "response_format"] as const;
const OTHER = new Set<string>([...CARRIED, "model", "prompt", "models", "routing_preset", "provider", "routing", "session_id", "metadata"]);

/** Throws InvalidRequestError with the path of a wrong value. */
export function chatFromCompletions(body: JsonObject): ChatRequest {
  const { prompt } = body;
  const text = Array.isArray(prompt) && prompt.length === 1 ? (prompt as readonly unknown[])[0] : prompt;
  if (typeof text !== "string") throw new InvalidRequestError("prompt", "`prompt` must be one text for this model: several prompts and token arrays are understood by models alone that continue text.");
  const carried = Object.fromEntries(CARRIED.flatMap((name) => (body[name] == null ? [] : [[name, body[name]]])));
  return { ...carried, model: textOf(body["model"]), messages: [{ role: "user", content: text }] } as ChatRequest;
}

/** `echo: false`, `best_of: 1` and their like ask for nothing. */
const isNothing = (value: unknown): boolean => value == null || value === false || value === 0 || value === 1 || value === "";

export const completionsLosses = (body: JsonObject): string[] => Object.keys(body).filter((name) => !OTHER.has(name) && !isNothing(body[name])).map((name) => `dropped:${name}`);

const completionIdFrom = (id: string): string => (id.startsWith("cmpl-") ? id : `cmpl-${id.replace(/^chatcmpl-|^req_/, "")}`);

/** Hub answer → text completion. */
export function completionFromChat(response: ChatResponse): JsonObject {
  const { id, created, model, choices, usage } = response;
  return {
    id: completionIdFrom(id), object: "text_completion", created, model, system_fingerprint: null,
    choices: choices.map(({ index, message, finish_reason: finish }) => ({ text: message.content ?? message.refusal ?? "", index, logprobs: null, finish_reason: finish === "tool_calls" ? "stop" : finish })), usage,
  };
}

/** Hub chunks → text completion chunks, one writer a stream. */
export class CompletionsStreamWriter {
  #identity: JsonObject = {};
  #usage: ChatUsage | null = null;

  constructor(private readonly wantsUsageChunk: boolean) {}

  /** Empty for a chunk that shows no text and ends nothing. */
  write(chunk: ChatChunk): string {
    if (chunk.usage) this.#usage = chunk.usage;
    this.#identity = { id: completionIdFrom(chunk.id), object: "text_completion", created: chunk.created, model: chunk.model, system_fingerprint: null };
    const choices = chunk.choices.flatMap(({ index, delta, finish_reason: finish }) => {
      const text = textOf(delta["content"]) || textOf(delta["refusal"]);
      return text || finish ? [{ text, index, logprobs: null, finish_reason: finish === "tool_calls" ? "stop" : finish }] : [];
    });
    return choices.length === 0 ? "" : sseData(JSON.stringify({ ...this.#identity, choices }));
  }

  end(extras: JsonObject = {}, top: JsonObject = {}): string {
    const usage = this.wantsUsageChunk && this.#usage ? { usage: { ...this.#usage, ...extras } } : null;
    return usage || isJsonObject(objectOf(top)["trunkline"]) ? sseData(JSON.stringify({ ...this.#identity, choices: [], ...top, ...usage })) + SSE_DONE : SSE_DONE;
  }
}
