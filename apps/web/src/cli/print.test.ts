import { describe, expect, it } from "vitest";
import { printed } from "./print.ts";

describe("what a person reads", () => {
  it("is a table for a list, numbers to the right, columns without a value left out", () => {
    expect(printed([{ model: "openai/gpt-5", requests: 7, costUsd: "0.5", note: null }, { model: "x", requests: 1_200, costUsd: "12.25", note: "" }])).toBe("model         requests  cost usd\nopenai/gpt-5         7       0.5\nx                 1200     12.25");
  });
  it("is a line for each fact of a thing, with its lists below", () => {
    expect(printed({ ok: true, checkedAt: new Date(0), findings: [{ check: "database", ok: false, advice: "Start it" }] })).toBe("ok          yes\nchecked at  1970-01-01T00:00:00.000Z\n\nfindings\n  check     ok  advice\n  database  no  Start it");
  });
  it("says that a list is empty", () => expect(printed([])).toBe("none"));
  it("cuts a long cell and no line of its own, so that a secret can be copied whole", () => {
    const secret = "s".repeat(90);
    expect([printed({ secret }), printed([{ secret, id: "a" }]).split("\n")[1]?.length]).toEqual([`secret  ${secret}`, 60 + "  a".length]);
  });
});
