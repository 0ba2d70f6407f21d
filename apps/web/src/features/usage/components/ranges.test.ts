import { describe, expect, it } from "vitest";
import { rangeOf, spanOf, zoomOf } from "./ranges.ts";

const book = { monthStart: "2026-11-01T00:00:00.000Z", dayStart: "2026-11-23T00:00:00.000Z" };
const NOW = Date.UTC(2026, 10, 23, 12, 34, 56);

describe("ranges", () => {
  it("end with the minute under way, so that a re-render asks the same", () => {
    expect(rangeOf("7d", book, NOW)).toEqual({ from: "2026-11-17T00:00:00.000Z", to: "2026-11-23T12:35:00.000Z", granularity: "day" });
    expect(rangeOf("15m", book, NOW)).toEqual({ from: "2026-11-23T12:20:00.000Z", to: "2026-11-23T12:35:00.000Z", granularity: "minute" });
    expect(rangeOf("24h", book, NOW).from).toBe("2026-11-22T13:00:00.000Z");
  });

  it("draw minutes and hours where a span is short, and days where it is long", () => {
    expect(rangeOf("custom", book, NOW, { from: "2026-11-22T22:00:00.000Z", to: "2026-11-23T00:00:00.000Z" }).granularity).toBe("minute");
    expect(rangeOf("custom", book, NOW, { from: "2026-11-20T00:00:00.000Z", to: "2026-11-23T00:00:00.000Z" }).granularity).toBe("hour");
    expect(rangeOf("custom", book, NOW, { from: "2026-11-19T23:00:00.000Z", to: "2026-11-23T00:00:00.000Z" }).granularity).toBe("day");
  });

  it("fall back to seven days where an address names no span that can be drawn", () => {
    for (const [from, to] of [[null, null], ["x", "y"], ["2026-11-23T00:00:00Z", "2026-11-20T00:00:00Z"], ["2000-01-01T00:00:00Z", "2026-11-20T00:00:00Z"]] as const) {
      expect(spanOf(from, to)).toBeNull();
      expect(rangeOf("custom", book, NOW, spanOf(from, to))).toEqual(rangeOf("7d", book, NOW));
    }
  });

  it("zoom to the whole of the slots drawn over, and not beyond the range", () => {
    const buckets = ["2026-11-20T23:00:00.000Z", "2026-11-21T23:00:00.000Z", "2026-11-22T23:00:00.000Z"];
    const whole = { from: "2026-11-21T05:00:00.000Z", to: "2026-11-23T12:35:00.000Z" };
    expect(zoomOf(buckets, whole, { from: 0, to: 1 })).toEqual({ from: whole.from, to: "2026-11-22T23:00:00.000Z" });
    expect(zoomOf(buckets, whole, { from: 1, to: 2 })).toEqual({ from: "2026-11-21T23:00:00.000Z", to: whole.to });
  });
});
