import type { Failure, TokenUsage } from "@trunkline/contracts";
import { objectOf, parseJsonObject, responsesUsageFrom, spliceTopLevel, sseEvent, textOf, type ChatChunk, type ChatFinishReason, type JsonObject, type SpliceEdit, type SseEvent } from "@trunkline/protocol";
import type { AnswerExtras, Call, Observation } from "../../adapter.ts";
import { failureOf } from "../../failures/failure.ts";
import { spliceAnswer } from "../../relay/answer-splice.ts";
import { NO_BYTES } from "../../relay/ending.ts";
import type { FrameInspector } from "../../relay/pass-through-stream.ts";
import { TextScale } from "../../relay/scan.ts";
import { chatUsageFrom, costFields } from "../../relay/token-usage.ts";
import type { FrameTranslator } from "../../relay/translated-stream.ts";
import { classifyInStream } from "./classify.ts";
import { argumentsOf, encryptedDetail, hubAnnotation, messageText, reasoningText } from "./from-upstream.ts";
import { finishReasonFrom, isCall } from "./stop-reason.ts";
import { usageFrom } from "./usage.ts";

/** What an event after the first content can be of interest for: the end, an error, a call. */
const MATTERS = /response\.(?:completed|incomplete|failed)|rror|call/;
const ENDINGS = new Set(["response.completed", "response.incomplete"]);

/** What both forms of the stream learn from an event. */
class EventFacts {
  failure: Failure | null = null;
  committed = false;
  usage: TokenUsage | null = null;
  finishReason: ChatFinishReason | null = null;
  #called = false;

  read(event: JsonObject): void {
    const type = textOf(event["type"]);
    const item = objectOf(event["item"]);
    if (type === "error") this.failure = classifyInStream(event["error"] ?? event);
    else if (type === "response.failed") this.#fail(objectOf(event["response"]));
    else if (type.endsWith(".delta")) this.committed = true;
    else if (type.startsWith("response.output_item.")) {
      if (isCall(item)) this.#called = true;
      if (item["type"] !== "message" && item["type"] !== "reasoning") this.committed = true;
    } else if (ENDINGS.has(type)) this.#end(objectOf(event["response"]), type);
  }

  #fail(response: JsonObject): void {
    this.usage = usageFrom(response);
    this.failure = classifyInStream(response["error"]);
  }

  #end(response: JsonObject, type: string): void {
    this.usage = usageFrom(response);
    this.finishReason = finishReasonFrom({ ...response, status: type.slice("response.".length) }, this.#called);
    if (this.finishReason !== "stop") this.committed = true;
  }
}

/** Responses both sides: every byte goes on, but for the cost in the event that ends the response. */
export class ResponsesInspector implements FrameInspector {
  contentBytes = 0;
  closed = false;
  #sequence = 0;
  #frame: JsonObject = {};
  /** Text that passed since an event was last read: it knows the sequence too, and is asked at the end alone. */
  #unread = "";
  readonly #facts = new EventFacts();
  readonly #scale = new TextScale(['delta"']);

  constructor(private readonly extras: AnswerExtras) {}

