import { ZERO_USAGE, type Failure, type TokenUsage } from "@trunkline/contracts";
import { SseReader } from "@trunkline/protocol";
import type { Observation, Relayed, StreamRelay } from "../adapter.ts";
import { failureOf } from "../failures/failure.ts";
import { NO_BYTES, unfinishedFailure, type Ending } from "./ending.ts";
import { searchable } from "./scan.ts";
import { emptyStream } from "./soft-failure.ts";
import { withDeliveredOutput } from "./token-usage.ts";
import { splitFrames, WholeFrames } from "./whole-frames.ts";

/** What a dialect knows of its own frames when they are the caller's wire too. */
export interface FrameInspector {
  readonly committed: boolean;
  readonly failure: Failure | null;
  /** The finish said that generation broke. It is told at the stream's end, because what the provider bills for it may follow. Absent: told by errors alone. */
  readonly finishFailure?: Failure | null;
  readonly usage: TokenUsage | null;
  readonly contentBytes: number;
  readonly finishReason: Observation["finishReason"];
  readonly finished: boolean;
  /** The terminator was seen: whatever follows is ignored. */
  readonly closed: boolean;
  /** False: nothing in here can be of interest beyond its content, which `count` weighs. Both take one character a byte. */
  mayMatter(text: string): boolean;
  count(text: string): void;
  /** The frame itself to relay it as it is, another array to replace it, an empty one to withhold it. */
  inspect(frame: Uint8Array, event: string, data: string): Uint8Array;
  /** Of the next event, where the wire numbers its events. */
  readonly sequence?: number;
  /** What a complete stream still lacks. */
  terminator(): Uint8Array;
  /** What makes a whole answer of one that the gateway ends in the middle, terminator included. */
  cut(usage: TokenUsage): Uint8Array;
}

/** The relay of a wire that the caller speaks too: it looks at bytes and returns the very array it was given. Nothing goes out from an error frame on; the gateway words the error. */
export class PassThroughStream implements StreamRelay {
  readonly #frames = new WholeFrames();
  #broken: Failure | null = null;

  constructor(private readonly inspector: FrameInspector) {}

  get committed(): boolean { return this.inspector.committed; }
  get failure(): Failure | null { return this.#broken ?? this.inspector.failure; }
  get contentBytes(): number { return this.inspector.contentBytes; }

  push(bytes: Uint8Array): Uint8Array {
    if (this.inspector.closed || this.failure) return NO_BYTES;
    let region: Uint8Array;
    try {
      region = this.#frames.take(bytes);
    } catch {
      this.#broken = failureOf("protocol_violation", { status: 200, message: "The provider sent an event that is too large." });
      return NO_BYTES;
    }
    return region.length === 0 ? NO_BYTES : this.#relay(region);
  }

  #relay(region: Uint8Array): Uint8Array {
    const view = Buffer.isBuffer(region) ? region : Buffer.from(region.buffer, region.byteOffset, region.byteLength);
    const text = searchable(view);
    if (!this.inspector.mayMatter(text)) {
      this.inspector.count(text);
      return region;
    }
    const out: Uint8Array[] = [];
    let changed = false;
    for (const frame of splitFrames(view)) {
      if (this.inspector.closed || this.inspector.failure) { changed = true; break; }
      const relayed = this.#inspect(frame);
      if (relayed !== frame) changed = true;
      out.push(relayed);
    }
    return changed ? Buffer.concat(out) : region;
  }

  #inspect(frame: Uint8Array): Uint8Array {
    const [event] = new SseReader().push(frame);
    const relayed = event ? this.inspector.inspect(frame, event.event, event.data) : frame;
    return this.inspector.failure ? NO_BYTES : relayed;
  }

  end(how: Ending, seen: TokenUsage = ZERO_USAGE): Relayed {
    if (how === "cut" && !this.inspector.finished && !this.failure) return this.#cut(seen);
    const last = how === "complete" && !this.inspector.closed && !this.failure ? this.#lastFrame() : NO_BYTES;
    const { inspector } = this;
    this.#broken ??= inspector.finishFailure ?? null;
    if (inspector.finished) this.#broken ??= emptyStream(inspector.finishReason, { hasContent: inspector.committed, usage: inspector.usage });
    const complete = inspector.finished && this.failure === null;
    const failure = this.failure ?? (complete ? null : unfinishedFailure(how, inspector.contentBytes > 0));
    const tail = complete && how !== "caller_left" ? inspector.terminator() : NO_BYTES;
    const { usage, contentBytes, finishReason } = inspector;
    const observation = { usage, contentBytes, finishReason, failure, complete };
    return { bytes: this.#broken ? NO_BYTES : Buffer.concat([last, tail]), observation: inspector.sequence === undefined ? observation : { ...observation, sequence: inspector.sequence } };
  }

  #cut(seen: TokenUsage): Relayed {
    const { contentBytes, usage: reported } = this.inspector;
    const usage = reported ? withDeliveredOutput(reported, contentBytes) : seen;
    return { bytes: this.inspector.cut(usage), observation: { usage, contentBytes, finishReason: "length", failure: null, complete: true } };
  }

  /** Some upstreams forget the blank line after the last event: it counts when its JSON is whole. A body that is no event stream at all may be a JSON error. */
  #lastFrame(): Uint8Array {
    const rest = Buffer.from(this.#frames.rest());
    const text = rest.toString("utf8").trim();
    if (text === "") return NO_BYTES;
    const frame = text.startsWith("{") ? Buffer.from(`data: ${text.replace(/[\r\n]+/g, " ")}\n\n`) : Buffer.concat([rest, Buffer.from("\n\n")]);
    const [event] = new SseReader().push(frame);
    if (!event || !isWholeData(event.data)) return NO_BYTES;
    const relayed = this.#inspect(frame);
    return text.startsWith("{") ? NO_BYTES : relayed;
  }
}

export function isWholeData(data: string): boolean {
  if (data.trim() === "[DONE]") return true;
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}
