import { INBOUND_APIS } from "@trunkline/contracts";
import fs from "node:fs";
import { describe, expect, it } from "vitest";
import { cellsOf } from "./cells.ts";
import { EMBEDDING_ENDS, TEXT_ENDS } from "./ends.ts";
import { kindOfLane, kindsOf, lanesOf, nameOf } from "./lanes.ts";

const CELLS = INBOUND_APIS.flatMap(cellsOf);

/** No wire leaves an end out unseen. */
const LEFT_OUT = {
  normally: ["gemini"],
  "empty, with usage": ["gemini"],
  "with a finish and no terminator": ["bedrock", "cohere", "gemini", "replicate", "responses"],
  "with a finish, no terminator and no usage": ["bedrock", "cohere", "gemini", "replicate", "responses"],
  "empty, with a finish that says error and usage": ["anthropic", "bedrock_anthropic", "vertex_anthropic"],
  "because the caller left a stream": ["bedrock", "bedrock_anthropic", "gemini", "openai", "vertex_anthropic"],
  "because the caller left, where the provider bills to the end": ["anthropic", "cohere", "completions", "openai", "replicate", "responses"],
};

describe("the matrix", () => {
  it.each(INBOUND_APIS)("has a lane for every kind of provider that callers of %s can meet", (inbound) => {
    const names = (kinds: readonly Parameters<typeof nameOf>[0][]): readonly string[] => [...new Set(kinds.map(nameOf))].sort();
    expect(names(lanesOf(inbound).map((lane) => kindOfLane(lane, inbound)))).toEqual(names(kindsOf(inbound)));
  });

  it("is asked of every inbound API", () => {
    const asked = fs.readdirSync(import.meta.dirname).map((file) => file.replace(".int.test.ts", "").replaceAll("-", "_"));
    expect(INBOUND_APIS.filter((inbound) => !asked.includes(inbound))).toEqual([]);
  });

  it("asks every end on every wire, or says why the wire cannot end so", () => {
    const left = CELLS.filter(({ reason }) => reason !== null);
    for (const { end, reason } of left) expect((reason ?? "").split(" ").length, end.title).toBeGreaterThan(4);
    for (const end of [...TEXT_ENDS, ...EMBEDDING_ENDS]) expect(CELLS.some((cell) => cell.end === end && cell.reason === null), end.title).toBe(true);
    const wires: Record<string, readonly string[]> = {};
    for (const { end, lane, inbound } of left) wires[end.title] = [...new Set([...wires[end.title] ?? [], kindOfLane(lane, inbound).wire])].sort();
    expect(wires).toEqual(LEFT_OUT);
  });
});
