import { expect, it } from "vitest";
import { conditionText, KINDS } from "./alert-words.ts";

it("says of every kind of rule when it speaks, with the defaults where nothing is set", () => {
  expect(KINDS.map(({ value }) => conditionText({ kind: value, settings: {} }))).toEqual(["at 50, 80, 100 %", "20 % of at least 20 requests in 10 min", "3 times the usual hour, from $1", "first token p95 from 5000 ms, of at least 20 requests in 10 min", "20 % of at least 20 attempts in 10 min", "refused, or out of quota", "below $10", "when a preset would choose otherwise or could save", "when requests would have been lost"]);
  expect(conditionText({ kind: "spend_anomaly", settings: { factor: 5, spendNanoUsdMin: "2500000000" } })).toBe("5 times the usual hour, from $2.5");
});
