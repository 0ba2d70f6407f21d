import { crc32 } from "node:zlib";

/** `open`: a stream begins to deliver; `progress`: tokens so far; `event`: the closed fact. */
export type RecordKind = "open" | "progress" | "event";
export interface SpoolRecord { readonly kind: RecordKind; readonly payload: unknown; readonly offset: number; readonly length: number }
export interface DecodedSegment {
  readonly records: readonly SpoolRecord[];
  /** Whole lines whose checksum is wrong. A torn last line is not counted: its write never finished, so its answer never left. */
  readonly corrupt: number;
}

const KINDS: ReadonlySet<string> = new Set<RecordKind>(["open", "progress", "event"]);
const CRC_CHARS = 8;
const NEWLINE = 10;
const SPACE = 32;

/** The bytes that a frame of this text can take at most: three for each UTF-16 unit, beside checksum, kind and newline. */
export const frameBytesMax = (json: string): number => json.length * 3 + 32;

/**
 * Writes one line at `offset` of a buffer with room for `frameBytesMax`, and returns its bytes without the newline: CRC-32 in hex of everything
 * after it, kind, JSON. JSON.stringify never emits a raw newline, so lines need no escaping. The text becomes bytes once.
 */
export function writeFrame(into: Buffer, offset: number, { kind, json }: { readonly kind: RecordKind; readonly json: string }): number {
  const begin = offset + CRC_CHARS + 1;
  let end = begin + into.write(kind, begin, "latin1");
  into[end++] = SPACE;
  end += into.write(json, end, "utf8");
  into.write(crc32(into.subarray(begin, end)).toString(16).padStart(CRC_CHARS, "0"), offset, "latin1");
  into[begin - 1] = SPACE;
  into[end] = NEWLINE;
  return end - offset;
}

/** Every whole and genuine line, in order. Never throws. */
export function decodeFrames(bytes: Buffer): DecodedSegment {
  const records: SpoolRecord[] = [];
  let corrupt = 0;
  for (let offset = 0; ;) {
    const end = bytes.indexOf(NEWLINE, offset);
    if (end === -1) return { records, corrupt };
    const record = decodeLine(bytes.subarray(offset, end), offset);
    if (record) records.push(record); else corrupt++;
    offset = end + 1;
  }
}

/** `line` without its newline. */
export function decodeLine(line: Buffer, offset: number): SpoolRecord | null {
  const decoded = decodeText(line);
  if (!decoded) return null;
  try {
    return { kind: decoded.kind, payload: JSON.parse(decoded.json) as unknown, offset, length: line.length };
  } catch {
    return null;
  }
}

/** The same without parsing the payload. */
export function decodeText(line: Buffer): { readonly kind: RecordKind; readonly json: string } | null {
  const content = line.subarray(CRC_CHARS + 1);
  if (line[CRC_CHARS] !== SPACE || crc32(content).toString(16).padStart(CRC_CHARS, "0") !== line.toString("latin1", 0, CRC_CHARS)) return null;
  const text = content.toString("utf8");
  const space = text.indexOf(" ");
  const kind = text.slice(0, space);
  return KINDS.has(kind) ? { kind: kind as RecordKind, json: text.slice(space + 1) } : null;
}