  get committed(): boolean { return this.#facts.committed; }
  get failure(): Failure | null { return this.#facts.failure; }
  get usage(): TokenUsage | null { return this.#facts.usage; }
  get finishReason(): Observation["finishReason"] { return this.#facts.finishReason; }
  get finished(): boolean { return this.finishReason !== null; }
  get sequence(): number {
    const at = this.#unread.lastIndexOf('sequence_number"');
    return at < 0 ? this.#sequence : Number.parseInt(this.#unread.slice(this.#unread.indexOf(":", at) + 1), 10) + 1 || this.#sequence;
  }

  mayMatter(text: string): boolean {
    return !this.committed || MATTERS.test(text);
  }

  count(text: string): void {
    this.contentBytes += this.#scale.bytesIn(text);
    this.#unread = text;
  }

  inspect(frame: Uint8Array, _event: string, data: string): Uint8Array {
    const event = parseJsonObject(data);
    if (!event) {
      if (!this.committed) this.#facts.failure = failureOf("protocol_violation", { status: 200, message: "The provider sent an event that is not valid JSON." });
      return frame;
    }
    this.#facts.read(event);
    if (this.failure) return NO_BYTES;
    if (event["type"] === "response.created") this.#frame = objectOf(event["response"]);
    if (typeof event["delta"] === "string") this.contentBytes += Buffer.byteLength(event["delta"]);
    if (typeof event["sequence_number"] === "number") { this.#sequence = event["sequence_number"] + 1; this.#unread = ""; }
    if (!this.finished || !ENDINGS.has(textOf(event["type"]))) return frame;
    this.closed = true;
    return this.#priced(frame);
  }

  #priced(frame: Uint8Array): Uint8Array {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    const start = bytes.indexOf("{", bytes.indexOf("data:"));
    const end = bytes.lastIndexOf("}") + 1;
    const explained = this.extras.explain() ?? null;
    const more: Record<string, SpliceEdit> = explained === null ? {} : { trunkline: JSON.stringify(explained) };
    const response: SpliceEdit = (value) => spliceAnswer(value, this.usage, this.extras, more);
    return Buffer.concat([bytes.subarray(0, start), spliceTopLevel(bytes.subarray(start, end), { response }), bytes.subarray(end)]);
  }

  /** The items that have passed are the caller's already: they are not held here, so the ending names none. */
  cut(usage: TokenUsage): Uint8Array {
    this.closed = true;
    const explained = this.extras.explain() ?? null;
    const response = {
      ...this.#frame, status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, provider: this.extras.provider,
      usage: { ...responsesUsageFrom(chatUsageFrom(usage)), ...costFields(usage, this.extras) }, ...(explained === null ? {} : { trunkline: explained }),
    };
    return Buffer.from(sseEvent("response.incomplete", JSON.stringify({ type: "response.incomplete", sequence_number: this.sequence, response })));
  }

  /** The ending carries the whole response: there is no other terminator. */
  terminator(): Uint8Array { return NO_BYTES; }
}

interface OpenItem { readonly toolIndex: number; seen: boolean }

/** Responses events → hub chunks. What the provider ran itself (searches, shells) is passed over: the hub has no place for it. */
export class ResponsesTranslator implements FrameTranslator {
  readonly #facts = new EventFacts();
  readonly #items = new Map<unknown, OpenItem>();
  #calls = 0;
  #ended = false;

  constructor(private readonly call: Call, private model: string) {}

  get failure(): Failure | null { return this.#facts.failure; }
  get usage(): TokenUsage | null { return this.#facts.usage; }
  get usageIsFinal(): boolean { return true; }
  get finishReason(): Observation["finishReason"] { return this.#facts.finishReason; }

  translate({ data }: SseEvent): readonly ChatChunk[] {
    if (this.#ended || data.trim() === "[DONE]") return [];
    const event = parseJsonObject(data);
    if (!event) throw new SyntaxError("not a JSON event");
    this.#facts.read(event);
    if (this.failure) return [];
    const delta = textOf(event["delta"]);
    switch (event["type"]) {
      case "response.created": this.model = textOf(objectOf(event["response"])["model"]) || this.model; return [this.chunk({ role: "assistant", content: "" })];
      case "response.output_item.added": return this.#added(event["output_index"], objectOf(event["item"]));
      case "response.output_item.done": return this.#done(event["output_index"], objectOf(event["item"]));
      case "response.output_text.delta": return this.#piece(event, { content: delta });
      case "response.refusal.delta": return this.#piece(event, { refusal: delta });
      case "response.reasoning_summary_text.delta": case "response.reasoning_text.delta": return this.#piece(event, { reasoning: delta });
      case "response.function_call_arguments.delta": return this.#arguments(event["output_index"], delta);
      case "response.output_text.annotation.added": return [this.chunk({ annotations: [hubAnnotation(event["annotation"])] })];
      case "response.completed": case "response.incomplete": return this.#end();
      default: return [];
    }
  }

  flush(): readonly ChatChunk[] { return []; }

  #item(index: unknown): OpenItem {
    const known = this.#items.get(index) ?? { toolIndex: -1, seen: false };
    this.#items.set(index, known);
    return known;
  }

  #added(index: unknown, item: JsonObject): readonly ChatChunk[] {
    if (!isCall(item) || this.#items.has(index)) return [];
    const toolIndex = this.#calls++;
    this.#items.set(index, { toolIndex, seen: false });
    return [this.chunk({ tool_calls: [{ index: toolIndex, id: textOf(item["call_id"]) || textOf(item["id"]), type: "function", function: { name: textOf(item["name"]), arguments: "" } }] })];
  }

  #piece(event: JsonObject, delta: JsonObject): readonly ChatChunk[] {
    this.#item(event["output_index"]).seen = true;
    return [this.chunk(delta)];
  }

  #arguments(index: unknown, json: string): readonly ChatChunk[] {
    const item = this.#item(index);
    if (item.toolIndex < 0 || json === "") return [];
    item.seen = true;
    return [this.chunk({ tool_calls: [{ index: item.toolIndex, function: { arguments: json } }] })];
  }

  /** QUIRK(lmstudio): arguments may come with the finished item alone; a free-text call's always do here, because only the whole text makes valid JSON. */
  #done(index: unknown, item: JsonObject): readonly ChatChunk[] {
    const begun = isCall(item) ? this.#added(index, item) : [];
    const { seen } = this.#item(index);
    if (isCall(item)) return seen ? begun : [...begun, ...this.#arguments(index, argumentsOf(item) || "{}")];
    if (item["type"] === "message") return seen ? [] : [this.chunk({ content: messageText(item) })].filter((chunk) => chunk.choices[0]?.delta["content"] !== "");
    const detail = item["type"] === "reasoning" ? encryptedDetail(item) : null;
    const unseen = seen || item["type"] !== "reasoning" ? "" : reasoningText(item);
    const thought = { ...(unseen ? { reasoning: unseen } : {}), ...(detail ? { reasoning_details: [detail] } : {}) };
    return Object.keys(thought).length > 0 ? [this.chunk(thought)] : [];
  }

  #end(): readonly ChatChunk[] {
    this.#ended = true;
    const chunk = this.chunk({});
    return [{ ...chunk, choices: chunk.choices.map((choice) => ({ ...choice, finish_reason: this.finishReason })) }];
  }

  chunk(delta: JsonObject): ChatChunk {
    return { id: this.call.requestId, object: "chat.completion.chunk", created: this.call.createdAtSeconds, model: this.model, system_fingerprint: null, choices: [{ index: 0, delta, logprobs: null, finish_reason: null }] };
  }
}
