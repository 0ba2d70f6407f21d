import { describe, expect, it } from "vitest";
import { inPortions, readPlans } from "./end-user-plans.ts";

describe("a pasted list of end users and plans", () => {
  it("is read line by line, with commas, semicolons or tabs, and with commas in names", () => {
    expect(readPlans("ann@example.com, gold\n\n  bob;team plan\r\nsmith, jane,free\neve\tgold")).toEqual({ endUsers: [{ id: "ann@example.com", plan: "gold" }, { id: "bob", plan: "team plan" }, { id: "smith, jane", plan: "free" }, { id: "eve", plan: "gold" }] });
    expect(readPlans(" \n")).toEqual({ endUsers: [] });
  });
  it.each([["ann", 1], ["ann,gold\nbob,", 2], [",gold", 1], [`ann,${"x".repeat(65)}`, 1], [`${"x".repeat(513)},gold`, 1]])("names the first line that cannot be read: %s", (text, line) => {
    expect(readPlans(text)).toEqual({ problem: expect.stringContaining(`Line ${line}:`) });
  });
  it("is sent in portions, none left out", () => {
    expect(inPortions([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(inPortions([], 2)).toEqual([]);
  });
});
