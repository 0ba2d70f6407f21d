import type { Failure, TokenUsage } from "@trunkline/contracts";
import { PROVIDERS, type AnswerExtras, type Call, type ProviderAdapter, type Relayed, type StreamRelay, type Target, type UpstreamFailure } from "@trunkline/providers";
import type { StreamEnding, StreamSink, UpstreamStream, WonAttempt } from "../stages.ts";
import type { UpstreamAddress } from "./upstream-address.ts";
import { FollowedConnection } from "./followed-connection.ts";
import type { UpstreamPool, UpstreamPools } from "./upstream-pools.ts";
import { UpstreamConnection, type ConnectionListener, type UpstreamHeaders, type WireRequest } from "./upstream-connection.ts";

/** Enough of an error to classify it; the rest is not read. */
const ERROR_BYTES_MAX = 64 * 1024;
/** A plain answer beyond this is a fault of the upstream. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Bytes held for a stream whose reader has not begun. */
const HELD_BYTES_MAX = 256 * 1024;

/** A caller who leaves does not stop the bill of a plain answer, nor at some providers that of a stream: it is made to the end. So it is read, for as long as this, to know the bill; */
const DRAIN_MS = 30_000;
/** by so many attempts at a time, so that nobody can make the gateway hold connections for callers who are gone. */
const DRAINS_MAX = 50;
let drains = 0;
/** What became of a try that was cut off because another was faster. */
export const OUTRUN: Failure = { class: "cancelled", status: null, publicMessage: "Another provider answered first.", retryAfterMs: null };

export interface AttemptOnceOptions {
  readonly call: Call;
  readonly target: Target;
  readonly adapter: ProviderAdapter;
  readonly extras: AnswerExtras;
  readonly request: WireRequest;
  readonly address: UpstreamAddress;
  readonly pool: UpstreamPool;
  /** For what an adapter asks after its first request. */
  readonly pools: Pick<UpstreamPools, "find">;
  /** Until the first content of a stream, or the end of a plain answer. */
  readonly firstContentMs: number;
  readonly idleMs: number;
  /** Of the whole request, epoch. */
  readonly deadlineAtMs: number;
  readonly now: () => number;
}

export type AttemptResult =
  | { readonly kind: "won"; readonly status: number; readonly answer: WonAttempt["answer"]; readonly timeToFirstTokenMs: number }
  | { readonly kind: "lost"; readonly status: number | null; readonly failure: Failure; readonly usage: TokenUsage | null }
  | { readonly kind: "caller_left"; readonly status: number | null; readonly usage: TokenUsage | null };

/**
 * One try at one provider. COMMIT POINT: the result is `won` only when caller-visible content, a tool delta or a finish exists, so before
 * that a failure costs the caller nothing; afterwards a failure ends the stream and is never replayed.
 */
export class AttemptOnce implements ConnectionListener, UpstreamStream {
  readonly #options: AttemptOnceOptions;
  readonly #connection: UpstreamConnection | FollowedConnection;
  readonly #startedAtMs: number;
  #resolve: (result: AttemptResult) => void = () => undefined;
  #status: number | null = null;
  #headers: UpstreamHeaders = [];
  #chunks: Uint8Array[] = [];
  #size = 0;
  #relay: StreamRelay | null = null;
  #decided = false;
  #ending: { how: StreamEnding; relayed: Relayed } | null = null;
  #sink: StreamSink | null = null;
  #sinkIsFull = false;
  #timer: NodeJS.Timeout | undefined;
  #lastDataAtMs: number;
  #draining = false;

  constructor(options: AttemptOnceOptions) {
    this.#options = options;
    const { follow } = options.adapter;
    this.#connection = follow === undefined ? new UpstreamConnection(this) : new FollowedConnection(this, { follow: (answer) => follow(options.call, options.target, answer), pools: options.pools });
    this.#startedAtMs = options.now();
    this.#lastDataAtMs = this.#startedAtMs;
  }

