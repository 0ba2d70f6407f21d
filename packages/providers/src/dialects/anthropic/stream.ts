import type { Failure, TokenUsage } from "@trunkline/contracts";
import { ANTHROPIC_REASONING_FORMAT, detailFromThinking, messagesUsageFrom, objectOf, parseJsonObject, sseEvent, textOf, type ChatChunk, type ChatFinishReason, type JsonObject, type SpliceEdit, type SseEvent } from "@trunkline/protocol";
import type { AnswerExtras, Call, Observation } from "../../adapter.ts";
import { failureOf } from "../../failures/failure.ts";
import { spliceFrame } from "../../relay/answer-splice.ts";
import { NO_BYTES } from "../../relay/ending.ts";
import type { FrameInspector } from "../../relay/pass-through-stream.ts";
import { searchable, TextScale } from "../../relay/scan.ts";
import { chatUsageFrom, costFields, withDeliveredOutput } from "../../relay/token-usage.ts";
import type { FrameTranslator } from "../../relay/translated-stream.ts";
import { classifyInStream } from "./classify.ts";
import { blockCitations } from "./from-upstream.ts";
import { finishReasonFrom } from "./stop-reason.ts";
import { JSON_ANSWER_TOOL } from "./to-upstream.ts";
import { mergeUsage, usageFrom } from "./usage.ts";

const CONTENT_KEYS = ['text"', 'partial_json"', 'thinking"'] as const;
const MESSAGE_STOP = Buffer.from('event: message_stop\ndata: {"type":"message_stop"}\n\n');

/** What both forms of the stream learn from an event. */
class EventFacts {
  failure: Failure | null = null;
  usage: TokenUsage | null = null;
  usageIsFinal = false;
  stopReason: unknown = null;
  #raw: JsonObject = {};
  #messageId: unknown = null;

  read(event: JsonObject): void {
    switch (event["type"]) {
      case "error": this.failure = classifyInStream(event["error"]); return;
      case "message_start": return this.#start(objectOf(event["message"]));
      case "message_delta": {
        const stop = objectOf(event["delta"])["stop_reason"];
        if (stop !== null && stop !== undefined) this.stopReason = stop;
        this.usageIsFinal = true;
        return this.#merge(objectOf(event["usage"]));
      }
    }
  }

  /** A second start with another id is a restarted answer: what the first one used is not this one's. */
  #start(message: JsonObject): void {
    if (this.#messageId !== null && this.#messageId !== message["id"]) this.#raw = {};
    this.#messageId = message["id"];
    this.#merge(objectOf(message["usage"]));
  }

  #merge(usage: JsonObject): void {
    this.#raw = mergeUsage(this.#raw, usage);
    this.usage = usageFrom(this.#raw);
  }
}

const startsContent = (event: JsonObject): boolean => {
  if (event["type"] === "content_block_delta") return true;
  if (event["type"] === "message_delta") {
    const finish = finishReasonFrom(objectOf(event["delta"])["stop_reason"]);
    return finish !== null && finish !== "stop";
  }
  const block = objectOf(event["content_block"]);
  return event["type"] === "content_block_start" && block["type"] !== "thinking" && (block["type"] !== "text" || textOf(block["text"]) !== "");
};

/** Messages both sides: every byte goes on, but for the cost in the usage of `message_delta`. */
export class AnthropicInspector implements FrameInspector {
  committed = false;
  contentBytes = 0;
  closed = false;
  readonly #facts = new EventFacts();
  #explained = false;
  /** The latest events with content, which tell the block that is open; asked at a cut alone. */
  #lastContent = "";
  readonly #scale = new TextScale(CONTENT_KEYS);

  constructor(private readonly extras: AnswerExtras) {}

