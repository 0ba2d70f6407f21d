import type { Dispatcher } from "undici";
import type { UpstreamAddress } from "./upstream-address.ts";
import type { UpstreamPool } from "./upstream-pools.ts";
import type { UpstreamRequest } from "@trunkline/providers";

/** As undici gives them: repeated headers as a list. */
export type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What happens on the wire, in order: at most one `headers`, any `data`, then exactly one of `end` and `failed`. Nothing follows `close`. */
export interface ConnectionListener {
  headers(status: number, headers: UpstreamHeaders): void;
  data(chunk: Uint8Array): void;
  end(): void;
  failed(phase: "connect" | "headers" | "body", message: string): void;
}

/** One request on a pooled connection, by undici's dispatch: no promise, no web stream, one call per read. */
export class UpstreamConnection implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | null = null;
  #phase: "connect" | "headers" | "body" = "connect";
  #closed = false;
  #waitsIn: UpstreamPool | null = null;

  constructor(readonly listener: ConnectionListener) {}

  open(pool: UpstreamPool, { origin, path }: UpstreamAddress, request: UpstreamRequest): void {
    this.#waitsIn = pool;
    pool.waiting++;
    try {
      pool.dispatcher.dispatch({ origin, path, method: request.method, headers: request.headers, body: request.body as Buffer }, this);
    } catch (error) {
      this.onResponseError(null, error instanceof Error ? error : new Error("dispatch failed"));
    }
  }

  /** Ends the exchange at once; the listener hears nothing more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#controller?.abort(new Error("closed by the gateway"));
  }
  pause(): void { this.#controller?.pause(); }
  resume(): void { this.#controller?.resume(); }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#waitsNoMore();
    if (this.#closed) { controller.abort(new Error("closed by the gateway")); return; }
    this.#phase = "headers";
  }
  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (this.#closed || status < 200) return;
    this.#phase = "body";
    this.listener.headers(status, headers);
  }
  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#closed) this.listener.data(chunk);
  }
  onResponseEnd(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.listener.end();
  }
  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#waitsNoMore();
    if (this.#closed) return;
    this.#closed = true;
    this.listener.failed(this.#phase, "code" in error && typeof error.code === "string" ? error.code : error.name);
  }

  #waitsNoMore(): void {
    if (this.#waitsIn) this.#waitsIn.waiting--;
    this.#waitsIn = null;
  }
}
