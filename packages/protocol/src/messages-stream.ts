import type { ChatChunk, ChatFinishReason, ChatUsage } from "./chat.ts";
import { arrayOf, isJsonObject, objectOf, textOf, type JsonObject } from "./json-object.ts";
import { imageBlock, messageIdFrom, messagesUsageFrom, stopReasonFromFinish } from "./messages-from-chat.ts";
import { picturesOf, type Picture } from "./pictures.ts";
import { thinkingFromDetail } from "./reasoning-details.ts";
import { sseEvent } from "./sse-writer.ts";

/**
 * Hub chunks → Anthropic events, one writer a stream (https://docs.anthropic.com/en/docs/build-with-claude/streaming).
 * INVARIANT: blocks never overlap: a block is closed before the next one opens, and every block is closed before `message_delta`.
 * Whether an open tool call has ended is not told on the Chat wire, where calls may interleave: the first streams, later ones follow whole when text follows or the answer ends.
 */
export class MessagesStreamWriter {
  #started = false;
  #open: "text" | "thinking" | "tool" | null = null;
  #openTool = -1;
  #nextBlock = 0;
  #finish: ChatFinishReason | null = null;
  #usage: ChatUsage | null = null;
  readonly #seenTools = new Set<number>();
  readonly #waiting = new Map<number, JsonObject[]>();

  /** The events that one chunk makes, as SSE text; empty for a chunk that only carries a finish reason or usage, which come out of `end`. */
  write(chunk: ChatChunk): string {
    let out = this.#started ? "" : this.#start(chunk);
    if (chunk.usage) this.#usage = chunk.usage;
    const choice = chunk.choices.find((candidate) => (candidate.index ?? 0) === 0);
    if (!choice) return out;
    const delta = choice.delta ?? {};
    out += this.#thinking(delta) + this.#text(textOf(delta["content"]) || textOf(delta["refusal"]));
    for (const picture of picturesOf(delta)) out += this.#picture(picture);
    for (const call of arrayOf(delta["tool_calls"])) if (isJsonObject(call)) out += this.#tool(call);
    if (choice.finish_reason) this.#finish = choice.finish_reason;
    return out;
  }

  /** Closes blocks and message. `extras` join the `usage` of the last event, `top` the event itself. Call it only when the answer is complete. */
  end(extras: JsonObject = {}, top: JsonObject = {}): string {
    let out = this.#endCalls() + this.#close();
    const stopReason = this.#finish ? stopReasonFromFinish(this.#finish) : "end_turn";
    out += event("message_delta", { delta: { stop_reason: stopReason, stop_sequence: null }, usage: { ...messagesUsageFrom(this.#usage), ...extras }, ...top });
    return out + event("message_stop", {});
  }

  #start(chunk: ChatChunk): string {
    this.#started = true;
    const message = { id: messageIdFrom(chunk.id), type: "message", role: "assistant", model: chunk.model, content: [], stop_reason: null, stop_sequence: null, usage: messagesUsageFrom(chunk.usage) };
    return event("message_start", { message });
  }

  #thinking(delta: JsonObject): string {
    const details = arrayOf(delta["reasoning_details"]);
    if (details.length === 0) {
      const text = textOf(delta["reasoning"]) || textOf(delta["reasoning_content"]);
      return text ? this.#thinkingDelta({ type: "thinking_delta", thinking: text }) : "";
    }
    let out = "";
    for (const detail of details) out += this.#thinkingDetail(objectOf(detail));
    return out;
  }

  #thinkingDetail(detail: JsonObject): string {
    if (detail["type"] === "reasoning.encrypted") {
      const block = thinkingFromDetail(detail);
      return block ? this.#close() + event("content_block_start", { index: this.#nextBlock, content_block: block }) + event("content_block_stop", { index: this.#nextBlock++ }) : "";
    }
    const text = textOf(detail["text"]) || textOf(detail["thinking"]);
    const signature = textOf(detail["signature"]);
    const out = text ? this.#thinkingDelta({ type: "thinking_delta", thinking: text }) : "";
    return signature ? out + this.#thinkingDelta({ type: "signature_delta", signature }) + this.#close() : out;
  }

  #thinkingDelta(delta: JsonObject): string {
    return this.#begin("thinking", { type: "thinking", thinking: "", signature: "" }) + event("content_block_delta", { index: this.#nextBlock - 1, delta });
  }

  #text(text: string): string {
    if (!text) return "";
    return this.#begin("text", { type: "text", text: "" }) + event("content_block_delta", { index: this.#nextBlock - 1, delta: { type: "text_delta", text } });
  }

  #picture(picture: Picture): string {
    return this.#endCalls() + this.#close() + event("content_block_start", { index: this.#nextBlock, content_block: imageBlock(picture) }) + event("content_block_stop", { index: this.#nextBlock++ });
  }

  #tool(call: JsonObject, flush = false): string {
    const index = typeof call["index"] === "number" ? call["index"] : this.#openTool < 0 ? 0 : this.#openTool;
    if (!flush && this.#open === "tool" && index !== this.#openTool) {
      this.#waiting.set(index, [...(this.#waiting.get(index) ?? []), call]);
      return "";
    }
    const fn = objectOf(call["function"]);
    let out = "";
    if (!this.#seenTools.has(index)) {
      this.#seenTools.add(index);
      out = this.#close() + this.#begin("tool", { type: "tool_use", id: textOf(call["id"]) || `toolu_${index}`, name: textOf(fn["name"]), input: {} });
      this.#openTool = index;
    } else if (this.#open !== "tool" || this.#openTool !== index) return out;
    const json = textOf(fn["arguments"]);
    return json ? out + event("content_block_delta", { index: this.#nextBlock - 1, delta: { type: "input_json_delta", partial_json: json } }) : out;
  }

  /** The calls that waited, in the order in which they began. */
  #endCalls(): string {
    if (this.#waiting.size === 0) return "";
    let out = this.#close();
    for (const calls of this.#waiting.values()) for (const call of calls) out += this.#tool(call, true);
    this.#waiting.clear();
    return out;
  }

  /** What follows calls other than a call says that they have ended. */
  #begin(kind: "text" | "thinking" | "tool", block: JsonObject): string {
    if (this.#open === kind && kind !== "tool") return "";
    const out = (kind === "tool" ? "" : this.#endCalls()) + this.#close();
    this.#open = kind;
    return out + event("content_block_start", { index: this.#nextBlock++, content_block: block });
  }

  #close(): string {
    if (this.#open === null) return "";
    this.#open = null;
    return event("content_block_stop", { index: this.#nextBlock - 1 });
  }
}

const event = (type: string, fields: JsonObject): string => sseEvent(type, JSON.stringify({ type, ...fields }));
