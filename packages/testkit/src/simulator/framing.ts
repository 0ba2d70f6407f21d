// Puts a recorded stream back onto the wire: the frames of its provider, and the ways in which a network may part
// the bytes. Pure, so that a test can feed the parts to a parser without a socket.

import type { WireName } from "./call.ts";
import { hashText } from "./tokens.ts";

/** How the bytes are parted: at once, one by one, at seeded places, or ended after so many frames. */
export type Framing = "whole" | "bytes" | { seed: number } | { cutAfterFrames: number };

export interface RecordedStream {
  /** Those whose frames are text. */
  wire: Extract<WireName, "openai" | "anthropic" | "gemini" | "cohere">;
  /** One event's data a line, as recorded. */
  lines: readonly string[];
  /** Line ends: the wire's own by default. */
  lineEnd?: "\n" | "\r\n" | "\r";
}

/** Longest part that a seeded split makes; small, so that most frames are parted. */
const SEEDED_PART_BYTES_MAX = 64;

function eventName(line: string): string {
  return /"type"\s*:\s*"([^"]+)"/.exec(line)?.[1] ?? "message";
}

/** The frames of a recorded stream, terminator included where the wire has one. */
export function framesOf({ wire, lines, lineEnd }: RecordedStream): string[] {
  const end = lineEnd ?? (wire === "gemini" ? "\r\n" : "\n");
  const data = lines.map((line) => line.trim()).filter((line) => line !== "");
  switch (wire) {
    case "anthropic": case "cohere": return data.map((line) => `event: ${eventName(line)}${end}data: ${line}${end}${end}`);
    case "gemini": return data.map((line) => `data: ${line}${end}${end}`);
    case "openai": return [...data.filter((line) => line !== "[DONE]"), "[DONE]"].map((line) => `data: ${line}${end}${end}`);
  }
}

function seededParts(bytes: Uint8Array, seed: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let state = hashText("split", seed) | 1;
  for (let start = 0; start < bytes.length;) {
    // xorshift32; the same seed parts the same bytes in the same way.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const length = 1 + ((state >>> 0) % SEEDED_PART_BYTES_MAX);
    parts.push(bytes.subarray(start, start + length));
    start += length;
  }
  return parts;
}

/** The parts in which a recorded stream arrives. Joined they are the whole stream, but for `cutAfterFrames`. */
export function partsOf(recorded: RecordedStream, framing: Framing): Uint8Array[] {
  const frames = framesOf(recorded);
  if (typeof framing === "object" && "cutAfterFrames" in framing) {
    return frames.slice(0, framing.cutAfterFrames).map((frame) => Buffer.from(frame));
  }
  const bytes = Buffer.from(frames.join(""));
  if (framing === "whole") return [bytes];
  if (framing === "bytes") return Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  return seededParts(bytes, framing.seed);
}
