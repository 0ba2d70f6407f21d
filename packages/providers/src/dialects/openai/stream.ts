import type { Failure, TokenUsage } from "@trunkline/contracts";
import { arrayOf, isJsonObject, objectOf, parseJsonObject, SSE_DONE, sseData, textOf, type ChatChunk, type ChatFinishReason, type JsonObject, type SpliceEdit, type SseEvent } from "@trunkline/protocol";
import type { AnswerExtras, Call, Observation } from "../../adapter.ts";
import { failureOf } from "../../failures/failure.ts";
import { spliceFrame } from "../../relay/answer-splice.ts";
import { deltaBytes } from "../../relay/delta.ts";
import { NO_BYTES } from "../../relay/ending.ts";
import type { FrameInspector } from "../../relay/pass-through-stream.ts";
import { TextScale } from "../../relay/scan.ts";
import { chatUsageFrom, costFields } from "../../relay/token-usage.ts";
import type { FrameTranslator } from "../../relay/translated-stream.ts";
import { classifyInStream } from "./classify.ts";
import { legacyCallId, splitContent } from "./from-upstream.ts";
import { OddCalls } from "./odd-calls.ts";
import { brokenFinish, finishReasonFrom } from "./stop-reason.ts";
import { mergeUsage, usageFrom } from "./usage.ts";

/** What a frame after the first content can be of interest for: usage, an end, an error, the terminator. One search costs less than four. */
const MATTERS = /usage":\s*\{|finish_reason":\s*"|rror|\[DONE\]/;
const CONTENT_KEYS = ['content"', 'arguments"', 'reasoning_content"', 'reasoning"'] as const;

/** QUIRK(groq): usage that nobody asked for is told within `x_groq`. QUIRK(moonshot): within the choice. */
const usageElsewhere = (chunk: JsonObject): unknown => objectOf(chunk["x_groq"])["usage"] ?? objectOf(arrayOf(chunk["choices"])[0])["usage"];

/** What both forms of the stream learn from a chunk. */
class ChunkFacts {
  failure: Failure | null = null;
  finishFailure: Failure | null = null;
  committed = false;
  contentBytes = 0;
  finishReason: Observation["finishReason"] = null;
  usage: TokenUsage | null = null;
  readonly #finishedChoices = new Set<unknown>();
  #rawUsage: JsonObject = {};

  constructor(private readonly choicesAsked: number) {}

  get finished(): boolean { return this.#finishedChoices.size >= this.choicesAsked; }

  read(chunk: JsonObject | null, event: string): void {
    const error = chunk?.["error"] ?? (event === "error" ? chunk ?? "" : null);
    if (error !== null && error !== undefined) this.failure = classifyInStream(error);
    else if (chunk === null) this.failure = this.committed ? null : failureOf("protocol_violation", { status: 200, message: "The provider sent an event that is not valid JSON." });
    else this.#readChunk(chunk);
  }

  #readChunk(chunk: JsonObject): void {
    for (const choice of arrayOf(chunk["choices"]).map(objectOf)) this.#readChoice(choice);
    const usage = chunk["usage"] ?? usageElsewhere(chunk);
    if (!isJsonObject(usage)) return;
    this.#rawUsage = mergeUsage(this.#rawUsage, usage);
    this.usage = usageFrom(this.#rawUsage, chunk["service_tier"]);
  }

  #readChoice(choice: JsonObject): void {
    const seen = deltaBytes(choice["delta"]);
    this.contentBytes += seen.text;
    const finish = finishReasonFrom(choice["finish_reason"]);
    if (finish) this.finishFailure ??= brokenFinish(choice["finish_reason"]);
    if (finish) {
      this.#finishedChoices.add(choice["index"] ?? 0);
      this.finishReason = finish;
    }
    if (seen.content || (finish && finish !== "stop")) this.committed = true;
  }
}

/** Chat Completions both sides: looks, and touches only usage frames. */
export class OpenAiInspector implements FrameInspector {
  closed = false;
  readonly #facts: ChunkFacts;
  #identity: JsonObject = {};
  #explained = false;
  #ended = false;
  readonly #scale = new TextScale(CONTENT_KEYS);

  constructor(private readonly call: Call, private readonly extras: AnswerExtras) {
    const asked = call.body["n"];
    this.#facts = new ChunkFacts(typeof asked === "number" && asked > 1 ? asked : 1);
  }

