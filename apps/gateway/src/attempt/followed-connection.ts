/**
 * One attempt at a provider whose first answer is a job: asks for the job, then for its stream or its result, and hands on only that, as if
 * it had been the answer from the start. It decides when a job that nobody waits for is ended, and promises that a credential goes to the
 * origin first asked and nowhere else. What to ask next, the adapter says.
 */
import type { FollowUp, Job } from "@trunkline/providers";
import { UpstreamConnection, type ConnectionListener, type UpstreamHeaders, type WireRequest } from "./upstream-connection.ts";
import type { UpstreamAddress } from "./upstream-address.ts";
import type { UpstreamPool, UpstreamPools } from "./upstream-pools.ts";

/** A job repeats its input and its whole output; beyond this it is a fault of the upstream. */
const JOB_BYTES_MAX = 64 * 1024 * 1024;
/** The answer is complete without its receipt, so the caller's last bytes do not wait longer for it than this. */
const RECEIPT_MS = 2_000;
/** Headers that belong to the first request's body and way of waiting. */
const OF_FIRST_ONLY: ReadonlySet<string> = new Set(["content-type", "content-length", "prefer", "cancel-after", "accept"]);

export interface FollowedConnectionOptions {
  readonly follow: (answer: Uint8Array) => Job;
  readonly pools: Pick<UpstreamPools, "find">;
}

type Stage = Partial<ConnectionListener> & Pick<ConnectionListener, "end">;

export class FollowedConnection {
  readonly #listener: ConnectionListener;
  readonly #options: FollowedConnectionOptions;
  #current: UpstreamConnection | null = null;
  #origin = "";
  #headers: readonly string[] = [];
  #cancel: FollowUp | null = null;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(listener: ConnectionListener, options: FollowedConnectionOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  open(pool: UpstreamPool, address: UpstreamAddress, request: WireRequest): void {
    this.#origin = address.origin;
    this.#headers = request.headers;
    this.#askForJob((listener) => { this.#connect(listener).open(pool, address, request); });
  }

  close(): void {
    if (this.#over) return;
    this.#finish();
    this.#current?.close();
    this.#endJob();
  }
  pause(): void { this.#current?.pause(); }
  resume(): void { this.#current?.resume(); }

  /** Refusals go on to the listener as they are; what succeeds is read whole and says what comes next. */
  #askForJob(send: (listener: ConnectionListener) => void): void {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    let refused = false;
    let first: { status: number; headers: UpstreamHeaders } | null = null;
    send(this.#stage({
      headers: (status, headers) => {
        refused = status >= 300;
        first = { status, headers };
        if (refused) this.#listener.headers(status, headers);
      },
      data: (chunk) => {
        if (refused) { this.#listener.data(chunk); return; }
        bytes += chunk.length;
        if (bytes <= JOB_BYTES_MAX) chunks.push(chunk);
        else this.#fail("body", "job too large");
      },
      end: () => {
        if (refused) { this.#end(); return; }
        this.#takeJob(Buffer.concat(chunks), first?.headers ?? []);
      },
    }));
  }

  #takeJob(answer: Uint8Array, headers: UpstreamHeaders): void {
    const { next, cancel, receipt } = this.#options.follow(answer);
    this.#cancel = cancel;
    if (next === null) {
      this.#listener.headers(200, headers);
      if (!this.#over) this.#listener.data(answer);
      if (!this.#over) this.#end();
      return;
    }
    const ask = (): void => { if (next.again) this.#askForJob((listener) => this.#send(next, listener)); else this.#askForStream(next, receipt); };
    if (next.afterMs > 0) this.#timer = setTimeout(ask, next.afterMs);
    else ask();
  }

  #askForStream(stream: FollowUp, receipt: FollowUp | null): void {
    let refused = false;
    this.#send(stream, this.#stage({
      headers: (status, headers) => { refused = status >= 300; this.#listener.headers(status, headers); },
      data: (chunk) => this.#listener.data(chunk),
      end: () => {
        if (refused) { this.#endJob(); this.#end(); return; }
        this.#cancel = null;
        if (receipt) this.#askForReceipt(receipt);
        else this.#end();
      },
    }));
  }

  #askForReceipt(receipt: FollowUp): void {
    const chunks: Uint8Array[] = [];
    let isReceipt = false;
    this.#timer = setTimeout(() => { this.#current?.close(); this.#end(); }, RECEIPT_MS);
    this.#send(receipt, {
      headers: (status) => { isReceipt = status < 300; },
      data: (chunk) => { if (isReceipt) chunks.push(chunk); },
      end: () => {
        const text = Buffer.concat(chunks).toString("utf8").replace(/[\r\n]+/g, " ");
        if (!this.#over && text !== "") this.#listener.data(Buffer.from(`event: receipt\ndata: ${text}\n\n`));
        this.#end();
      },
      failed: () => this.#end(),
    });
  }

  #send(followUp: FollowUp, listener: ConnectionListener): void {
    const { origin, pathname, search } = new URL(followUp.url);
    const pool = this.#options.pools.find(origin);
    if (pool) this.#connect(listener).open(pool, { origin, path: pathname + search }, this.#requestOf(followUp, origin));
    else listener.failed("connect", "UPSTREAM_QUEUE_FULL");
  }

  #connect(listener: ConnectionListener): UpstreamConnection {
    return this.#current = new UpstreamConnection(listener);
  }

  #requestOf({ method }: FollowUp, origin: string): WireRequest {
    const headers = ["accept", "text/event-stream, application/json"];
    for (let index = 0; origin === this.#origin && index + 1 < this.#headers.length; index += 2) {
      const [name = "", value = ""] = this.#headers.slice(index, index + 2);
      if (!OF_FIRST_ONLY.has(name.toLowerCase())) headers.push(name, value);
    }
    return { method, headers, body: null };
  }

  /** A stage that is silent once the attempt is over, and whose failure is the attempt's. */
  #stage({ headers, data, end }: Stage): ConnectionListener {
    return {
      headers: (status, received) => { if (!this.#over) headers?.(status, received); },
      data: (chunk) => { if (!this.#over) data?.(chunk); },
      end: () => { if (!this.#over) end(); },
      failed: (phase, message) => this.#fail(phase, message),
    };
  }

  #fail(phase: "connect" | "headers" | "body", message: string): void {
    if (this.#over) return;
    this.#finish();
    this.#current?.close();
    this.#endJob();
    this.#listener.failed(phase, message);
  }

  #end(): void {
    if (this.#over) return;
    this.#finish();
    this.#listener.end();
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  /** Once, and without anybody waiting for what becomes of it. */
  #endJob(): void {
    const cancel = this.#cancel;
    this.#cancel = null;
    if (cancel) this.#send(cancel, { headers: () => undefined, data: () => undefined, end: () => undefined, failed: () => undefined });
  }
}
