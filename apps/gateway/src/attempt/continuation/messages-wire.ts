import { ZERO_USAGE, type TokenUsage } from "@trunkline/contracts";
import { isJsonObject, objectOf, sseEvent, SseReader, type JsonObject } from "@trunkline/protocol";
import { Seam, type ContinuationWire } from "./wire.ts";

/** Anthropic's events (https://docs.anthropic.com/en/docs/build-with-claude/streaming): one `message_start`, and the text block that broke open goes on under its number. */
export class MessagesWire implements ContinuationWire {
  #text: string | null = "";
  #openBlock: number | null = null;
  #nextBlock = 0;
  #carried: TokenUsage = ZERO_USAGE;
  #seam = new Seam("", false);
  /** Numbers of the second answer's text blocks as the caller knows them; what is missing is withheld. */
  readonly #blocks = new Map<unknown, number>();
  readonly #first = new SseReader();
  readonly #second = new SseReader();

  get text(): string | null { return this.#text; }

  see(bytes: Uint8Array): void {
    for (const { data } of this.#first.push(bytes)) {
      const event = objectOf(JSON.parse(data));
      if (event["type"] === "content_block_start") this.#begin(event);
      else if (event["type"] === "content_block_stop") this.#openBlock = null;
      else if (event["type"] === "content_block_delta" && this.#text !== null) this.#text += textOfDelta(event);
    }
  }

  #begin(event: JsonObject): void {
    const { type } = objectOf(event["content_block"]);
    this.#nextBlock = (typeof event["index"] === "number" ? event["index"] : this.#nextBlock) + 1;
    if (type === "text") this.#openBlock = this.#nextBlock - 1;
    else this.#text = null;
  }

  broke(usage: TokenUsage, repeats: boolean): void {
    this.#carried = usage;
    this.#seam = new Seam(this.#text ?? "", repeats);
  }

  rewrite(bytes: Uint8Array): Uint8Array {
    let out = "";
    for (const { data } of this.#second.push(bytes)) {
      const event = this.#rewritten(objectOf(JSON.parse(data)));
      if (event) out += sseEvent(String(event["type"]), JSON.stringify(event));
    }
    return Buffer.from(out);
  }

  #rewritten(event: JsonObject): JsonObject | null {
    switch (event["type"]) {
      case "message_start": return null;
      case "content_block_start": return this.#startBlock(event);
      case "content_block_delta": return this.#delta(event);
      case "content_block_stop": return this.#numbered(event);
      case "message_delta": return { ...event, usage: this.#withCarried(objectOf(event["usage"])) };
      default: return event;
    }
  }

  /** What the second provider thought before it went on is no part of this answer. */
  #startBlock(event: JsonObject): JsonObject | null {
    if (objectOf(event["content_block"])["type"] !== "text") return null;
    const goesOn = this.#openBlock;
    this.#openBlock = null;
    this.#blocks.set(event["index"], goesOn ?? this.#nextBlock++);
    return goesOn === null ? this.#numbered(event) : null;
  }

  #delta(event: JsonObject): JsonObject | null {
    const numbered = this.#numbered(event);
    if (!numbered) return null;
    const text = this.#seam.strip(textOfDelta(event));
    return text === "" ? null : { ...numbered, delta: { type: "text_delta", text } };
  }

  #numbered(event: JsonObject): JsonObject | null {
    const index = this.#blocks.get(event["index"]);
    return index === undefined ? null : { ...event, index };
  }

  #withCarried(usage: JsonObject): JsonObject {
    const { inputTokens, outputTokens, reasoningTokens } = this.#carried;
    const sum = (name: string, more: number): JsonObject => typeof usage[name] === "number" ? { [name]: usage[name] + more } : {};
    return { ...usage, ...sum("input_tokens", inputTokens), ...sum("output_tokens", outputTokens + reasoningTokens) };
  }
}

function textOfDelta(event: JsonObject): string {
  const delta = event["delta"];
  return isJsonObject(delta) && delta["type"] === "text_delta" && typeof delta["text"] === "string" ? delta["text"] : "";
}