  get failure(): Failure | null { return this.#facts.failure; }
  get usage(): TokenUsage | null { return this.#facts.usage && !this.#facts.usageIsFinal ? withDeliveredOutput(this.#facts.usage, this.contentBytes) : this.#facts.usage; }
  get finishReason(): Observation["finishReason"] { return finishReasonFrom(this.#facts.stopReason); }
  get finished(): boolean { return this.finishReason !== null; }

  mayMatter(text: string): boolean {
    return !this.committed || text.includes("message_") || text.includes("error");
  }

  count(text: string): void {
    this.contentBytes += this.#scale.bytesIn(text);
    if (text.includes("content_block_")) this.#lastContent = text;
  }

  inspect(frame: Uint8Array, _event: string, data: string): Uint8Array {
    const event = parseJsonObject(data);
    if (!event) return this.#unreadable(frame);
    this.#facts.read(event);
    if (this.#facts.failure) return NO_BYTES;
    if (startsContent(event)) this.committed = true;
    this.count(searchable(Buffer.from(data)));
    if (event["type"] === "message_stop") this.closed = true;
    return event["type"] === "message_delta" && this.#facts.usage ? this.#priced(frame, this.#facts.usage) : frame;
  }

  #unreadable(frame: Uint8Array): Uint8Array {
    if (!this.committed) this.#facts.failure = failureOf("protocol_violation", { status: 200, message: "The provider sent an event that is not valid JSON." });
    return frame;
  }

  #priced(frame: Uint8Array, usage: TokenUsage): Uint8Array {
    const more: Record<string, SpliceEdit> = {};
    const explained = this.#explained ? null : this.extras.explain() ?? null;
    this.#explained = true;
    if (explained !== null) more["trunkline"] = JSON.stringify(explained);
    return spliceFrame(frame, usage, this.extras, more);
  }

  cut(usage: TokenUsage): Uint8Array {
    this.closed = true;
    const explained = this.#explained ? null : this.extras.explain() ?? null;
    const block = openBlockIn(this.#lastContent);
    const stop = block === null ? "" : sseEvent("content_block_stop", JSON.stringify({ type: "content_block_stop", index: block }));
    const delta = { type: "message_delta", delta: { stop_reason: "max_tokens", stop_sequence: null }, usage: { ...messagesUsageFrom(chatUsageFrom(usage)), ...costFields(usage, this.extras) }, ...(explained === null ? {} : { trunkline: explained }) };
    return Buffer.concat([Buffer.from(stop + sseEvent("message_delta", JSON.stringify(delta))), MESSAGE_STOP]);
  }

  terminator(): Uint8Array {
    if (this.closed) return NO_BYTES;
    this.closed = true;
    return MESSAGE_STOP;
  }
}

/** Number of the block that the last of these events leaves open; null where it closed one. */
function openBlockIn(text: string): number | null {
  const last = text.slice(text.lastIndexOf("data:", text.lastIndexOf("content_block_")) + 1);
  const index = /"type"\s*:\s*"content_block_(?:start|delta)"/.test(last) ? /"index"\s*:\s*(\d+)/.exec(last)?.[1] : undefined;
  return index === undefined ? null : Number(index);
}

interface OpenBlock { readonly type: string; readonly toolIndex: number; readonly isJsonAnswer: boolean; readonly input: unknown; readonly start: number; readonly citations: unknown[]; seen: boolean }

/** Anthropic events → hub chunks (https://docs.anthropic.com/en/docs/build-with-claude/streaming). Unknown events and pings are passed over. */
export class AnthropicTranslator implements FrameTranslator {
  readonly #facts = new EventFacts();
  readonly #blocks = new Map<unknown, OpenBlock>();
  #tools = 0;
  #textLength = 0;
  #finish: ChatFinishReason | null = null;
  /** Whatever follows the end belongs to another answer. */
  #closed = false;

  constructor(private readonly call: Call, private model: string) {}

  get failure(): Failure | null { return this.#facts.failure; }
  get usage(): TokenUsage | null { return this.#facts.usage; }
  get usageIsFinal(): boolean { return this.#facts.usageIsFinal; }
  get finishReason(): Observation["finishReason"] { return this.#finish; }

  translate({ data }: SseEvent): readonly ChatChunk[] {
    const event = parseJsonObject(data);
    if (this.#closed) return [];
    if (!event) throw new SyntaxError("not a JSON event");
    this.#facts.read(event);
    switch (event["type"]) {
      case "message_stop": this.#closed = true; return [];
      case "message_start": return this.#start(objectOf(event["message"]));
      case "content_block_start": return this.#blockStart(event);
      case "content_block_delta": return this.#blockDelta(event);
      case "content_block_stop": return this.#blockStop(event);
      case "message_delta": return this.#end(objectOf(event["delta"]));
      default: return [];
    }
  }

  flush(): readonly ChatChunk[] { return []; }

  #start(message: JsonObject): readonly ChatChunk[] {
    this.model = textOf(message["model"]) || this.model;
    return [this.chunk({ role: "assistant", content: "" })];
  }

  #blockStart(event: JsonObject): readonly ChatChunk[] {
    const block = objectOf(event["content_block"]);
    const isTool = block["type"] === "tool_use";
    const isJsonAnswer = isTool && block["name"] === JSON_ANSWER_TOOL;
    const toolIndex = isTool && !isJsonAnswer ? this.#tools++ : -1;
    this.#blocks.set(event["index"], { type: textOf(block["type"]), toolIndex, isJsonAnswer, input: block["input"], start: this.#textLength, citations: [], seen: false });
    if (toolIndex >= 0) return [this.chunk({ tool_calls: [{ index: toolIndex, id: textOf(block["id"]), type: "function", function: { name: textOf(block["name"]), arguments: "" } }] })];
    const redacted = block["type"] === "redacted_thinking" ? detailFromThinking(block, Number(event["index"])) : null;
    if (redacted) return [this.chunk({ reasoning_details: [redacted] })];
    return block["type"] === "text" ? this.#text(textOf(block["text"])) : [];
  }

  #blockDelta(event: JsonObject): readonly ChatChunk[] {
    const block = this.#blocks.get(event["index"]);
    const delta = objectOf(event["delta"]);
    const index = Number(event["index"]);
    switch (delta["type"]) {
      case "text_delta": return this.#text(textOf(delta["text"]));
      case "citations_delta": block?.citations.push(delta["citation"]); return [];
      case "input_json_delta": return block ? this.#arguments(block, textOf(delta["partial_json"])) : [];
      case "thinking_delta": return [this.chunk({ reasoning: textOf(delta["thinking"]), reasoning_details: [{ type: "reasoning.text", text: textOf(delta["thinking"]), format: ANTHROPIC_REASONING_FORMAT, index }] })];
      case "signature_delta": return [this.chunk({ reasoning_details: [{ type: "reasoning.text", signature: textOf(delta["signature"]), format: ANTHROPIC_REASONING_FORMAT, index }] })];
      default: return [];
    }
  }

  #text(text: string): readonly ChatChunk[] {
    this.#textLength += text.length;
    return text === "" ? [] : [this.chunk({ content: text })];
  }

  #arguments(block: OpenBlock, json: string): readonly ChatChunk[] {
    if (json === "") return [];
    block.seen = true;
    if (block.isJsonAnswer) return [this.chunk({ content: json })];
    return block.toolIndex < 0 ? [] : [this.chunk({ tool_calls: [{ index: block.toolIndex, function: { arguments: json } }] })];
  }

  /** QUIRK(anthropic): a call without arguments streams none, but the Chat wire wants valid JSON. */
  #blockStop(event: JsonObject): readonly ChatChunk[] {
    const block = this.#blocks.get(event["index"]);
    this.#blocks.delete(event["index"]);
    const annotations = block && block.citations.length > 0 ? blockCitations(block.citations, { start: block.start, end: this.#textLength }) : [];
    if (annotations.length > 0) return [this.chunk({ annotations })];
    return block && !block.seen && block.type === "tool_use" ? this.#arguments(block, JSON.stringify(block.input ?? {})) : [];
  }

  #end(delta: JsonObject): readonly ChatChunk[] {
    const finish = finishReasonFrom(delta["stop_reason"]);
    if (!finish || this.#finish) return [];
    this.#finish = finish === "tool_calls" && this.#tools === 0 ? "stop" : finish;
    const explanation = delta["stop_reason"] === "refusal" ? textOf(objectOf(delta["stop_details"])["explanation"]) : "";
    const chunk = this.chunk(explanation ? { refusal: explanation } : {});
    return [{ ...chunk, choices: chunk.choices.map((choice) => ({ ...choice, finish_reason: this.#finish })) }];
  }

  chunk(delta: JsonObject): ChatChunk {
    return { id: this.call.requestId, object: "chat.completion.chunk", created: this.call.createdAtSeconds, model: this.model, system_fingerprint: null, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] };
  }
}
