import { describe, expect, it } from "vitest";
import { SseFrameTooLargeError, SseReader, type SseEvent } from "./sse-reader.ts";

const CASES: readonly (readonly [string, string, readonly SseEvent[]])[] = [
  ["line feeds", "data: a\n\ndata: b\n\n", [{ event: "", data: "a" }, { event: "", data: "b" }]],
  ["carriage returns with line feeds", "data: a\r\n\r\ndata: b\r\n\r\n", [{ event: "", data: "a" }, { event: "", data: "b" }]],
  ["bare carriage returns", "data: a\r\rdata: b\r\r", [{ event: "", data: "a" }, { event: "", data: "b" }]],
  ["a byte order mark", "\ufeffdata: a\n\n", [{ event: "", data: "a" }]],
  ["comments, ids and retries", ": hi\nid: 1\nretry: 5\ndata: a\n\n: x\n\n", [{ event: "", data: "a" }]],
  ["several data lines", "data: a\ndata:b\ndata\n\n", [{ event: "", data: "a\nb\n" }]],
  ["event names", "event: ping\ndata: {}\n\ndata: z\n\n", [{ event: "ping", data: "{}" }, { event: "", data: "z" }]],
  ["only one leading space cut", "data:  a\n\n", [{ event: "", data: " a" }]],
  ["characters of several bytes", "data: é漢😀\n\n", [{ event: "", data: "é漢😀" }]],
  ["an event without data", "event: x\n\ndata: a\n\n", [{ event: "", data: "a" }]],
  ["an unfinished last event", "data: a\n\ndata: b\n", [{ event: "", data: "a" }]],
];

describe("SseReader", () => {
  it.each(CASES)("reads %s the same at every split", (_title, text, expected) => {
    const bytes = Buffer.from(text);
    expect(new SseReader().push(bytes)).toEqual(expected);
    const single = new SseReader();
    expect([...bytes].flatMap((byte) => single.push(Uint8Array.of(byte)))).toEqual(expected);
    for (let at = 0; at <= bytes.length; at++) {
      const reader = new SseReader();
      expect([...reader.push(bytes.subarray(0, at)), ...reader.push(bytes.subarray(at))]).toEqual(expected);
    }
  });

  it("refuses an event over its bound, whether it comes whole or in pieces", () => {
    expect(() => new SseReader(8).push(Buffer.from("data: 123456789\n\n"))).toThrow(SseFrameTooLargeError);
    const reader = new SseReader(8);
    expect(() => { for (let i = 0; i < 20; i++) reader.push(Buffer.from("x")); }).toThrow(SseFrameTooLargeError);
  });

  it("does not add up the sizes of events that ended", () => {
    const reader = new SseReader(12);
    for (let i = 0; i < 50; i++) expect(reader.push(Buffer.from("data: abc\n\n"))).toHaveLength(1);
  });
});