  run(): Promise<AttemptResult> {
    this.#timer = setTimeout(() => this.#firstContentTimeout(), coarseMs(this.#options.firstContentMs));
    const result = new Promise<AttemptResult>((resolve) => { this.#resolve = resolve; });
    this.#connection.open(this.#options.pool, this.#options.address, this.#options.request);
    return result;
  }

  /** The caller's connection is gone: a stream is cancelled, where that ends its bill; a plain answer, and a stream that is billed to its end, is waited for. */
  callerLeft(): void {
    if (this.#ending || this.#draining) return;
    const { call: { stream }, target: { provider } } = this.#options;
    if (stream === this.#decided && (!stream || PROVIDERS.get(provider)?.billsAfterCancel === true) && drains < DRAINS_MAX) { this.#drain(); return; }
    this.#connection.close();
    if (this.#decided) { this.#finishStream("caller_left"); return; }
    const usage = this.#relay?.end("caller_left").observation.usage ?? null;
    this.#decide({ kind: "caller_left", status: this.#status, usage });
  }

  /** Another provider was faster: the connection is closed, and with it, at most providers, the bill. */
  outrun(): void {
    this.#connection.close();
    if (this.#decided) { this.#finishStream("caller_left"); return; }
    this.#lose(OUTRUN, this.#relay?.end("caller_left").observation.usage ?? null);
  }

  #drain(): void {
    drains++;
    this.#draining = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#drainedEnough(), Math.min(DRAIN_MS, Math.max(0, this.#options.deadlineAtMs - this.#options.now())));
    if (this.#decided) this.#connection.resume();
  }

  #drainedEnough(): void {
    this.#connection.close();
    if (this.#decided) this.#finishStream("caller_left");
    else this.#decide({ kind: "caller_left", status: this.#status, usage: null });
  }

  headers(status: number, headers: UpstreamHeaders): void {
    this.#status = status;
    this.#headers = headers;
    if (this.#isSuccess() && this.#options.call.stream) this.#relay = this.#options.adapter.relayStream(this.#options.call, this.#options.target, this.#options.extras);
  }

  data(chunk: Uint8Array): void {
    if (this.#relay) { this.#streamData(this.#relay, chunk); return; }
    this.#size += chunk.length;
    if (!this.#isSuccess()) {
      if (this.#size - chunk.length < ERROR_BYTES_MAX) this.#chunks.push(chunk.subarray(0, ERROR_BYTES_MAX));
      else { this.#connection.close(); this.#loseByResponse(); }
    } else if (this.#size <= ANSWER_BYTES_MAX) this.#chunks.push(chunk);
    else { this.#connection.close(); this.#lose({ class: "protocol_violation", status: this.#status, publicMessage: "The upstream's answer is larger than the gateway reads.", retryAfterMs: null }, null); }
  }

  end(): void {
    if (this.#relay) this.#endOfStream(this.#relay);
    else if (this.#isSuccess()) this.#endOfBody();
    else this.#loseByResponse();
  }

  failed(phase: "connect" | "headers" | "body", message: string): void {
    this.#transportFailure({ at: "transport", phase, timeout: /TIMEOUT/.test(message), message });
  }

  get contentBytes(): number { return this.#relay?.contentBytes ?? 0; }
  start(sink: StreamSink): void {
    const held = this.#chunks;
    this.#chunks = [];
    let open = true;
    for (const bytes of held) open = sink.write(bytes);
    // After what was held: a sink that cuts the stream meanwhile hears of its end once, below.
    this.#sink = sink;
    if (this.#ending) sink.ended(this.#ending.how, this.#ending.relayed);
    else { this.#sinkIsFull = !open; if (open) this.#connection.resume(); }
  }
  resume(): void {
    this.#sinkIsFull = false;
    this.#lastDataAtMs = this.#options.now();
    this.#connection.resume();
  }
  abort(): void { this.callerLeft(); }
  cut(seen: TokenUsage): void {
    if (this.#ending) return;
    this.#connection.close();
    this.#finishStream("cut", seen);
  }

  #isSuccess(): boolean { return this.#status !== null && this.#status >= 200 && this.#status < 300; }

  #streamData(relay: StreamRelay, chunk: Uint8Array): void {
    this.#lastDataAtMs = this.#options.now();
    const bytes = relay.push(chunk);
    if (!this.#decided && relay.failure) { this.#connection.close(); this.#lose(relay.failure, relay.end("upstream_lost").observation.usage); return; }
    if (bytes.length > 0) this.#forward(bytes);
    if (!this.#decided && relay.committed) this.#commit();
    if (relay.failure && !this.#ending) { this.#connection.close(); this.#finishStream("upstream_lost"); }
  }

  #forward(bytes: Uint8Array): void {
    if (this.#draining) return;
    if (this.#sink) { this.#sinkIsFull = !this.#sink.write(bytes); if (this.#sinkIsFull) this.#connection.pause(); return; }
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    if (this.#decided && this.#size > HELD_BYTES_MAX) this.#connection.pause();
  }

  #commit(): void {
    clearTimeout(this.#timer);
    this.#armIdle();
    this.#decide({ kind: "won", status: this.#status ?? 200, answer: { kind: "stream", stream: this }, timeToFirstTokenMs: this.#options.now() - this.#startedAtMs });
  }

  #endOfStream(relay: StreamRelay): void {
    if (this.#decided) { this.#finishStream("complete"); return; }
    const relayed = relay.end("complete");
    if (relayed.observation.failure) { this.#lose(relayed.observation.failure, relayed.observation.usage); return; }
    if (!relayed.observation.complete) { this.#lose({ class: "protocol_violation", status: this.#status, publicMessage: "The upstream's stream ended before any content.", retryAfterMs: null }, relayed.observation.usage); return; }
    clearTimeout(this.#timer);
    this.#ending = { how: "complete", relayed };
    this.#decide({ kind: "won", status: this.#status ?? 200, answer: { kind: "stream", stream: this }, timeToFirstTokenMs: this.#options.now() - this.#startedAtMs });
  }

  #finishStream(how: StreamEnding, seen?: TokenUsage): void {
    if (this.#ending || !this.#relay) return;
    clearTimeout(this.#timer);
    const relayed = this.#relay.end(how, seen);
    this.#ending = { how: this.#draining ? "caller_left" : how, relayed };
    if (this.#draining) drains--;
    this.#sink?.ended(this.#ending.how, relayed);
  }

  #endOfBody(): void {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0] as Uint8Array : Buffer.concat(this.#chunks);
    const relayed = this.#options.adapter.relayBody(this.#options.call, bytes, this.#options.extras);
    if (relayed.observation.failure) { this.#lose(relayed.observation.failure, relayed.observation.usage); return; }
    this.#decide({ kind: "won", status: this.#status ?? 200, answer: { kind: "body", relayed }, timeToFirstTokenMs: this.#options.now() - this.#startedAtMs });
  }

  #loseByResponse(): void {
    this.#lose(this.#options.adapter.classify({ at: "response", status: this.#status ?? 0, headers: joined(this.#headers), body: Buffer.concat(this.#chunks), nowMs: this.#options.now() }), null);
  }

  #firstContentTimeout(): void {
    this.#connection.close();
    this.#transportFailure({ at: "transport", phase: this.#status === null ? "headers" : "body", timeout: true, message: "no content in time" });
  }

  #transportFailure(failure: UpstreamFailure): void {
    if (this.#decided) { this.#finishStream("upstream_lost"); return; }
    const usage = this.#relay?.end("upstream_lost").observation.usage ?? null;
    this.#lose(this.#options.adapter.classify(failure), usage);
  }

  /** One timer for silence and deadline; a byte only moves a number. */
  #armIdle(): void {
    const now = this.#options.now();
    const dueAtMs = Math.min(this.#lastDataAtMs + this.#options.idleMs, this.#options.deadlineAtMs);
    if (now >= dueAtMs) {
      this.#connection.close();
      this.#finishStream(now >= this.#options.deadlineAtMs ? "deadline" : this.#sinkIsFull ? "caller_left" : "upstream_lost");
    } else this.#timer = setTimeout(() => this.#armIdle(), coarseMs(dueAtMs - now));
  }

  #lose(failure: Failure, usage: TokenUsage | null): void { this.#decide({ kind: "lost", status: this.#status, failure, usage }); }

  #decide(decided: AttemptResult): void {
    if (this.#decided) return;
    this.#decided = true;
    const result = this.#draining ? drained(decided) : decided;
    if (this.#draining) drains--;
    if (result.kind !== "won") { clearTimeout(this.#timer); this.#chunks = []; }
    else if (result.answer.kind === "body") clearTimeout(this.#timer);
    this.#resolve(result);
  }
}

/** What a bill of an answer that nobody waits for comes to. */
function drained(result: AttemptResult): AttemptResult {
  const usage = result.kind !== "won" ? result.usage : result.answer.kind === "body" ? result.answer.relayed.observation.usage : null;
  return { kind: "caller_left", status: result.status, usage };
}

/** At most a 32nd late: node keeps one list for each distinct duration, and what is left of a deadline is a new one for almost every request. */
function coarseMs(durationMs: number): number {
  const step = 2 ** Math.max(0, 31 - Math.clz32(durationMs) - 5);
  return Math.ceil(durationMs / step) * step;
}

/** Lower-case names, repeated headers joined as HTTP allows. Only errors are looked at, so only they pay for it. */
function joined(headers: UpstreamHeaders): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = String(headers[index]).toLowerCase();
    const value = (headers[index + 1] as Buffer).toString("latin1");
    flat[name] = flat[name] === undefined ? value : `${flat[name]}, ${value}`;
  }
  return flat;
}
