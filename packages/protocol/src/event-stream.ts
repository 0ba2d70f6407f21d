import { crc32 } from "node:zlib";

/**
 * Turns bytes into the messages of AWS's binary event stream (https://smithy.io/2.0/aws/amazon-eventstream.html): a prelude
 * of total length, header length and checksum, then headers, payload and a checksum over all before it. The result is the
 * same at every split of the input. A message whose end has not come is never given out.
 */
export interface EventStreamMessage {
  /** Headers of type string, by their names as sent (`:event-type`); others carry nothing that a model's answer needs. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
}

/** A message larger than this is a broken or hostile upstream: AWS itself ends at 24 MiB, and a chunk of an answer is a few KiB. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const PRELUDE_CHECKED_BYTES = PRELUDE_BYTES - CHECKSUM_BYTES;
const BUFFER_BYTES_INITIAL = 4096;

const STRING_HEADER = 7;
/** Bytes of a header's value by its type; strings and byte arrays tell their own length in two bytes. */
const FIXED_VALUE_BYTES: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };
const BYTES_HEADER = 6;

/** The bytes are no event stream, or were changed on the way. */
export class EventStreamError extends Error {
  override readonly name = "EventStreamError";
}

export class EventStreamReader {
  #buffer = Buffer.allocUnsafe(BUFFER_BYTES_INITIAL);
  #bytes = 0;

  /** The messages that these bytes completed, each as soon as it is asked for. Throws EventStreamError, after which the reader is of no use. */
  *push(bytes: Uint8Array): Generator<EventStreamMessage> {
    this.#keep(bytes);
    let start = 0;
    try {
      for (;;) {
        const held = this.#buffer.subarray(start, this.#bytes);
        const length = messageLength(held);
        if (length === null || held.length < length) return;
        start += length;
        yield parseMessage(Buffer.from(held.subarray(0, length)));
      }
    } finally {
      this.#buffer.copyWithin(0, start, this.#bytes);
      this.#bytes -= start;
    }
  }

  #keep(bytes: Uint8Array): void {
    const needed = this.#bytes + bytes.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#bytes));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#bytes);
    this.#bytes = needed;
  }
}

/** Null until the prelude is whole. The prelude is checked before its lengths are believed. */
function messageLength(held: Buffer): number | null {
  if (held.length < PRELUDE_BYTES) return null;
  if (crc32(held.subarray(0, PRELUDE_CHECKED_BYTES)) !== held.readUInt32BE(PRELUDE_CHECKED_BYTES)) throw new EventStreamError("the checksum of a message's prelude is wrong");
  const length = held.readUInt32BE(0);
  if (length > MESSAGE_BYTES_MAX) throw new EventStreamError(`a message is larger than ${MESSAGE_BYTES_MAX} bytes`);
  if (length < PRELUDE_BYTES + CHECKSUM_BYTES + held.readUInt32BE(4)) throw new EventStreamError("a message is shorter than its headers");
  return length;
}

function parseMessage(message: Buffer): EventStreamMessage {
  const end = message.length - CHECKSUM_BYTES;
  if (crc32(message.subarray(0, end)) !== message.readUInt32BE(end)) throw new EventStreamError("the checksum of a message is wrong");
  const payloadStart = PRELUDE_BYTES + message.readUInt32BE(4);
  return { headers: headersOf(message.subarray(PRELUDE_BYTES, payloadStart)), payload: message.subarray(payloadStart, end) };
}

/** The headers of one stream's messages repeat: the last block is kept with what it says. Its memory is one block a process. */
let lastBlock = Buffer.alloc(0);
let lastHeaders: Readonly<Record<string, string>> = {};

function headersOf(block: Buffer): Readonly<Record<string, string>> {
  if (block.equals(lastBlock)) return lastHeaders;
  lastHeaders = parseHeaders(block);
  lastBlock = Buffer.from(block);
  return lastHeaders;
}

function parseHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  let at = 0;
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw new EventStreamError("a message's headers break off");
    at += count;
    return bytes.subarray(at - count, at);
  };
  while (at < bytes.length) {
    const name = take(take(1).readUInt8()).toString("utf8");
    const type = take(1).readUInt8();
    const fixed = FIXED_VALUE_BYTES[type];
    if (fixed === undefined && type !== STRING_HEADER && type !== BYTES_HEADER) throw new EventStreamError(`a message's header has the unknown type ${type}`);
    const value = take(fixed ?? take(2).readUInt16BE());
    if (type === STRING_HEADER) headers[name] = value.toString("utf8");
  }
  return headers;
}
