import { describe, expect, it } from "vitest";
import { comparisonDays, daysBefore } from "./zone.ts";

describe("daysBefore", () => {
  it("keeps the local time of day across a clock change", () => {
    // Berlin leaves summer time on 25 October 2026 at 03:00.
    expect(daysBefore(new Date("2026-11-01T00:00:00+01:00"), 28, "Europe/Berlin").toISOString()).toBe(new Date("2026-10-04T00:00:00+02:00").toISOString());
    expect(daysBefore(new Date("2026-10-26T00:30:00+01:00"), 1, "Europe/Berlin").toISOString()).toBe(new Date("2026-10-25T00:30:00+02:00").toISOString());
    expect(daysBefore(new Date("2026-03-09T12:00:00-04:00"), 2, "America/New_York").toISOString()).toBe(new Date("2026-03-07T12:00:00-05:00").toISOString());
  });
  it("is plain subtraction where the clock never changes", () => {
    expect(daysBefore(new Date("2026-06-10T10:00:00Z"), 7, "Asia/Kolkata").toISOString()).toBe("2026-06-03T10:00:00.000Z");
  });
});

describe("comparisonDays", () => {
  it("compares a day with the day before, and longer spans by whole weeks", () => {
    const span = (days: number): number => comparisonDays(new Date(0), new Date(days * 86_400_000));
    expect([0.5, 1, 2, 7, 8, 21.3, 30].map(span)).toEqual([1, 1, 7, 7, 14, 28, 35]);
  });
});
