import { describe, expect, it } from "vitest";
import { barWidthOf, isLabelled, segmentsOf, ticksOf } from "./chart-scale.ts";

describe("ticksOf", () => {
  it("reaches the largest value with round steps, whatever its size", () => {
    for (const max of [1e-9, 0.00032, 0.7, 1, 12, 41.4, 99, 100, 20_382, 836_900_000]) {
      const ticks = ticksOf(max, 4);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-9));
      expect(ticks.length).toBeLessThanOrEqual(5);
    }
    expect(ticksOf(41.4, 3)).toEqual([0, 15, 30, 45]);
  });
  it("draws an axis where there is nothing", () => {
    expect(ticksOf(0, 4)).toEqual([0, 1]);
  });
});

describe("isLabelled", () => {
  it("keeps labels apart and never drops the newest", () => {
    const shown = Array.from({ length: 22 }, (_, at) => at).filter((at) => isLabelled(at, 22, 20, 52));
    expect(shown.at(-1)).toBe(21);
    expect(shown.every((at, index) => index === 0 || (at - (shown[index - 1] ?? 0)) * 20 >= 52)).toBe(true);
  });
});

describe("segmentsOf", () => {
  const y = (value: number): number => 100 - value;
  it("stacks without overlap and keeps the smallest share visible", () => {
    const segments = segmentsOf([60, 0, 0.001, 30], y);
    expect(segments.map((one) => one.index)).toEqual([0, 2, 3]);
    for (const [at, one] of segments.entries()) {
      expect(one.height).toBeGreaterThan(0.5);
      const below = segments[at - 1];
      if (below) expect(one.y + one.height).toBeLessThanOrEqual(below.y + 1);
    }
    expect(segments.map((one) => one.top)).toEqual([false, false, true]);
  });
  it("is empty for a bar of nothing", () => {
    expect(segmentsOf([0, 0], y)).toEqual([]);
  });
});

describe("barWidthOf", () => {
  it("never fills its slot and never vanishes", () => {
    for (const slot of [3, 5, 8, 14, 30, 90]) {
      expect(barWidthOf(slot)).toBeLessThan(slot);
      expect(barWidthOf(slot)).toBeGreaterThanOrEqual(2);
    }
  });
});
