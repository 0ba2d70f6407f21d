import { ZERO_USAGE, type Failure, type TokenUsage } from "@trunkline/contracts";
import { CompletionsStreamWriter, MessagesStreamWriter, parseJsonObject, ResponsesStreamWriter, SSE_DONE, SseReader, sseData, type ChatChunk, type SseEvent } from "@trunkline/protocol";
import type { AnswerExtras, Call, Observation, Relayed, StreamRelay } from "../adapter.ts";
import { failureOf } from "../failures/failure.ts";
import { deltaBytes } from "./delta.ts";
import { NO_BYTES, unfinishedFailure, type Ending } from "./ending.ts";
import { emptyStream } from "./soft-failure.ts";
import { isWholeData } from "./pass-through-stream.ts";
import { chatUsageFrom, costFields, withDeliveredOutput } from "./token-usage.ts";

/** The only stateful object of a translating dialect: upstream events in, hub chunks out. */
export interface FrameTranslator {
  /** Usage goes into `usage`, not into chunks. Throws SyntaxError for an event that cannot be read. */
  translate(event: SseEvent): readonly ChatChunk[];
  /** Chunks that only the end of the stream makes sure of. */
  flush(): readonly ChatChunk[];
  /** Set when an event carried an error. */
  readonly failure: Failure | null;
  /** The finish said that generation broke. It is told at the stream's end, because what the provider bills for it may follow. Absent: told by errors alone. */
  readonly finishFailure?: Failure | null;
  /** As last reported. */
  readonly usage: TokenUsage | null;
  /** The last report covers the whole answer. */
  readonly usageIsFinal: boolean;
  readonly finishReason: Observation["finishReason"];
  /** A chunk's identity, for the usage chunk of the end. */
  chunk(delta: Readonly<Record<string, unknown>>): ChatChunk;
}

export interface TranslatedStreamParts {
  readonly call: Call;
  readonly extras: AnswerExtras;
  readonly translator: FrameTranslator;
}

/** A body that is no event stream at all is kept up to here, because it may be a JSON error; no real error is longer. */
const OPENING_BYTES_MAX = 64 * 1024;

type HubWriter = MessagesStreamWriter | ResponsesStreamWriter | CompletionsStreamWriter;

/** null: the hub's own wire. */
function writerFor(call: Call): HubWriter | null {
  if (call.inbound === "messages") return new MessagesStreamWriter();
  if (call.inbound === "completions") return new CompletionsStreamWriter(call.wantsUsageChunk);
  return call.inbound === "responses" ? new ResponsesStreamWriter(call.body, call) : null;
}

/** Upstream events → hub chunks → the caller's wire, for every dialect that the caller does not speak. */
export class TranslatedStream implements StreamRelay {
  readonly #reader = new SseReader();
  readonly #writer: HubWriter | null;
  #failure: Failure | null = null;
  #committed = false;
  #contentBytes = 0;
  /** What came before the first event; null once there was one. */
  #opening: Uint8Array | null = NO_BYTES;

  constructor(private readonly parts: TranslatedStreamParts) {
    this.#writer = writerFor(parts.call);
  }

