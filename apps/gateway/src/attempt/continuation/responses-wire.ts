import { ZERO_USAGE, type TokenUsage } from "@trunkline/contracts";
import { arrayOf, objectOf, sseEvent, SseReader, textOf, type JsonObject } from "@trunkline/protocol";
import { Seam, type ContinuationWire } from "./wire.ts";

/** An item of the answer as the caller knows it. */
interface Place { readonly index: number; readonly id: string }

/** Who opens a part and who has none yet: the first's message that broke open goes on, and nothing is opened twice. */
const OPENINGS = new Set(["response.created", "response.in_progress", "response.queued"]);

/**
 * Events of the Responses API (https://platform.openai.com/docs/api-reference/responses-streaming): one response, its message that broke open goes on under its id,
 * and numbers rise by one an event. The events that close a part tell its whole text, the first's included.
 */
export class ResponsesWire implements ContinuationWire {
  #text: string | null = "";
  #response: JsonObject = {};
  #open: Place | null = null;
  readonly #done: JsonObject[] = [];
  #carried: TokenUsage = ZERO_USAGE;
  #seam = new Seam("", false);
  /** The second's items by its own numbers, as the caller knows them; what is missing is withheld. */
  readonly #places = new Map<unknown, Place>();
  /** Texts of the caller's items, told whole when they close. */
  readonly #texts = new Map<string, string>();
  sequence = 0;
  readonly #first = new SseReader();
  readonly #second = new SseReader();

  get text(): string | null { return this.#text; }

  see(bytes: Uint8Array): void {
    for (const { data } of this.#first.push(bytes)) {
      const event = objectOf(JSON.parse(data));
      if (typeof event["sequence_number"] === "number") this.sequence = event["sequence_number"] + 1;
      const { type } = event;
      if (type === "response.created") this.#response = objectOf(event["response"]);
      else if (type === "response.output_item.added") this.#begin(event);
      else if (type === "response.output_item.done") { this.#done.push(objectOf(event["item"])); this.#open = null; }
      else if (type === "response.output_text.delta" && this.#text !== null) this.#text += textOf(event["delta"]);
    }
  }

  /** Thoughts stand before the text and are done; half of anything else, and a second message, cannot be gone on from. */
  #begin(event: JsonObject): void {
    const { type, id } = objectOf(event["item"]);
    if (type === "message" && this.#text === "") this.#open = { index: Number(event["output_index"]), id: textOf(id) };
    else if (type !== "reasoning") this.#text = null;
  }

  broke(usage: TokenUsage, repeats: boolean): void {
    this.#carried = usage;
    this.#seam = new Seam(this.#text ?? "", repeats);
    if (this.#open) this.#texts.set(this.#open.id, this.#text ?? "");
  }

  rewrite(bytes: Uint8Array): Uint8Array {
    let out = "";
    for (const { data } of this.#second.push(bytes)) {
      const event = this.#rewritten(objectOf(JSON.parse(data)));
      if (event) out += sseEvent(textOf(event["type"]), JSON.stringify({ ...event, sequence_number: this.sequence++ }));
    }
    return Buffer.from(out);
  }

  #rewritten(event: JsonObject): JsonObject | null {
    const type = textOf(event["type"]);
    if (OPENINGS.has(type)) return null;
    if (type === "response.output_item.added") return this.#added(event);
    if (event["response"] !== undefined) return { ...event, response: this.#joined(objectOf(event["response"])) };
    const place = this.#places.get(event["output_index"]);
    if (event["output_index"] === undefined) return event;
    return place ? this.#within(event, place) : null;
  }

  /** What the second provider thought before it went on is no part of this answer. */
  #added(event: JsonObject): JsonObject | null {
    const item = objectOf(event["item"]);
    if (item["type"] !== "message") return null;
    const goesOn = this.#open;
    const place = goesOn ?? { index: this.#done.length, id: textOf(item["id"]) };
    this.#open = null;
    this.#places.set(event["output_index"], place);
    return goesOn ? null : { ...event, output_index: place.index };
  }

  #within(event: JsonObject, { index, id }: Place): JsonObject | null {
    const at = { ...event, output_index: index, ...(event["item_id"] === undefined ? {} : { item_id: id }) };
    const whole = this.#texts.get(id) ?? "";
    switch (event["type"]) {
      // The first's part is open already; a message of the second's own opens its own.
      case "response.content_part.added": return this.#texts.has(id) ? null : at;
      case "response.output_text.delta": {
        const text = this.#seam.strip(textOf(event["delta"]));
        this.#texts.set(id, whole + text);
        return text === "" ? null : { ...at, delta: text };
      }
      case "response.output_text.done": return { ...at, text: whole };
      case "response.content_part.done": return { ...at, part: { ...objectOf(event["part"]), text: whole } };
      case "response.output_item.done": {
        const item = this.#whole(objectOf(event["item"]), { index, id });
        this.#done.push(item);
        return { ...at, item };
      }
      default: return at;
    }
  }

  #whole(item: JsonObject, { id }: Place): JsonObject {
    const [part, ...others] = arrayOf(item["content"]).map(objectOf);
    return { ...item, id, content: [{ ...part, text: this.#texts.get(id) ?? "" }, ...others] };
  }

  #joined(response: JsonObject): JsonObject {
    const { id, created_at } = this.#response;
    return { ...response, id, created_at, output: this.#done, ...(response["usage"] == null ? {} : { usage: this.#withCarried(objectOf(response["usage"])) }) };
  }

  #withCarried(usage: JsonObject): JsonObject {
    const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = this.#carried;
    const [input, output] = [inputTokens + cacheReadTokens + cacheWriteTokens, outputTokens + reasoningTokens];
    const sum = (name: string, more: number): JsonObject => (typeof usage[name] === "number" ? { [name]: usage[name] + more } : {});
    return { ...usage, ...sum("input_tokens", input), ...sum("output_tokens", output), ...sum("total_tokens", input + output) };
  }
}
