import { describe, expect, it } from "vitest";
import { judgeCanary } from "./judge-canary.ts";

const arm = (requests: number, failed: number) => ({ requests, failed });
const verdict = (canary: readonly [number, number], beside: readonly [number, number]) => judgeCanary(arm(...canary), arm(...beside)).verdict;

/** Mulberry32: repeatable draws. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The verdict after each tenth request of the canary, until it is worse; how many requests it took, or null. */
function watched(seed: number, shares: { readonly canary: number; readonly beside: number }, requests: number): number | null {
  const draw = draws(seed);
  let [failed, besideFailed] = [0, 0];
  for (let count = 1; count <= requests; count++) {
    if (draw() < shares.canary) failed++;
    for (let other = 0; other < 9; other++) if (draw() < shares.beside) besideFailed++;
    if (count % 10 === 0 && judgeCanary(arm(count, failed), arm(count * 9, besideFailed)).verdict === "worse") return count;
  }
  return null;
}

describe("a canary", () => {
  it("is not judged by a handful of requests, however they went", () => {
    expect([verdict([19, 19], [500, 0]), verdict([0, 0], [500, 0]), verdict([40, 4], [500, 0])]).toEqual(["collecting", "collecting", "holds"]);
  });
  it("that fails is seen at once, whether the published version never fails or fails at times", () => {
    expect([verdict([20, 20], [180, 0]), verdict([20, 12], [180, 9]), verdict([20, 5], [180, 0])]).toEqual(["worse", "worse", "worse"]);
  });
  it("is not blamed for an outage that meets both, nor for less than a point", () => {
    expect([verdict([100, 60], [900, 540]), verdict([1_000_000, 12_000], [9_000_000, 72_000])]).toEqual(["holds", "holds"]);
  });
  it("with next to nothing beside it is held to half of its requests", () => {
    expect([verdict([40, 38], [0, 0]), verdict([40, 16], [0, 0])]).toEqual(["worse", "holds"]);
  });
  it("as good as the published version is hardly ever ended over 2,000 requests with 200 looks", () => {
    const ended = Array.from({ length: 300 }, (_none, seed) => watched(seed, { canary: 0.05, beside: 0.05 }, 2_000)).filter((count) => count !== null);
    expect(ended.length).toBeLessThanOrEqual(6);
  });
  it("that fails four times as often is ended within 300 requests, nearly always", () => {
    const ended = Array.from({ length: 100 }, (_none, seed) => watched(seed, { canary: 0.2, beside: 0.05 }, 300)).filter((count) => count !== null);
    expect(ended.length).toBeGreaterThanOrEqual(95);
  });
});
