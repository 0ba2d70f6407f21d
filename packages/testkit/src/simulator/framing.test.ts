import fc from "fast-check";
import { expect, it } from "vitest";
import { framesOf, partsOf } from "./framing.ts";

const LINES = [`{"type":"a","text":"é 短"}`, `{"type":"b"}`];

it("frames each wire as its provider does", () => {
  expect(framesOf({ wire: "openai", lines: [...LINES, "[DONE]", ""] }).at(-1)).toBe("data: [DONE]\n\n");
  expect(framesOf({ wire: "anthropic", lines: LINES })[1]).toBe(`event: b\ndata: {"type":"b"}\n\n`);
  expect(framesOf({ wire: "gemini", lines: LINES })[1]).toBe(`data: {"type":"b"}\r\n\r\n`);
  expect(framesOf({ wire: "openai", lines: LINES, lineEnd: "\r\n" })[1]).toBe(`data: {"type":"b"}\r\n\r\n`);
});

it("parts a stream at any seed without losing or moving a byte, and the same each time", () => {
  const recorded = { wire: "anthropic" as const, lines: LINES };
  const [whole] = partsOf(recorded, "whole");
  expect(partsOf(recorded, "bytes")).toHaveLength(whole?.length ?? 0);
  fc.assert(fc.property(fc.integer({ min: 0 }), (seed) => {
    expect(Buffer.concat(partsOf(recorded, { seed })).equals(whole ?? Buffer.alloc(0))).toBe(true);
    expect(partsOf(recorded, { seed })).toEqual(partsOf(recorded, { seed }));
  }));
  expect(partsOf(recorded, { cutAfterFrames: 1 })).toHaveLength(1);
});
