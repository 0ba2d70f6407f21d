import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { budgetFilter, budgetWindow, EVERY_USER } from "./budget.ts";

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const at = (text: string): number => Date.parse(text);

describe("the window of a budget", () => {
  it.each([
    ["daily", "2026-03-29T10:00:00Z", "Europe/Berlin", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
    ["daily", "2026-10-25T10:00:00Z", "Europe/Berlin", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
    ["daily", "2026-11-22T23:30:00Z", "Asia/Kolkata", "2026-11-22T18:30:00.000Z", "2026-11-23T18:30:00.000Z"],
    ["weekly", "2026-11-22T23:30:00Z", "UTC", "2026-11-16T00:00:00.000Z", "2026-11-23T00:00:00.000Z"],
    ["weekly", "2026-11-22T23:30:00Z", "Europe/Berlin", "2026-11-22T23:00:00.000Z", "2026-11-29T23:00:00.000Z"],
    ["monthly", "2026-12-31T23:30:00Z", "Pacific/Auckland", "2026-12-31T11:00:00.000Z", "2027-01-31T11:00:00.000Z"],
    ["monthly", "2026-01-01T02:00:00Z", "America/New_York", "2025-12-01T05:00:00.000Z", "2026-01-01T05:00:00.000Z"],
    // Beirut skips midnight when summer time begins: the day begins at one.
    ["daily", "2026-03-29T12:00:00Z", "Asia/Beirut", "2026-03-28T22:00:00.000Z", "2026-03-29T21:00:00.000Z"],
  ] as const)("%s at %s in %s", (period, now, zone, start, end) => {
    const { startMs, endMs } = budgetWindow(period, at(now), zone);
    expect([iso(startMs), iso(endMs)]).toEqual([start, end]);
  });
  it("never ends for a total", () => { expect(budgetWindow("total", 5)).toEqual({ startMs: 0, endMs: null }); });
  it("holds the instant, begins on a minute, and is followed by its neighbour without a gap, in every zone", () => {
    const zones = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Chatham", "America/Havana", "Africa/Cairo", "Asia/Kathmandu"];
    fc.assert(fc.property(fc.integer({ min: at("2024-01-01T00:00:00Z"), max: at("2030-01-01T00:00:00Z") }), fc.constantFrom("daily", "weekly", "monthly"), fc.constantFrom(...zones), (nowMs, period, zone) => {
      const { startMs, endMs } = budgetWindow(period, nowMs, zone);
      expect(startMs).toBeLessThanOrEqual(nowMs);
      expect(endMs).toBeGreaterThan(nowMs);
      expect(startMs % 60_000).toBe(0);
      expect(budgetWindow(period, endMs ?? 0, zone).startMs).toBe(endMs);
    }), { numRuns: 400 });
  });
});

it("a budget that every user has counts who asks, and nobody else", () => {
  expect(budgetFilter({ scope: "user", scopeId: EVERY_USER }, "ada")).toEqual({ endUser: "ada" });
  expect(budgetFilter({ scope: "user", scopeId: "grace" }, "ada")).toEqual({ endUser: "grace" });
});
