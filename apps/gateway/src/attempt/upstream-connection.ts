import type { Dispatcher } from "undici";
import type { UpstreamAddress } from "./upstream-address.ts";
import type { UpstreamPool } from "./upstream-pools.ts";

/** Names and values in turn, as undici hands them on. */
export type UpstreamHeaders = readonly Buffer[];

/** `headers`: names and values in turn. */
export interface WireRequest { readonly method: string; readonly headers: string[]; readonly body: Uint8Array | null }

/** What happens on the wire, in order: at most one `headers`, any `data`, then exactly one of `end` and `failed`. Nothing follows `close`. */
export interface ConnectionListener {
  headers(status: number, headers: UpstreamHeaders): void;
  data(chunk: Uint8Array): void;
  end(): void;
  failed(phase: "connect" | "headers" | "body", message: string): void;
}

type Abort = (error?: Error) => void;

/**
 * One request on a pooled connection, by undici's dispatch: no promise, no web stream, one call per read. The handler has the form of
 * undici 7's own core (`lib/core/request.js`); the newer form is a wrapper around it that parses every header of every answer.
 */
export class UpstreamConnection implements Dispatcher.DispatchHandler {
  #abort: Abort | null = null;
  #resume: (() => void) | null = null;
  #paused = false;
  #phase: "connect" | "headers" | "body" = "connect";
  #closed = false;
  #waitsIn: UpstreamPool | null = null;
  readonly #listener: ConnectionListener;

  constructor(listener: ConnectionListener) { this.#listener = listener; }

  open(pool: UpstreamPool, { origin, path }: UpstreamAddress, request: WireRequest): void {
    this.#waitsIn = pool;
    pool.waiting++;
    try {
      pool.dispatcher.dispatch({ origin, path, method: request.method, headers: request.headers, body: request.body as Buffer | null }, this);
    } catch (error) {
      this.onError(error instanceof Error ? error : new Error("dispatch failed"));
    }
  }

  /** Ends the exchange at once; the listener hears nothing more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#abort?.(closedHere());
  }
  pause(): void { this.#paused = true; }
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#resume?.();
  }

  onConnect(abort: Abort): void {
    this.#abort = abort;
    this.#waitsNoMore();
    if (this.#closed) { abort(closedHere()); return; }
    this.#phase = "headers";
  }
  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    if (this.#closed || status < 200) return true;
    this.#resume = resume;
    this.#phase = "body";
    this.#listener.headers(status, headers);
    return !this.#paused;
  }
  onData(chunk: Buffer): boolean {
    if (!this.#closed) this.#listener.data(chunk);
    return !this.#paused;
  }
  onComplete(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.end();
  }
  onError(error: Error): void {
    this.#waitsNoMore();
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.failed(this.#phase, "code" in error && typeof error.code === "string" ? error.code : error.name);
  }

  #waitsNoMore(): void {
    if (this.#waitsIn) this.#waitsIn.waiting--;
    this.#waitsIn = null;
  }
}

const closedHere = (): Error => new Error("closed by the gateway");
