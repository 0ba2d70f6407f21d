import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closedWindows, LOOKBACK_MS } from "./open-exports.ts";

const HOUR_MS = 3_600_000;

describe("closedWindows", () => {
  it("holds whole windows only, none that is open, none that Stripe would refuse as too old", () => {
    fc.assert(fc.property(fc.integer({ min: LOOKBACK_MS * 2, max: 4_000_000_000_000 }), fc.constantFrom(1_000, 60_000, HOUR_MS), (nowMs, windowMs) => {
      const { fromMs, toMs } = closedWindows({ nowMs, windowMs });
      expect([fromMs % windowMs, toMs % windowMs]).toEqual([0, 0]);
      expect(toMs).toBeLessThanOrEqual(nowMs);
      expect(nowMs - fromMs).toBeLessThanOrEqual(LOOKBACK_MS);
    }));
  });

  it("closes an hour two minutes after its end", () => {
    const end = Date.UTC(2026, 10, 1, 13);
    expect(closedWindows({ nowMs: end + 119_999, windowMs: HOUR_MS }).toMs).toBe(end - HOUR_MS);
    expect(closedWindows({ nowMs: end + 120_000, windowMs: HOUR_MS }).toMs).toBe(end);
  });
});
