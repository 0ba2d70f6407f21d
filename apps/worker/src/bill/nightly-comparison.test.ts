import { expect, it } from "vitest";
import type { GapKind } from "./compare-meters.ts";
import { classifyGap } from "./compare-meters.ts";
import { createNightlyComparison, RECHECK_MS } from "./nightly-comparison.ts";

const NOON_MS = Date.UTC(2026, 10, 1, 12);
const HOUR_MS = 3_600_000;

function nightly(kinds: readonly (GapKind | "skipped" | "fails")[]) {
  let nowMs = NOON_MS;
  const ran: number[] = [];
  const reported: [GapKind, boolean][] = [];
  const kept: [GapKind, boolean][] = [];
  const tick = createNightlyComparison({
    clock: () => nowMs,
    async compare() {
      const kind = kinds[ran.length] ?? "agrees";
      ran.push(nowMs);
      if (kind === "fails") throw new Error("Stripe is away");
      return kind === "skipped" ? { comparisons: [], skipped: 1 } : { comparisons: [{ organizationId: "org_1", meter: "spend", kind, sent: 2n, inDoubt: 0n, stripe: 1n }], skipped: 0 };
    },
    keep: async (rows) => { kept.push(...rows.map(({ kind, confirmed }): [GapKind, boolean] => [kind, confirmed])); },
    onComparison: ({ kind }, confirmed) => reported.push([kind, confirmed]),
  });
  return { ran, reported, kept, async at(ms: number) { nowMs = ms; await tick(); } };
}

it("compares at the first tick and then each night, however often it is asked", async () => {
  const { at, ran } = nightly([]);
  for (let hour = 0; hour < 40; hour++) await at(NOON_MS + hour * HOUR_MS);
  expect(ran.map((ms) => new Date(ms).toISOString())).toEqual(["2026-11-01T12:00:00.000Z", "2026-11-02T02:00:00.000Z", "2026-11-03T02:00:00.000Z"]);
});

it("confirms what Stripe may only not hold yet by a second look, reports the rest at once, and keeps what each look found", async () => {
  const late = nightly(["missing", "missing"]);
  for (const ms of [0, RECHECK_MS - 1, RECHECK_MS, 2 * RECHECK_MS]) await late.at(NOON_MS + ms);
  expect(late.reported).toEqual([["missing", false], ["missing", true]]);
  expect(late.kept).toEqual(late.reported);
  const passing = nightly(["missing", "agrees"]);
  for (const ms of [0, RECHECK_MS]) await passing.at(NOON_MS + ms);
  expect(passing.reported).toEqual([["missing", false], ["agrees", true]]);
  const excess = nightly(["excess"]);
  await excess.at(NOON_MS);
  expect(excess.reported).toEqual([["excess", true]]);
});

it("tries again soon after a failure, and where an export was under way", async () => {
  const { at, ran } = nightly(["fails", "skipped"]);
  await expect(at(NOON_MS)).rejects.toThrow("Stripe is away");
  for (const ms of [1, RECHECK_MS, RECHECK_MS + 1, 2 * RECHECK_MS, 3 * RECHECK_MS]) await at(NOON_MS + ms);
  expect(ran).toEqual([0, 1, 2].map((times) => NOON_MS + times * RECHECK_MS));
});

it("names each kind of gap", () => {
  const kind = (sent: bigint, inDoubt: bigint, stripe: bigint) => classifyGap({ sent, inDoubt, stripe });
  expect([kind(5n, 0n, 5n), kind(5n, 3n, 5n), kind(5n, 3n, 8n), kind(5n, 3n, 6n), kind(5n, 3n, 9n), kind(5n, 3n, 4n)]).toEqual(["agrees", "agrees", "doubt_counted", "doubt_counted", "excess", "missing"]);
});
