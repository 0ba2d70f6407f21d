import type { Dispatcher } from "undici";
import type { UpstreamRequest } from "@trunkline/providers";

/** What happens on the wire, in order: at most one `headers`, any `data`, then exactly one of `end` and `failed`. Nothing follows `close`. */
export interface ConnectionListener {
  headers(status: number, headers: Readonly<Record<string, string>>): void;
  data(chunk: Uint8Array): void;
  end(): void;
  failed(phase: "connect" | "headers" | "body", message: string): void;
}

/** One request on a pooled connection, by undici's dispatch: no promise, no web stream, one call per read. */
export class UpstreamConnection implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | null = null;
  #phase: "connect" | "headers" | "body" = "connect";
  #closed = false;

  constructor(readonly listener: ConnectionListener) {}

  open(pool: Dispatcher, request: UpstreamRequest): void {
    const url = new URL(request.url);
    try {
      pool.dispatch({ origin: url.origin, path: url.pathname + url.search, method: request.method, headers: request.headers, body: request.body as Buffer }, this);
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
    if (this.#closed) { controller.abort(new Error("closed by the gateway")); return; }
    this.#phase = "headers";
  }
  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (this.#closed || status < 200) return;
    this.#phase = "body";
    const flat: Record<string, string> = {};
    for (const name in headers) { const value = headers[name]; if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value; }
    this.listener.headers(status, flat);
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
    if (this.#closed) return;
    this.#closed = true;
    this.listener.failed(this.#phase, "code" in error && typeof error.code === "string" ? error.code : error.name);
  }
}
