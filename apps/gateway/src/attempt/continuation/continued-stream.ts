import { estimateTokens } from "@trunkline/catalog";
import type { TokenUsage } from "@trunkline/contracts";
import { continuing, type Relayed } from "@trunkline/providers";
import type { StreamEnding, StreamSink, UpstreamStream, WonAttempt } from "../../stages.ts";
import { ChatWire } from "./chat-wire.ts";
import { CompletionsWire } from "./completions-wire.ts";
import type { ContinuableApi } from "./continued-call.ts";
import { MessagesWire } from "./messages-wire.ts";
import { ResponsesWire } from "./responses-wire.ts";
import type { ContinuationWire } from "./wire.ts";

const WIRES: Readonly<Record<ContinuableApi, new () => ContinuationWire>> = { chat_completions: ChatWire, messages: MessagesWire, responses: ResponsesWire, completions: CompletionsWire };

/** Asks another provider for the rest. Null: nobody goes on, and the stream ends honestly. `left`: the caller did not wait. */
export type GoOn = (text: string, broken: Relayed["observation"]) => Promise<WonAttempt | "left" | null>;

/**
 * A stream that outlives its provider: where the first breaks after content, the text delivered so far is handed to `goOn`, and what comes
 * back is delivered as the same answer. It goes on once; a second break ends the stream as any other would.
 */
export class ContinuedStream implements UpstreamStream {
  readonly #wire: ContinuationWire;
  #stream: UpstreamStream;
  #sink: StreamSink | null = null;
  #deliveredBytes = 0;
  #aborted = false;
  continuedAs: WonAttempt | null = null;

  constructor(first: UpstreamStream, inbound: ContinuableApi, readonly goOn: GoOn) {
    this.#stream = first;
    this.#wire = new WIRES[inbound]();
  }

  get contentBytes(): number { return this.#deliveredBytes + this.#stream.contentBytes; }
  resume(): void { this.#stream.resume(); }
  abort(): void { this.#aborted = true; this.#stream.abort(); }
  /** What the broken attempt delivered is in its own usage. */
  cut(seen: TokenUsage): void {
    this.#stream.cut({ ...seen, outputTokens: Math.max(0, seen.outputTokens - estimateTokens(this.#deliveredBytes)) });
  }

  start(sink: StreamSink): void {
    this.#sink = sink;
    this.#stream.start({
      write: (bytes) => { this.#wire.see(bytes); return sink.write(bytes); },
      ended: (how, relayed) => this.#firstEnded(how, relayed),
    });
  }

  #firstEnded(how: StreamEnding, relayed: Relayed): void {
    const { text } = this.#wire;
    if (how !== "upstream_lost" || relayed.observation.complete || this.#aborted || text === null || text.trim() === "") { this.#sink?.ended(how, relayed); return; }
    this.goOn(text, relayed.observation).then((next) => this.#next(next, relayed), () => this.#sink?.ended(how, relayed));
  }

  #next(next: WonAttempt | "left" | null, broken: Relayed): void {
    if (next === null || next === "left" || next.answer.kind !== "stream") { this.#sink?.ended(next === "left" ? "caller_left" : "upstream_lost", broken); return; }
    this.continuedAs = next;
    this.#deliveredBytes = this.#stream.contentBytes;
    this.#stream = next.answer.stream;
    if (next.continues) this.#wire.broke(next.continues.usage, continuing(next.candidate.provider, next.candidate.model)?.repeats === true);
    this.#stream.start({
      write: (bytes) => this.#forward(bytes),
      ended: (how, relayed) => this.#secondEnded(how, relayed),
    });
    if (this.#aborted) this.#stream.abort();
  }

  #secondEnded(how: StreamEnding, { bytes, observation }: Relayed): void {
    const rewritten = this.#wire.rewrite(bytes);
    const { sequence } = this.#wire;
    this.#sink?.ended(how, { bytes: rewritten, observation: sequence === undefined ? observation : { ...observation, sequence } });
  }

  #forward(bytes: Uint8Array): boolean {
    const rewritten = this.#wire.rewrite(bytes);
    return rewritten.length === 0 || this.#sink?.write(rewritten) !== false;
  }
}
