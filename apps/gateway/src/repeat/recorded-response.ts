import type { CallerResponse } from "../stages.ts";
import { EventNumbers } from "./event-numbers.ts";

/** An answer beyond this is delivered and not kept: the longest texts of today's models are a tenth of it. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

export interface RecordedAnswer { readonly status: number; readonly headers: readonly string[]; readonly body: Uint8Array }

/**
 * Takes an answer in place of a connection, keeps it, and hands it on to everybody who waits for it, whoever of them leaves. Those who come later get what
 * they missed first. Nobody's slow reading holds the answer up: it is kept whole anyway. The events of a stream get ids on their way in.
 */
export class RecordedResponse implements CallerResponse {
  readonly destroyed = false;
  headersSent = false;
  writableEnded = false;
  #status = 0;
  #headers: readonly string[] = [];
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #numbers: EventNumbers | null = null;
  readonly #requestId: string;
  readonly #followers = new Set<CallerResponse>();

  constructor(requestId: string) { this.#requestId = requestId; }

  /** Null while it has not ended, and for one too large to keep. */
  get answer(): RecordedAnswer | null {
    return this.writableEnded && this.#bytes <= KEPT_BYTES_MAX ? { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) } : null;
  }

  /** Null where the beginning is no longer there to be caught up with. */
  get soFar(): Uint8Array | null { return this.#bytes > KEPT_BYTES_MAX ? null : Buffer.concat(this.#chunks); }

  /** `missed` is what this caller has not got yet of what is `soFar`. */
  follow(response: CallerResponse, missed: Uint8Array, extraHeaders: readonly string[]): void {
    const follower = extraHeaders.length === 0 ? response : withHeaders(response, extraHeaders);
    if (this.headersSent) writeHead(follower, this.#status, this.#headers);
    if (missed.length > 0) follower.write(missed);
    if (this.writableEnded) follower.end();
    else this.#followers.add(follower);
  }

  writeHead(status: number, headers: readonly string[]): void {
    this.headersSent = true;
    this.#status = status;
    this.#headers = headers;
    if (isEventStream(headers)) this.#numbers = new EventNumbers(this.#requestId);
    for (const follower of this.#alive()) writeHead(follower, status, headers);
  }

  write(bytes: string | Uint8Array): boolean {
    const kept = this.#keep(bytes);
    for (const follower of this.#alive()) follower.write(kept);
    return true;
  }

  end(bytes?: string | Uint8Array): void {
    const kept = bytes === undefined ? undefined : this.#keep(bytes);
    this.writableEnded = true;
    for (const follower of this.#alive()) follower.end(kept);
    this.#followers.clear();
  }

  /** Only a caller who left is cut off, and nobody is behind this one. */
  destroy(): void { this.end(); }
  on(): void { /* It never asks for a pause, so no drain follows. */ }
  off(): void { /* Nothing was listened to. */ }

  #keep(bytes: string | Uint8Array): Uint8Array {
    const said = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    const chunk = this.#numbers?.number(said) ?? said;
    this.#bytes += chunk.length;
    if (this.#bytes <= KEPT_BYTES_MAX) this.#chunks.push(chunk);
    else this.#chunks = [];
    return chunk;
  }

  #alive(): readonly CallerResponse[] {
    for (const follower of this.#followers) if (follower.destroyed) this.#followers.delete(follower);
    return [...this.#followers];
  }
}

/** A heartbeat may have begun the answer already. */
function writeHead(response: CallerResponse, status: number, headers: readonly string[]): void {
  if (!response.headersSent && !response.destroyed) response.writeHead(status, [...headers]);
}

/** Names and values in turn. */
function isEventStream(headers: readonly string[]): boolean {
  return headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === "content-type" && headers[at + 1]?.startsWith("text/event-stream") === true);
}

function withHeaders(response: CallerResponse, extra: readonly string[]): CallerResponse {
  return {
    get headersSent() { return response.headersSent; }, get destroyed() { return response.destroyed; }, get writableEnded() { return response.writableEnded; },
    writeHead: (status, headers) => response.writeHead(status, [...headers, ...extra]), write: (bytes) => response.write(bytes), end: (bytes) => response.end(bytes),
    destroy: () => response.destroy(), on: (event, listener) => response.on(event, listener), off: (event, listener) => response.off(event, listener),
  };
}
