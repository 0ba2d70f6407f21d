import type { ChatChunk, ChatFinishReason, ChatUsage } from "./chat.ts";
import { arrayOf, isJsonObject, objectOf, textOf, type JsonObject } from "./json-object.ts";
import { picturesOf, type Picture } from "./pictures.ts";
import { mergeReasoningDetails } from "./reasoning-details.ts";
import { annotationFrom, callItem, imageItem, itemIdFrom, messageItem, outputTextPart, reasoningItem, responseEnding, responseFrame, responsesUsageFrom } from "./responses-from-chat.ts";
import { encryptedFrom, packState } from "./responses-state.ts";
import { customToolNames, freeTextFromArguments } from "./responses-tools.ts";
import { sseEvent } from "./sse-writer.ts";

interface OpenCall { readonly place: number; readonly id: string; readonly callId: string; readonly name: string; readonly isCustom: boolean; json: string }
interface OpenText { readonly place: number; readonly id: string; readonly kind: "output_text" | "refusal"; text: string; readonly annotations: JsonObject[] }
interface OpenReasoning { readonly place: number; readonly id: string; text: string; readonly details: unknown[]; hasPart: boolean }

/**
 * Hub chunks → Responses events, one writer a stream (https://platform.openai.com/docs/api-reference/responses-streaming).
 * INVARIANT: every item is added once and done once, its index never changes, and `sequence_number` rises by one an event. Text and
 * reasoning are closed by what follows them; calls may interleave in the hub, with each other and with text, and stay open to the end.
 */
export class ResponsesStreamWriter {
  /** Of the next event. */
  sequence = 0;
  #frame: JsonObject | null = null;
  readonly #output: (JsonObject | null)[] = [];
  readonly #custom: ReadonlySet<string>;
  readonly #calls = new Map<number, OpenCall>();
  #text: OpenText | null = null;
  #reasoning: OpenReasoning | null = null;
  #finish: ChatFinishReason | null = null;
  #usage: ChatUsage | null = null;

  constructor(private readonly body: JsonObject, private readonly identity: { readonly requestId: string; readonly createdAtSeconds: number }) {
    this.#custom = customToolNames(body);
  }

  /** The events that one chunk makes, as SSE text; a finish reason and usage come out of `end`. */
  write(chunk: ChatChunk): string {
    let out = this.#frame ? "" : this.#start(chunk.model);
    if (chunk.usage) this.#usage = chunk.usage;
    const choice = chunk.choices.find((candidate) => (candidate.index ?? 0) === 0);
    if (!choice) return out;
    const delta = objectOf(choice.delta);
    const thought = textOf(delta["reasoning"]) || textOf(delta["reasoning_content"]);
    const details = arrayOf(delta["reasoning_details"]);
    if (thought || details.length > 0) out += this.#think(thought || details.map((detail) => textOf(objectOf(detail)["text"])).join(""), details);
    if (textOf(delta["content"])) out += this.#say("output_text", textOf(delta["content"]));
    if (textOf(delta["refusal"])) out += this.#say("refusal", textOf(delta["refusal"]));
    for (const annotation of arrayOf(delta["annotations"])) out += this.#cite(annotationFrom(annotation));
    for (const picture of picturesOf(delta)) out += this.#picture(picture);
    for (const call of arrayOf(delta["tool_calls"])) if (isJsonObject(call)) out += this.#call(call);
    if (choice.finish_reason) this.#finish = choice.finish_reason;
    return out;
  }

  /** Closes what is open and the response. `extras` join `usage`, `top` the response. Call it only when the answer is complete. */
  end(extras: JsonObject = {}, top: JsonObject = {}): string {
    let out = this.#frame ? "" : this.#start("");
    out += this.#endReasoning() + this.#endText() + this.#endCalls();
    const usage = responsesUsageFrom(this.#usage);
    const ending = responseEnding(this.#finish);
    const response = { ...this.#frame, ...ending, output: this.#output.filter((item) => item !== null), usage: usage ? { ...usage, ...extras } : null, ...top };
    return out + this.#event(`response.${ending["status"] as string}`, { response });
  }

  #start(model: string): string {
    this.#frame = responseFrame(this.body, { ...this.identity, model });
    return this.#event("response.created", { response: this.#frame }) + this.#event("response.in_progress", { response: this.#frame });
  }

  #event(type: string, fields: JsonObject): string {
    return sseEvent(type, JSON.stringify({ type, sequence_number: this.sequence++, ...fields }));
  }

  #add(item: JsonObject): string {
    this.#output.push(null);
    return this.#event("response.output_item.added", { output_index: this.#output.length - 1, item });
  }

