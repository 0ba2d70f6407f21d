import { expect, it } from "vitest";
import { diffLines } from "./line-diff.ts";

const side = (lines: ReturnType<typeof diffLines>, dropped: "add" | "del"): string => lines.filter((line) => line.kind !== dropped).map((line) => line.text).join("\n");

it("gives both texts back whole, whichever side is dropped", () => {
  const [before, after] = ["a\nb\nc\nd", "a\nx\nc\nd\ne"];
  const lines = diffLines(before, after);
  expect(side(lines, "add")).toBe(before);
  expect(side(lines, "del")).toBe(after);
});

it("marks only the lines that differ", () => {
  expect(diffLines("a\nb\nc", "a\nB\nc").map((line) => line.kind)).toEqual(["same", "del", "add", "same"]);
  expect(diffLines("a\nb", "a\nb").every((line) => line.kind === "same")).toBe(true);
});
