import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hourOf, reconcile, type RowState, type ToldRow } from "./reconcile.ts";

const HOUR = 3_600_000;
const NOW = 100 * HOUR;
let number = 0;
const row = (value: bigint, change: Partial<ToldRow> = {}): ToldRow => ({ identifier: `row-${++number}`, state: "sent", value, eventAtMs: 10 * HOUR + 5, sentAtMs: 11 * HOUR, ...change });
const against = (rows: readonly ToldRow[], sums: Readonly<Record<number, bigint>>) => reconcile(rows, { nowMs: NOW, stripeByHour: new Map(Object.entries(sums).map(([hour, value]) => [Number(hour) * HOUR, value])) });

describe("the reconciliation of a meter", () => {
  it("finds nothing where Stripe holds what it was told", () => {
    expect(against([row(5n), row(7n), row(9n, { eventAtMs: 12 * HOUR })], { 10: 12n, 12: 9n })).toEqual({ told: 21n, stripe: 21n, errorBar: 0n, gaps: [] });
  });

  it("names the row that Stripe lost, which may be sent again", () => {
    const [lost, kept] = [row(5n), row(7n)];
    expect(against([lost, kept], { 10: 7n }).gaps).toEqual([{ class: "missing", value: 5n, events: 1, resendable: [lost.identifier] }]);
    expect(against([lost, kept], {}).gaps[0]?.resendable).toEqual([lost.identifier, kept.identifier]);
  });

  it("sends nothing again where it cannot be told which row is lacking", () => {
    expect(against([row(5n), row(5n), row(9n)], { 10: 14n }).gaps).toMatchObject([{ class: "missing", value: 5n, resendable: [] }]);
    expect(against([row(5n), row(7n, { state: "ambiguous" }), row(2n)], { 10: 2n }).gaps.find((gap) => gap.class === "missing")?.resendable).toEqual([]);
  });

  it("takes a surplus for a broken call first, and for a duplicate only above it", () => {
    expect(against([row(5n), row(7n, { state: "ambiguous", sentAtMs: null })], { 10: 12n })).toMatchObject({ errorBar: 7n, gaps: [{ class: "aborted", value: 7n }] });
    expect(against([row(5n)], { 10: 10n }).gaps).toEqual([{ class: "duplicate", value: 5n, events: 1, resendable: [] }]);
    expect(against([], { 10: 3n }).gaps).toMatchObject([{ class: "duplicate", value: 3n }]);
  });

  it("waits for what was told a quarter of an hour ago, and widens the error bar by it", () => {
    expect(against([row(5n, { sentAtMs: NOW - 60_000 }), row(6n, { state: "pending", sentAtMs: null })], {})).toEqual({ told: 5n, stripe: 0n, errorBar: 5n, gaps: [{ class: "in_flight", value: 11n, events: 2, resendable: [] }] });
  });

  it("puts every unit of a difference in one class, whatever was told and counted", () => {
    const rows = fc.array(fc.record({ value: fc.bigInt(0n, 50n), state: fc.constantFrom<RowState>("sent", "sent", "pending", "ambiguous", "sending"), hour: fc.integer({ min: 80, max: 99 }), fresh: fc.boolean() }), { maxLength: 20 });
    fc.assert(fc.property(rows, fc.dictionary(fc.integer({ min: 80, max: 99 }).map(String), fc.bigInt(0n, 90n), { maxKeys: 8 }), (wished, sums) => {
      const told = wished.map(({ value, state, hour, fresh }) => row(value, { state, eventAtMs: hour * HOUR + 1, sentAtMs: state === "sent" ? (fresh ? NOW - 1 : 0) : null }));
      const found = against(told, sums);
      const of = (name: string): bigint => found.gaps.find((gap) => gap.class === name)?.value ?? 0n;
      const waiting = told.filter(({ state }) => state === "pending").reduce((sum, { value }) => sum + value, 0n);
      const doubt = told.filter(({ state }) => state === "ambiguous" || state === "sending").reduce((sum, { value }) => sum + value, 0n);
      const unexplained = found.stripe - (found.told - of("missing") - (of("in_flight") - waiting) + of("duplicate"));
      // What is left is what Stripe holds of the calls in doubt.
      expect(unexplained >= 0n && unexplained <= doubt).toBe(true);
      const safe = new Set(found.gaps.flatMap(({ resendable }) => resendable));
      for (const one of told) if (safe.has(one.identifier)) expect(one.value <= told.filter((other) => hourOf(other.eventAtMs) === hourOf(one.eventAtMs) && other.state === "sent").reduce((sum, { value }) => sum + value, 0n) - (sums[hourOf(one.eventAtMs) / HOUR] ?? 0n)).toBe(true);
    }));
  });
});
