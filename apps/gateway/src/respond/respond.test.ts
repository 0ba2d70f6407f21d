import { describe, expect, it } from "vitest";
import type { StreamSink, WonAttempt } from "../stages.ts";
import { createRespond } from "./respond.ts";

/** A stream whose relay has counted so many bytes of text at each write, and a caller that takes everything. */
function deliver(steps: readonly { readonly contentBytes: number; readonly atMs: number }[]): readonly number[] {
  const marks: number[] = [];
  let now = 0;
  const stream = {
    contentBytes: 0,
    start(sink: StreamSink) {
      for (const step of steps) { stream.contentBytes = step.contentBytes; now = step.atMs; sink.write(Buffer.from("data: one\n\ndata: two\n\n")); }
    },
  };
  const response = { headersSent: true, on: () => undefined, off: () => undefined, write: () => true };
  const won = { routed: { exchange: { response }, facts: { inputTokens: 1, answers: 1 } }, candidate: { maxOutputTokens: 4_096 }, answer: { kind: "stream", stream } } as unknown as WonAttempt;
  void createRespond(() => now)(won, (tokens) => marks.push(tokens));
  return marks;
}

describe("progress marks of a stream", () => {
  it("say the tokens of the text delivered, whatever frames it came in", () => {
    expect(deliver([{ contentBytes: 4 * 255, atMs: 1 }, { contentBytes: 4 * 256, atMs: 2 }, { contentBytes: 4 * 300, atMs: 3 }])).toEqual([256]);
  });
  it("come every second while text arrives, and not while none does", () => {
    expect(deliver([{ contentBytes: 0, atMs: 1_500 }, { contentBytes: 8, atMs: 1_600 }, { contentBytes: 16, atMs: 2_000 }, { contentBytes: 16, atMs: 2_600 }, { contentBytes: 16, atMs: 9_000 }])).toEqual([2, 4]);
  });
});
