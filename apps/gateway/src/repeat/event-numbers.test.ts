import { describe, expect, it } from "vitest";
import { afterEvent, EventNumbers } from "./event-numbers.ts";

const streamOf = (end: string): string => [
  ": heartbeat", "", "event: message_start", "data: {\"a\":1}", "", "data: one", "data: two", "", ": another", "", "id: of-the-provider", "data: {\"text\":\"id: gen-1\"}", "", "data: [DONE]", "", "",
].join(end);

function numbered(text: string, pieceLength: number): string {
  const numbers = new EventNumbers("gen");
  const bytes = Buffer.from(text);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceLength) pieces.push(numbers.number(bytes.subarray(at, at + pieceLength)));
  return Buffer.concat(pieces).toString();
}

describe.each([{ name: "LF", end: "\n" }, { name: "CRLF", end: "\r\n" }, { name: "CR", end: "\r" }])("ids of events, lines ended by $name", ({ end }) => {
  const whole = numbered(streamOf(end), 1_000);

  it("adds one id to each event, as its last line, and changes nothing else", () => {
    expect(whole.match(/^id: gen-\d+$/gm)).toEqual(["id: gen-1", "id: gen-2", "id: gen-3", "id: gen-4"]);
    expect(whole.replaceAll(/id: gen-\d+\n/g, "")).toBe(streamOf(end));
    expect(whole).toContain(`data: [DONE]${end}id: gen-4\n${end}`);
  });

  it("does so wherever the bytes are cut", () => {
    for (let length = 1; length < 40; length++) expect(numbered(streamOf(end), length)).toBe(whole);
  });

  it("finds what follows each event, and nothing behind the last", () => {
    const rests = [1, 2, 3, 4].map((place) => Buffer.from(afterEvent(Buffer.from(whole), `gen-${place}`) ?? "none").toString());
    expect(rests.map((rest) => (rest.match(/^id: gen-/gm) ?? []).length)).toEqual([3, 2, 1, 0]);
    expect(rests.at(-1)).toBe("");
    expect(rests[0]?.startsWith("data: one")).toBe(true);
    for (const rest of rests) expect(whole.endsWith(rest)).toBe(true);
  });
});

it("knows no place for an id that the stream does not have, or has within a text alone", () => {
  const stream = Buffer.from(numbered(streamOf("\n"), 1_000));
  for (const id of ["gen-5", "gen-", "gen", "other-1", "", "of-the-providers"]) expect(afterEvent(stream, id)).toBeNull();
  expect(afterEvent(Buffer.from("data: {\"x\":\"id: gen-1\n"), "gen-1")).toBeNull();
  expect(afterEvent(new Uint8Array(), "gen-1")).toBeNull();
});
