import type { UsagePoint, UsageSeries, UsageSums } from "@trunkline/db/web";
import { usd } from "../../server/money-view.ts";
import type { SeriesView, UsageCounts, UsageView } from "../../server/views.ts";

/** A table with more rows than this is no overview; what is left is one line "other". */
const SERIES_MAX = 30;
const OTHER = "other";

const FIELDS = ["chargeNanoUsd", "absorbedNanoUsd", "requests", "failed", "rescued", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "ttftMsSum", "ttftCount"] as const;
type Summed = Pick<UsageSums, (typeof FIELDS)[number]>;
const ZERO: Summed = { chargeNanoUsd: 0n, absorbedNanoUsd: 0n, requests: 0n, failed: 0n, rescued: 0n, inputTokens: 0n, cacheReadTokens: 0n, cacheWriteTokens: 0n, outputTokens: 0n, reasoningTokens: 0n, ttftMsSum: 0n, ttftCount: 0n };

function add(left: Summed, right: Summed): Summed {
  const total = { ...ZERO };
  for (const field of FIELDS) total[field] = left[field] + right[field];
  return total;
}

export function toUsageCounts(sums: Summed): UsageCounts {
  return {
    spendUsd: usd(sums.chargeNanoUsd), absorbedUsd: usd(sums.absorbedNanoUsd), requests: Number(sums.requests), failed: Number(sums.failed), rescued: Number(sums.rescued),
    inputTokens: Number(sums.inputTokens), cacheReadTokens: Number(sums.cacheReadTokens), cacheWriteTokens: Number(sums.cacheWriteTokens), outputTokens: Number(sums.outputTokens), reasoningTokens: Number(sums.reasoningTokens),
    ttftMsSum: Number(sums.ttftMsSum), ttftCount: Number(sums.ttftCount),
  };
}

/** One value a bucket, zeros included. */
function pointsOf(points: readonly UsagePoint[], buckets: readonly Date[]): UsageCounts[] {
  const byBucket = new Map<number, Summed>();
  for (const point of points) byBucket.set(point.bucket.getTime(), add(byBucket.get(point.bucket.getTime()) ?? ZERO, point));
  return buckets.map((bucket) => toUsageCounts(byBucket.get(bucket.getTime()) ?? ZERO));
}

interface Span { readonly from: Date; readonly to: Date }
interface Answered extends Span { readonly usage: UsageSeries; readonly totals: UsageSums }

/** Every series has a point for every bucket, zeros included; largest spend first, the tail folded into "other". `before` is the span it is compared with. */
export function toUsageView(now: Answered & { readonly granularity: "minute" | "hour" | "day" }, before: Answered | null): UsageView {
  const { usage } = now;
  const shown = usage.groups.length > SERIES_MAX ? usage.groups.slice(0, SERIES_MAX - 1) : usage.groups;
  const names = new Set(shown.map((group) => group.key));
  const earlier = (keep: (key: string) => boolean): UsageCounts | null => (before ? toUsageCounts(before.usage.groups.filter((group) => keep(group.key)).reduce<Summed>(add, ZERO)) : null);
  const toSeries = (group: { key: string; label: string }, keep: (key: string) => boolean): SeriesView => {
    const points = usage.points.filter((point) => keep(point.key));
    return { key: group.key, label: group.label, points: pointsOf(points, usage.buckets), totals: toUsageCounts(points.reduce<Summed>(add, ZERO)), before: earlier(keep) };
  };
  const rest = usage.points.some((point) => !names.has(point.key));
  const series = shown.map((group) => toSeries(group, (key) => key === group.key));
  return {
    timeZone: usage.timeZone, from: now.from.toISOString(), to: now.to.toISOString(), granularity: now.granularity, buckets: usage.buckets.map((bucket) => bucket.toISOString()),
    series: rest ? [...series, toSeries({ key: OTHER, label: "Other" }, (key) => !names.has(key))] : series,
    totals: toUsageCounts(now.totals),
    previous: before && { from: before.from.toISOString(), to: before.to.toISOString(), totals: toUsageCounts(before.totals), points: pointsOf(before.usage.points, before.usage.buckets) },
  };
}
