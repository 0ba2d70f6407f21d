import { describe, expect, it } from "vitest";
import { decodeFrames, frameBytesMax, writeFrame } from "./frame.ts";

const payloads = [{ id: "a" }, { id: "b", text: "ü\n\u0000{}" }, { id: "c", list: [1, 2, 3] }];
const frameOf = (json: string): Buffer => { const room = Buffer.alloc(frameBytesMax(json) + 5); return room.subarray(5, 5 + writeFrame(room, 5, { kind: "event", json }) + 1); };
const frames = payloads.map((payload) => frameOf(JSON.stringify(payload)));
const whole = Buffer.concat(frames);

describe("spool frames", () => {
  it("gives back every record as it was written", () => {
    const { records, corrupt } = decodeFrames(whole);
    expect(records.map((record) => record.payload)).toEqual(payloads);
    expect(corrupt).toBe(0);
  });

  it("has room enough for every text", () => {
    for (const text of ["", "a", "ü", "€", "🙂", "\ud800"]) expect(frameOf(JSON.stringify(text.repeat(50))).length).toBeLessThanOrEqual(frameBytesMax(JSON.stringify(text.repeat(50))));
  });

  it("keeps exactly the whole records, cut at any byte", () => {
    let starts = 0;
    for (let cut = 0; cut <= whole.length; cut++) {
      starts = frames.filter((_frame, index) => Buffer.concat(frames.slice(0, index + 1)).length <= cut).length;
      const { records, corrupt } = decodeFrames(whole.subarray(0, cut));
      expect(records.length).toBe(starts);
      expect(corrupt).toBe(0);
    }
  });

  it("leaves out a record in which any one byte was changed, and keeps the others", () => {
    const second = frames[0]?.length ?? 0;
    for (let at = second; at < second + (frames[1]?.length ?? 0) - 1; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x01;
      const kept = decodeFrames(damaged).records.map((record) => (record.payload as { id: string }).id);
      expect(kept).toEqual(["a", "c"]);
    }
  });
});