  get committed(): boolean { return this.#committed; }
  get failure(): Failure | null { return this.#failure; }
  get contentBytes(): number { return this.#contentBytes; }

  push(bytes: Uint8Array): Uint8Array {
    if (this.#failure) return NO_BYTES;
    try {
      const events = this.#reader.push(bytes);
      if (this.#opening) this.#opening = events.length > 0 || this.#opening.length > OPENING_BYTES_MAX ? null : Buffer.concat([this.#opening, bytes]);
      const out = this.#translate(events);
      return out === "" ? NO_BYTES : Buffer.from(out);
    } catch {
      this.#failure = failureOf("protocol_violation", { status: 200 });
      return NO_BYTES;
    }
  }

  /** For a wire with a framing of its own. */
  pushEvent(event: SseEvent): Uint8Array {
    if (this.#failure) return NO_BYTES;
    this.#opening = null;
    try {
      const out = this.#translate([event]);
      return out === "" ? NO_BYTES : Buffer.from(out);
    } catch {
      this.#failure = failureOf("protocol_violation", { status: 200 });
      return NO_BYTES;
    }
  }

  #translate(events: readonly SseEvent[]): string {
    let out = "";
    for (const event of events) {
      for (const chunk of this.parts.translator.translate(event)) out += this.#write(chunk);
      this.#failure = this.parts.translator.failure;
      if (this.#failure) break;
    }
    return out;
  }

  #write(chunk: ChatChunk): string {
    for (const choice of chunk.choices) {
      const bytes = deltaBytes(choice.delta);
      this.#contentBytes += bytes.text;
      if (bytes.content || (choice.finish_reason && choice.finish_reason !== "stop")) this.#committed = true;
    }
    return this.#writer ? this.#writer.write(chunk) : sseData(JSON.stringify(chunk));
  }

  end(how: Ending, seen: TokenUsage = ZERO_USAGE): Relayed {
    if (how === "cut" && !this.#failure && this.parts.translator.finishReason === null) return this.#cut(seen);
    let out = how === "complete" && !this.#failure ? this.#lastEvent() : "";
    const { translator } = this.parts;
    this.#failure ??= translator.finishFailure ?? emptyStream(translator.finishReason, { hasContent: this.#committed, usage: translator.usage });
    const complete = this.#failure === null && translator.finishReason !== null;
    if (complete) {
      for (const chunk of translator.flush()) out += this.#write(chunk);
      out += this.#terminator(translator.usage ?? this.parts.extras.guess?.(this.#contentBytes) ?? null);
    }
    const failure = this.#failure ?? (complete ? null : unfinishedFailure(how, this.#contentBytes > 0));
    const usage = translator.usage && !translator.usageIsFinal ? withDeliveredOutput(translator.usage, this.#contentBytes) : translator.usage;
    return {
      bytes: out === "" || how === "caller_left" ? NO_BYTES : Buffer.from(out),
      observation: { usage, contentBytes: this.#contentBytes, finishReason: translator.finishReason, failure, complete, ...(this.#writer instanceof ResponsesStreamWriter ? { sequence: this.#writer.sequence } : {}) },
    };
  }

  #cut(seen: TokenUsage): Relayed {
    const { call, translator } = this.parts;
    const usage = translator.usage ? withDeliveredOutput(translator.usage, this.#contentBytes) : seen;
    const last = translator.chunk({});
    const answers = typeof call.body["n"] === "number" ? call.body["n"] : 1;
    let out = "";
    for (let index = 0; index < answers; index++) out += this.#write({ ...last, choices: [{ index, delta: {}, finish_reason: "length" }] });
    out += this.#terminator(usage);
    return { bytes: Buffer.from(out), observation: { usage, contentBytes: this.#contentBytes, finishReason: "length", failure: null, complete: true } };
  }

  /** Some upstreams forget the blank line after the last event: it counts when its JSON is whole. */
  #lastEvent(): string {
    try {
      const plain = this.#opening ? parseJsonObject(Buffer.from(this.#opening).toString("utf8")) : null;
      const events = plain ? [{ event: "", data: JSON.stringify(plain) }] : this.#reader.push(Buffer.from("\n\n"));
      return this.#translate(events.filter((event) => isWholeData(event.data)));
    } catch {
      this.#failure = failureOf("protocol_violation", { status: 200 });
      return "";
    }
  }

  #terminator(usage: TokenUsage | null): string {
    const { call, extras, translator } = this.parts;
    const explained = extras.explain();
    const top = { provider: extras.provider, ...(explained === null || explained === undefined ? {} : { trunkline: explained }) };
    const cost = usage ? costFields(usage, extras) : {};
    const last = { ...translator.chunk({}), choices: [] };
    if (this.#writer) {
      const started = this.#writer.write({ ...last, usage: usage ? chatUsageFrom(usage) : null });
      return started + this.#writer.end(cost, top);
    }
    const usageChunk = call.wantsUsageChunk && usage ? { usage: { ...chatUsageFrom(usage), ...cost } } : {};
    if (!("usage" in usageChunk) && !("trunkline" in top)) return SSE_DONE;
    return sseData(JSON.stringify({ ...last, ...top, ...usageChunk })) + SSE_DONE;
  }
}
