import { describe, expect, it } from "vitest";
import type { SeriesView, UsageCounts, UsageView } from "../../server/views.ts";
import { linesOf, outcomesOf, rank, stackOf } from "./usage-series.ts";

const counts = (requests: number, spendUsd = "0.00"): UsageCounts => ({ spendUsd, absorbedUsd: "0.00", requests, failed: 0, rescued: 0, inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0, ttftMsSum: 0, ttftCount: 0 });
const series = (key: string, values: readonly number[], label = key): SeriesView => ({ key, label, points: values.map((value) => counts(value)), totals: counts(values.reduce((sum, value) => sum + value, 0)), before: null });
const usage = (all: SeriesView[]): UsageView => ({ timeZone: "UTC", from: "", to: "", granularity: "day", buckets: ["a", "b"], series: all, totals: counts(0), previous: null });
const requests = (one: UsageCounts): number => one.requests;

describe("a chart of many series", () => {
  const many = usage([series("other", [100, 100], "Other"), ...Array.from({ length: 9 }, (_, at) => series(`m/${at}`, [at, at + 1]))]);
  const ranked = rank(many, requests);
  it("colours the six largest and keeps Other last, however large", () => {
    expect(ranked.slice(0, 6).map((one) => one.series.key)).toEqual(["m/8", "m/7", "m/6", "m/5", "m/4", "m/3"]);
    expect(ranked.at(-1)?.series.label).toBe("Other");
    expect(linesOf(ranked, requests)).toHaveLength(6);
  });
  it("loses nothing: the stack of each bucket is the sum of all series", () => {
    const stack = stackOf(ranked, requests);
    expect(stack).toHaveLength(7);
    for (const at of [0, 1]) expect(stack.reduce((sum, one) => sum + (one.values[at] ?? 0), 0)).toBe(many.series.reduce((sum, one) => sum + (one.points[at]?.requests ?? 0), 0));
  });
});

describe("outcomes", () => {
  it("counts every request once", () => {
    const { served, rescued, broken, failed } = outcomesOf(usage([series("ok", [5, 0]), series("cancelled", [1, 0]), series("rescued", [2, 3]), series("failed", [1, 0]), series("partial", [0, 4])]));
    expect([served.values, rescued.values, broken.values, failed.values]).toEqual([[6, 0], [2, 3], [0, 4], [1, 0]]);
  });
});
