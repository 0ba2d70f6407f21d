import { ZERO_USAGE, type TokenUsage } from "@trunkline/contracts";
import { isJsonObject, SSE_DONE, sseData, SseReader, type JsonObject } from "@trunkline/protocol";
import { Seam, type ContinuationWire } from "./wire.ts";

/** Chat Completions chunks (https://platform.openai.com/docs/api-reference/chat-streaming): one id, one `created`, one role for the whole answer. */
export class ChatWire implements ContinuationWire {
  #text: string | null = "";
  #identity: JsonObject = {};
  #carried: TokenUsage = ZERO_USAGE;
  #seam = new Seam("", false);
  readonly #first = new SseReader();
  readonly #second = new SseReader();

  get text(): string | null { return this.#text; }

  see(bytes: Uint8Array): void {
    for (const { data } of this.#first.push(bytes)) {
      const chunk = read(data);
      if (!chunk) continue;
      if (this.#identity["id"] === undefined) this.#identity = { id: chunk["id"], created: chunk["created"] };
      const delta = deltaOf(chunk);
      if (delta?.["tool_calls"] !== undefined || delta?.["function_call"] !== undefined) this.#text = null;
      else if (typeof delta?.["content"] === "string" && this.#text !== null) this.#text += delta["content"];
    }
  }

  broke(usage: TokenUsage, repeats: boolean): void {
    this.#carried = usage;
    this.#seam = new Seam(this.#text ?? "", repeats);
  }

  rewrite(bytes: Uint8Array): Uint8Array {
    let out = "";
    for (const { data } of this.#second.push(bytes)) {
      if (data.trim() === "[DONE]") { out += SSE_DONE; continue; }
      const chunk = read(data);
      const rewritten = chunk && this.#rewritten(chunk);
      if (rewritten) out += sseData(JSON.stringify(rewritten));
    }
    return Buffer.from(out);
  }

  #rewritten(chunk: JsonObject): JsonObject | null {
    const usage = chunk["usage"];
    const joined: JsonObject = { ...chunk, ...this.#identity, ...(isJsonObject(usage) ? { usage: usageJoined(usage, this.#carried) } : {}) };
    const [choice] = Array.isArray(chunk["choices"]) ? chunk["choices"] as readonly unknown[] : [];
    const delta = deltaOf(chunk);
    if (!isJsonObject(choice) || !delta) return joined;
    const { role, content, ...rest } = delta;
    const text = typeof content === "string" ? this.#seam.strip(content) : "";
    const nothing = text === "" && Object.keys(rest).every((name) => rest[name] === null) && (choice["finish_reason"] ?? null) === null;
    if (nothing && (role !== undefined || content !== undefined)) return isJsonObject(usage) ? { ...joined, choices: [] } : null;
    return { ...joined, choices: [{ ...choice, delta: text === "" ? rest : { ...rest, content: text } }] };
  }
}

/** What both parts used, in the words of the OpenAI wires. */
export function usageJoined(usage: JsonObject, { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens }: TokenUsage): JsonObject {
  const input = inputTokens + cacheReadTokens + cacheWriteTokens;
  const output = outputTokens + reasoningTokens;
  return { ...usage, prompt_tokens: numberOf(usage["prompt_tokens"]) + input, completion_tokens: numberOf(usage["completion_tokens"]) + output, total_tokens: numberOf(usage["total_tokens"]) + input + output };
}

const numberOf = (value: unknown): number => typeof value === "number" ? value : 0;

function read(data: string): JsonObject | null {
  if (data.trim() === "[DONE]") return null;
  const parsed: unknown = JSON.parse(data);
  return isJsonObject(parsed) ? parsed : null;
}

function deltaOf(chunk: JsonObject): JsonObject | null {
  const [choice] = Array.isArray(chunk["choices"]) ? chunk["choices"] as readonly unknown[] : [];
  const delta = isJsonObject(choice) ? choice["delta"] : null;
  return isJsonObject(delta) ? delta : null;
}
