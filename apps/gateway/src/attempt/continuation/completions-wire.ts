import { ZERO_USAGE, type TokenUsage } from "@trunkline/contracts";
import { isJsonObject, SSE_DONE, sseData, SseReader, textOf, type JsonObject } from "@trunkline/protocol";
import { usageJoined } from "./chat-wire.ts";
import { Seam, type ContinuationWire } from "./wire.ts";

/** Text completion chunks (https://platform.openai.com/docs/api-reference/completions): nothing but text, under one id. */
export class CompletionsWire implements ContinuationWire {
  #text = "";
  #identity: JsonObject = {};
  #carried: TokenUsage = ZERO_USAGE;
  #seam = new Seam("", false);
  readonly #first = new SseReader();
  readonly #second = new SseReader();

  get text(): string { return this.#text; }

  see(bytes: Uint8Array): void {
    for (const { data } of this.#first.push(bytes)) {
      const chunk = read(data);
      if (!chunk) continue;
      if (this.#identity["id"] === undefined) this.#identity = { id: chunk["id"], created: chunk["created"] };
      this.#text += textOf(choiceOf(chunk)?.["text"]);
    }
  }

  broke(usage: TokenUsage, repeats: boolean): void {
    this.#carried = usage;
    this.#seam = new Seam(this.#text, repeats);
  }

  rewrite(bytes: Uint8Array): Uint8Array {
    let out = "";
    for (const { data } of this.#second.push(bytes)) {
      const chunk = read(data);
      if (!chunk) { out += SSE_DONE; continue; }
      const rewritten = this.#rewritten(chunk);
      if (rewritten) out += sseData(JSON.stringify(rewritten));
    }
    return Buffer.from(out);
  }

  #rewritten(chunk: JsonObject): JsonObject | null {
    const usage = chunk["usage"];
    const joined: JsonObject = { ...chunk, ...this.#identity, ...(isJsonObject(usage) ? { usage: usageJoined(usage, this.#carried) } : {}) };
    const choice = choiceOf(chunk);
    if (!choice) return joined;
    const text = this.#seam.strip(textOf(choice["text"]));
    return text === "" && (choice["finish_reason"] ?? null) === null && !isJsonObject(usage) ? null : { ...joined, choices: [{ ...choice, text }] };
  }
}

function choiceOf(chunk: JsonObject): JsonObject | null {
  const [choice] = Array.isArray(chunk["choices"]) ? chunk["choices"] as readonly unknown[] : [];
  return isJsonObject(choice) ? choice : null;
}

/** null: the terminator. */
function read(data: string): JsonObject | null {
  if (data.trim() === "[DONE]") return null;
  const parsed: unknown = JSON.parse(data);
  return isJsonObject(parsed) ? parsed : {};
}