  #done(place: number, item: JsonObject): string {
    this.#output[place] = item;
    return this.#event("response.output_item.done", { output_index: place, item });
  }

  #think(text: string, details: readonly unknown[]): string {
    let out = this.#endText();
    if (!this.#reasoning) {
      const place = this.#output.length;
      this.#reasoning = { place, id: itemIdFrom("rs", this.identity.requestId, place), text: "", details: [], hasPart: false };
      out += this.#add(reasoningItem(this.#reasoning.id, "", null));
    }
    const open = this.#reasoning;
    open.details.push(...details);
    if (text === "") return out;
    const at = { item_id: open.id, output_index: open.place, summary_index: 0 };
    if (!open.hasPart) out += this.#event("response.reasoning_summary_part.added", { ...at, part: { type: "summary_text", text: "" } });
    open.hasPart = true;
    open.text += text;
    return out + this.#event("response.reasoning_summary_text.delta", { ...at, delta: text });
  }

  #endReasoning(): string {
    const open = this.#reasoning;
    if (!open) return "";
    this.#reasoning = null;
    let out = "";
    if (open.hasPart) {
      const at = { item_id: open.id, output_index: open.place, summary_index: 0 };
      out += this.#event("response.reasoning_summary_text.done", { ...at, text: open.text }) + this.#event("response.reasoning_summary_part.done", { ...at, part: { type: "summary_text", text: open.text } });
    }
    return out + this.#done(open.place, reasoningItem(open.id, open.text, encryptedFrom(mergeReasoningDetails(open.details)).content));
  }

  #say(kind: OpenText["kind"], text: string): string {
    let out = this.#endReasoning();
    if (this.#text?.kind !== kind) {
      out += this.#endText();
      const place = this.#output.length;
      this.#text = { place, id: itemIdFrom("msg", this.identity.requestId, place), kind, text: "", annotations: [] };
      out += this.#add(messageItem(this.#text.id, "in_progress", []));
      out += this.#event("response.content_part.added", { item_id: this.#text.id, output_index: place, content_index: 0, part: this.#part(this.#text) });
    }
    const open = this.#text;
    open.text += text;
    return out + this.#event(`response.${kind}.delta`, { item_id: open.id, output_index: open.place, content_index: 0, delta: text, ...(kind === "output_text" ? { logprobs: [] } : {}) });
  }

  #part({ kind, text, annotations }: OpenText): JsonObject {
    return kind === "output_text" ? outputTextPart(text, annotations) : { type: "refusal", refusal: text };
  }

  #cite(annotation: JsonObject): string {
    const open = this.#text;
    if (open?.kind !== "output_text") return "";
    open.annotations.push(annotation);
    return this.#event("response.output_text.annotation.added", { item_id: open.id, output_index: open.place, content_index: 0, annotation_index: open.annotations.length - 1, annotation });
  }

  #endText(): string {
    const open = this.#text;
    if (!open) return "";
    this.#text = null;
    const at = { item_id: open.id, output_index: open.place, content_index: 0 };
    const part = this.#part(open);
    const said = open.kind === "output_text" ? { text: open.text, logprobs: [] } : { refusal: open.text };
    return this.#event(`response.${open.kind}.done`, { ...at, ...said }) + this.#event("response.content_part.done", { ...at, part }) + this.#done(open.place, messageItem(open.id, "completed", [part]));
  }

  #picture(picture: Picture): string {
    const place = this.#output.length;
    const item = imageItem(itemIdFrom("ig", this.identity.requestId, place), picture);
    const added = this.#endReasoning() + this.#endText() + this.#add({ ...item, status: "in_progress", result: null });
    return added + this.#event("response.image_generation_call.completed", { item_id: item["id"], output_index: place }) + this.#done(place, item);
  }

  #call(call: JsonObject): string {
    const index = typeof call["index"] === "number" ? call["index"] : Math.max(0, this.#calls.size - 1);
    const fn = objectOf(call["function"]);
    let open = this.#calls.get(index);
    let out = "";
    if (!open) {
      out = this.#endReasoning() + this.#endText() + this.#signature(call);
      const place = this.#output.length;
      const name = textOf(fn["name"]);
      const isCustom = this.#custom.has(name);
      open = { place, id: itemIdFrom(isCustom ? "ctc" : "fc", this.identity.requestId, place), callId: textOf(call["id"]) || `call_${place}`, name, isCustom, json: "" };
      this.#calls.set(index, open);
      out += this.#add(callItem({ ...open, status: "in_progress" }, isCustom));
    }
    const json = textOf(fn["arguments"]);
    open.json += json;
    return json === "" || open.isCustom ? out : out + this.#event("response.function_call_arguments.delta", { item_id: open.id, output_index: open.place, delta: json });
  }

  /** State that belongs to one call (a Gemini signature) travels in an item of its own before it. */
  #signature(call: JsonObject): string {
    if (call["extra_content"] === undefined) return "";
    const place = this.#output.length;
    const item = reasoningItem(itemIdFrom("rs", this.identity.requestId, place), "", packState({ details: [], calls: { [textOf(call["id"])]: call["extra_content"] } }));
    return this.#add(item) + this.#done(place, item);
  }

  #endCalls(): string {
    let out = "";
    for (const call of this.#calls.values()) out += this.#endCall(call);
    return out;
  }

  #endCall(call: OpenCall): string {
    const at = { item_id: call.id, output_index: call.place };
    const item = callItem({ ...call, status: "completed" }, call.isCustom);
    if (!call.isCustom) return this.#event("response.function_call_arguments.done", { ...at, name: call.name, arguments: call.json }) + this.#done(call.place, item);
    const text = freeTextFromArguments(call.json);
    return this.#event("response.custom_tool_call_input.delta", { ...at, delta: text }) + this.#event("response.custom_tool_call_input.done", { ...at, input: text }) + this.#done(call.place, item);
  }
}
