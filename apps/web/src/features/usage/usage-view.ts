import type { UsagePoint, UsageSeries, UsageSums } from "@trunkline/db/web";
import { usd } from "../../server/money-view.ts";
import type { SeriesView, UsageView } from "../../server/views.ts";

/** A chart with more lines than this cannot be read; what is left is one line "other". */
const SERIES_MAX = 12;
const OTHER = "other";

type Summed = Pick<UsageSums, "chargeNanoUsd" | "requests" | "inputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "outputTokens" | "reasoningTokens">;
const FIELDS = ["chargeNanoUsd", "requests", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens"] as const;
const ZERO: Summed = { chargeNanoUsd: 0n, requests: 0n, inputTokens: 0n, cacheReadTokens: 0n, cacheWriteTokens: 0n, outputTokens: 0n, reasoningTokens: 0n };

function add(left: Summed, right: Summed): Summed {
  const total = { ...ZERO };
  for (const field of FIELDS) total[field] = left[field] + right[field];
  return total;
}

const tokensOf = (sums: Summed): number => Number(sums.inputTokens + sums.cacheReadTokens + sums.cacheWriteTokens + sums.outputTokens + sums.reasoningTokens);
const counts = (sums: Summed) => ({
  inputTokens: Number(sums.inputTokens), cacheReadTokens: Number(sums.cacheReadTokens), cacheWriteTokens: Number(sums.cacheWriteTokens), outputTokens: Number(sums.outputTokens), reasoningTokens: Number(sums.reasoningTokens),
});

function toSeries(group: { key: string; label: string }, points: readonly UsagePoint[], buckets: readonly Date[]): SeriesView {
  const byBucket = new Map<number, Summed>();
  for (const point of points) byBucket.set(point.bucket.getTime(), add(byBucket.get(point.bucket.getTime()) ?? ZERO, point));
  const total = points.reduce<Summed>(add, ZERO);
  return {
    key: group.key, label: group.label,
    points: buckets.map((bucket) => {
      const sums = byBucket.get(bucket.getTime()) ?? ZERO;
      return { bucket: bucket.toISOString(), spendUsd: usd(sums.chargeNanoUsd), requests: Number(sums.requests), ...counts(sums) };
    }),
    totals: { spendUsd: usd(total.chargeNanoUsd), requests: Number(total.requests), tokens: tokensOf(total) },
  };
}

/** Every series has a point for every bucket, zeros included; largest spend first, the tail folded into "other". */
export function toUsageView(usage: UsageSeries, totals: UsageSums, range: { from: Date; to: Date; granularity: "hour" | "day" }): UsageView {
  const shown = usage.groups.length > SERIES_MAX ? usage.groups.slice(0, SERIES_MAX - 1) : usage.groups;
  const names = new Set(shown.map((group) => group.key));
  const rest = usage.points.filter((point) => !names.has(point.key));
  const series = shown.map((group) => toSeries(group, usage.points.filter((point) => point.key === group.key), usage.buckets));
  return {
    timeZone: usage.timeZone, from: range.from.toISOString(), to: range.to.toISOString(), granularity: range.granularity, buckets: usage.buckets.map((bucket) => bucket.toISOString()),
    series: rest.length > 0 ? [...series, toSeries({ key: OTHER, label: "Other" }, rest, usage.buckets)] : series,
    totals: {
      spendUsd: usd(totals.chargeNanoUsd), requests: Number(totals.requests), failed: Number(totals.failed), rescued: Number(totals.rescued), ...counts(totals),
      avgTtftMs: totals.ttftCount > 0n ? Number(totals.ttftMsSum / totals.ttftCount) : null,
    },
  };
}
