/**
 * Gives each event of a kept stream an id, and finds the place behind one, so that a caller whose connection broke gets the rest alone (`Last-Event-ID`).
 * An id names its answer too: one of another run is never taken for a place in this one. Comments have none, because every connection has its own heartbeats.
 */
const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;

export class EventNumbers {
  readonly #answerId: string;
  #count = 0;
  #isLineEmpty = true;
  #hasField = false;
  #isAfterReturn = false;

  constructor(answerId: string) { this.#answerId = answerId; }

  /** Bytes may be cut anywhere, and lines may end as the format allows. The id is an event's last line, so it stands above one that a provider sent. */
  number(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      if (!this.#endsEvent(bytes[at] ?? 0)) continue;
      parts.push(bytes.subarray(from, at), Buffer.from(`id: ${this.#answerId}-${++this.#count}\n`));
      from = at;
    }
    return parts.length === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(from)]);
  }

  #endsEvent(byte: number): boolean {
    const isSecondOfPair = byte === LF && this.#isAfterReturn;
    this.#isAfterReturn = byte === CR;
    if (isSecondOfPair) return false;
    if (byte !== LF && byte !== CR) {
      if (this.#isLineEmpty && byte !== COLON) this.#hasField = true;
      this.#isLineEmpty = false;
      return false;
    }
    const isEnd = this.#isLineEmpty && this.#hasField;
    if (this.#isLineEmpty) this.#hasField = false;
    this.#isLineEmpty = true;
    return isEnd;
  }
}

/** What follows the event with this id; null where the stream has no such event. */
export function afterEvent(stream: Uint8Array, id: string): Uint8Array | null {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  const line = `id: ${id}\n`;
  const at = bytes.indexOf(line);
  const before = bytes[at - 1];
  if (at === -1 || (before !== LF && before !== CR)) return null;
  const end = at + Buffer.byteLength(line);
  return bytes.subarray(end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1));
}
