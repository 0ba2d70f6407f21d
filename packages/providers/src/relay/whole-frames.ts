import { SSE_FRAME_BYTES_MAX, SseFrameTooLargeError } from "@trunkline/protocol";

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = Buffer.alloc(0);
/** A blank line reaches at most this many bytes back over a split: CR LF CR before the LF. */
const BOUNDARY_LOOKBACK = 3;
const TAIL_BYTES_INITIAL = 4096;

/**
 * Cuts a byte stream behind its last whole event and keeps the unfinished rest, so that an event which must be changed or
 * withheld has not half gone out, and one which the upstream never finished never goes out. Upstreams write whole events:
 * then nothing is kept, and the very array that came in is handed on.
 */
export class WholeFrames {
  #tail = NOTHING;
  #tailBytes = 0;

  /** All whole events so far, possibly none. Throws SseFrameTooLargeError. */
  take(bytes: Uint8Array): Uint8Array {
    if (this.#tailBytes === 0) {
      const end = endOfLastFrame(bytes, 0);
      if (end === bytes.length) return bytes;
      this.#keep(bytes.subarray(end));
      return end === 0 ? NOTHING : bytes.subarray(0, end);
    }
    const scanned = Math.max(0, this.#tailBytes - BOUNDARY_LOOKBACK);
    this.#keep(bytes);
    const all = this.#tail.subarray(0, this.#tailBytes);
    const end = endOfLastFrame(all, scanned);
    if (end === 0) return NOTHING;
    const whole = Buffer.from(all.subarray(0, end));
    this.#tail.copyWithin(0, end, this.#tailBytes);
    this.#tailBytes -= end;
    return whole;
  }

  /** The unfinished rest. */
  rest(): Uint8Array {
    return this.#tail.subarray(0, this.#tailBytes);
  }

  #keep(bytes: Uint8Array): void {
    const needed = this.#tailBytes + bytes.length;
    if (needed > SSE_FRAME_BYTES_MAX) throw new SseFrameTooLargeError(SSE_FRAME_BYTES_MAX);
    if (needed > this.#tail.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#tail.length * 2, TAIL_BYTES_INITIAL));
      larger.set(this.#tail.subarray(0, this.#tailBytes));
      this.#tail = larger;
    }
    this.#tail.set(bytes, this.#tailBytes);
    this.#tailBytes = needed;
  }
}

/** Index behind the last blank line at or after `from`; 0 when there is none. */
function endOfLastFrame(bytes: Uint8Array, from: number): number {
  for (let at = bytes.length - 1; at > from; at--) {
    const byte = bytes[at];
    if ((byte !== LF && byte !== CR) || !endsBlankLine(bytes, at)) continue;
    const mayBeHalfCrLf = byte === CR && at === bytes.length - 1 && bytes[at - 1] === LF;
    if (!mayBeHalfCrLf) return at + 1;
  }
  return 0;
}

/** Whether the line end at `at` closes an empty line: LF LF, CR CR, LF CR, CRLF LF, CRLF CRLF. */
function endsBlankLine(bytes: Uint8Array, at: number): boolean {
  const before = bytes[at - 1];
  if (bytes[at] === CR) return before === LF || before === CR;
  if (before === LF) return true;
  return before === CR && (bytes[at - 2] === LF || bytes[at - 2] === CR);
}

/** The single events of a region that `take` returned, with their blank lines. */
export function splitFrames(region: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let start = 0;
  for (let at = 1; at < region.length; at++) {
    const byte = region[at];
    if ((byte !== LF && byte !== CR) || at <= start || !endsBlankLine(region, at)) continue;
    if (byte === CR && region[at + 1] === LF) continue;
    frames.push(region.subarray(start, at + 1));
    start = at + 1;
  }
  if (start < region.length) frames.push(region.subarray(start));
  return frames;
}
