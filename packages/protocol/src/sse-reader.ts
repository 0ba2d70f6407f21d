/**
 * Turns bytes into server-sent events by the WHATWG rules (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream):
 * CR, LF and CRLF line ends, a leading BOM, comments, several `data` lines. The result is the same at every split of the
 * input, and the work is linear in its length. An event that no blank line ended is never dispatched.
 */
export interface SseEvent {
  /** The `event` field; empty when none was given. */
  readonly event: string;
  /** The `data` lines joined by a line feed. */
  readonly data: string;
}

/** One event larger than this is a broken or hostile upstream: the largest real ones carry a base64 image of a few MB. */
export const SSE_FRAME_BYTES_MAX = 16 * 1024 * 1024;

export class SseFrameTooLargeError extends Error {
  override readonly name = "SseFrameTooLargeError";
  constructor(readonly bytesMax: number) {
    super(`a server-sent event is larger than ${bytesMax} bytes`);
  }
}

const LF = 0x0a;
const CR = 0x0d;
const BOM = [0xef, 0xbb, 0xbf] as const;
const LINE_BYTES_INITIAL = 1024;

export class SseReader {
  #line = Buffer.allocUnsafe(LINE_BYTES_INITIAL);
  #lineBytes = 0;
  #frameBytes = 0;
  #skipLineFeed = false;
  #firstLine = true;
  #event = "";
  #data: string[] = [];

  constructor(private readonly frameBytesMax: number = SSE_FRAME_BYTES_MAX) {}

  /** The events that these bytes completed. Throws SseFrameTooLargeError, after which the reader is of no use. */
  push(bytes: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (this.#skipLineFeed) {
        this.#skipLineFeed = false;
        if (byte === LF) { start = i + 1; continue; }
      }
      if (byte !== LF && byte !== CR) continue;
      this.#endLine(bytes.subarray(start, i), events);
      this.#skipLineFeed = byte === CR;
      start = i + 1;
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start));
    return events;
  }

  #keep(part: Uint8Array): void {
    this.#count(part.length);
    const needed = this.#lineBytes + part.length;
    if (needed > this.#line.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#line.length * 2));
      larger.set(this.#line.subarray(0, this.#lineBytes));
      this.#line = larger;
    }
    this.#line.set(part, this.#lineBytes);
    this.#lineBytes = needed;
  }

  #count(bytes: number): void {
    this.#frameBytes += bytes;
    if (this.#frameBytes > this.frameBytesMax) throw new SseFrameTooLargeError(this.frameBytesMax);
  }

  #endLine(part: Uint8Array, events: SseEvent[]): void {
    let line: Uint8Array = part;
    if (this.#lineBytes > 0) {
      this.#keep(part);
      line = this.#line.subarray(0, this.#lineBytes);
      this.#lineBytes = 0;
    } else this.#count(part.length);
    if (this.#firstLine) {
      this.#firstLine = false;
      if (BOM.every((byte, i) => line[i] === byte)) line = line.subarray(BOM.length);
    }
    if (line.length === 0) this.#dispatch(events);
    else this.#field(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8"));
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
  }

  #dispatch(events: SseEvent[]): void {
    if (this.#data.length > 0) events.push({ event: this.#event, data: this.#data.join("\n") });
    this.#data = [];
    this.#event = "";
    this.#frameBytes = 0;
  }
}