  get committed(): boolean { return this.#facts.committed; }
  get failure(): Failure | null { return this.#facts.failure; }
  get finishFailure(): Failure | null { return this.#facts.finishFailure; }
  get usage(): TokenUsage | null { return this.#facts.usage; }
  get contentBytes(): number { return this.#facts.contentBytes; }
  get finishReason(): Observation["finishReason"] { return this.#facts.finishReason; }
  /** A terminator after content is an explicit end, even where the finish reason is missing. */
  get finished(): boolean { return this.#facts.finished || (this.#ended && this.#facts.committed); }

  mayMatter(text: string): boolean {
    return !this.#facts.committed || MATTERS.test(text);
  }

  count(text: string): void {
    this.#facts.contentBytes += this.#scale.bytesIn(text);
  }

  inspect(frame: Uint8Array, event: string, data: string): Uint8Array {
    if (data.trim() === "[DONE]") return this.#done(frame);
    const chunk = parseJsonObject(data);
    this.#facts.read(chunk, event);
    if (this.finishFailure) return NO_BYTES;
    if (this.#facts.failure || !chunk) return frame;
    if (this.#identity["id"] === undefined) this.#identity = chunk;
    return isJsonObject(chunk["usage"]) ? this.#usageFrame(frame, chunk) : frame;
  }

  /** INVARIANT: the usage chunk that only the gateway asked for never reaches the caller. */
  #usageFrame(frame: Uint8Array, chunk: JsonObject): Uint8Array {
    const bare = arrayOf(chunk["choices"]).length === 0;
    if (!this.call.wantsUsageChunk) return bare ? NO_BYTES : frame;
    if (!this.usage) return frame;
    const more: Record<string, SpliceEdit> = {};
    const explained = bare ? this.#explain() : null;
    if (explained !== null) more["trunkline"] = JSON.stringify(explained);
    return spliceFrame(frame, this.usage, this.extras, more);
  }

  #done(frame: Uint8Array): Uint8Array {
    this.closed = this.#ended = true;
    if (this.finishFailure) return NO_BYTES;
    if (this.finished) {
      const last = this.#lastFrames();
      return last.length === 0 ? frame : Buffer.concat([last, frame]);
    }
    this.#facts.failure ??= failureOf("protocol_violation", { status: 200, message: "The provider sent an empty answer." });
    return NO_BYTES;
  }

  terminator(): Uint8Array {
    if (this.closed) return NO_BYTES;
    this.closed = true;
    return Buffer.concat([this.#lastFrames(), Buffer.from(SSE_DONE)]);
  }

  cut(usage: TokenUsage): Uint8Array {
    this.closed = true;
    const answers = typeof this.call.body["n"] === "number" ? this.call.body["n"] : 1;
    let out = "";
    for (let index = 0; index < answers; index++) out += this.#chunk({ choices: [{ index, delta: {}, finish_reason: "length" }] });
    if (this.call.wantsUsageChunk) out += this.#usageChunk(usage);
    return Buffer.concat([Buffer.from(out), this.#explainFrame(), Buffer.from(SSE_DONE)]);
  }

  #chunk(members: JsonObject): string {
    const { id, created, model } = this.#identity;
    return sseData(JSON.stringify({ id, object: "chat.completion.chunk", created, model, system_fingerprint: null, ...members }));
  }

  #usageChunk(usage: TokenUsage): string {
    return this.#chunk({ choices: [], provider: this.extras.provider, usage: { ...chatUsageFrom(usage), ...costFields(usage, this.extras) } });
  }

  /** What still belongs before the terminator: the usage that was asked for and that the provider did not tell, and the decision. */
  #lastFrames(): Uint8Array {
    const guessed = this.call.wantsUsageChunk && this.usage === null ? this.extras.guess?.(this.contentBytes) : undefined;
    return guessed ? Buffer.concat([Buffer.from(this.#usageChunk(guessed)), this.#explainFrame()]) : this.#explainFrame();
  }

  #explain(): unknown {
    if (this.#explained) return null;
    this.#explained = true;
    return this.extras.explain() ?? null;
  }

  /** Where no usage chunk could carry it, the decision comes in a chunk of its own. */
  #explainFrame(): Uint8Array {
    const explained = this.#explain();
    if (explained === null) return NO_BYTES;
    return Buffer.from(this.#chunk({ choices: [], provider: this.extras.provider, trunkline: explained }));
  }
}

/** Chat Completions chunks are the hub; only identity and content forms are made even. */
export class OpenAiTranslator implements FrameTranslator {
  readonly #facts = new ChunkFacts(1);
  #id: string;
  #model: string;
  #ended = false;
  readonly #odd: OddCalls;

  constructor(private readonly call: Call, model: string) {
    this.#id = call.requestId;
    this.#model = model;
    this.#odd = new OddCalls(legacyCallId(call));
  }

  get failure(): Failure | null { return this.#facts.failure; }
  get finishFailure(): Failure | null { return this.#facts.finishFailure; }
  get usage(): TokenUsage | null { return this.#facts.usage; }
  get usageIsFinal(): boolean { return true; }
  get finishReason(): Observation["finishReason"] { return this.#facts.finishReason ?? (this.#ended && this.#facts.committed ? "stop" : null); }

  translate(event: SseEvent): readonly ChatChunk[] {
    if (this.#ended) return [];
    if (event.data.trim() === "[DONE]") { this.#ended = true; return []; }
    const chunk = parseJsonObject(event.data);
    this.#facts.read(chunk, event.event);
    if (chunk === null && !this.failure) throw new SyntaxError("not a JSON event");
    if (chunk === null || this.failure || this.finishFailure) return [];
    this.#id = textOf(chunk["id"]) || this.#id;
    this.#model = textOf(chunk["model"]) || this.#model;
    const choice = arrayOf(chunk["choices"]).find((candidate) => isJsonObject(candidate) && (candidate["index"] ?? 0) === 0);
    if (!isJsonObject(choice)) return [];
    const given = this.#odd.even(objectOf(choice["delta"]));
    const delta = Array.isArray(given["content"]) || given["reasoning_content"] ? { ...given, ...splitContent(given) } : given;
    const finish = finishReasonFrom(choice["finish_reason"]);
    const closing = finish === null ? null : this.#odd.close();
    return closing === null ? [this.chunk(delta, finish)] : [this.chunk(delta), this.chunk(closing, finish)];
  }

  flush(): readonly ChatChunk[] { return []; }

  chunk(delta: JsonObject, finish: ChatFinishReason | null = null): ChatChunk {
    return { id: this.#id, object: "chat.completion.chunk", created: this.call.createdAtSeconds, model: this.#model, system_fingerprint: null, choices: [{ index: 0, delta, finish_reason: finish }] };
  }
}
