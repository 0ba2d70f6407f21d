/** What charts and tables draw of a UsageView. */
import type { ChartSeries, Tone } from "@trunkline/ui";
import type { SeriesView, UsageCounts, UsageView } from "../../server/views.ts";

/** More colours than this cannot be told apart; the rest is "Other". */
export const COLOURED_MAX = 6;

export const inputTokensOf = (counts: UsageCounts): number => counts.inputTokens + counts.cacheReadTokens + counts.cacheWriteTokens;
export const tokensOf = (counts: UsageCounts): number => inputTokensOf(counts) + counts.outputTokens + counts.reasoningTokens;
/** Mean time to the first token in ms; null where nothing was streamed. */
export const firstTokenOf = (counts: UsageCounts): number | null => (counts.ttftCount > 0 ? counts.ttftMsSum / counts.ttftCount : null);
export const failedShareOf = (counts: UsageCounts): number | null => (counts.requests > 0 ? counts.failed / counts.requests : null);
export const cachedShareOf = (counts: UsageCounts): number | null => (inputTokensOf(counts) > 0 ? counts.cacheReadTokens / inputTokensOf(counts) : null);

/** Without the author: a legend has no room for it. */
const shortLabel = (label: string): string => label.slice(label.indexOf("/") + 1);
export const isOther = (series: SeriesView): boolean => series.key === "other" && series.label === "Other";

export interface Ranked { readonly series: SeriesView; readonly tone: Tone }

/** Largest first by `value`; the first six have a colour of their own, "Other" comes last. */
export function rank(usage: UsageView, value: (counts: UsageCounts) => number | null): Ranked[] {
  const sorted = [...usage.series].sort((a, b) => Number(isOther(a)) - Number(isOther(b)) || (value(b.totals) ?? 0) - (value(a.totals) ?? 0));
  return sorted.map((series, at) => ({ series, tone: at < COLOURED_MAX && !isOther(series) ? ((at + 1) as Tone) : "other" }));
}

/** The coloured six as they are, and the sum of what is left. For values that can be summed. */
export function stackOf(ranked: readonly Ranked[], value: (counts: UsageCounts) => number): ChartSeries[] {
  const own = ranked.filter((one) => one.tone !== "other");
  const rest = ranked.filter((one) => one.tone === "other");
  const bars: ChartSeries[] = own.map(({ series, tone }) => ({ key: series.key, label: shortLabel(series.label), values: series.points.map(value), tone }));
  if (rest.length === 0) return bars;
  const points = rest[0]?.series.points ?? [];
  return [...bars, { key: "\0other", label: `Other (${rest.length})`, tone: "other", values: points.map((_, at) => rest.reduce((sum, one) => { const point = one.series.points[at]; return sum + (point ? value(point) : 0); }, 0)) }];
}

/** A line for each of the coloured six; means and rates of the rest would say nothing. */
export const linesOf = (ranked: readonly Ranked[], value: (counts: UsageCounts) => number | null): ChartSeries[] =>
  ranked.filter((one) => one.tone !== "other").map(({ series, tone }) => ({ key: series.key, label: shortLabel(series.label), values: series.points.map(value), tone }));

const sumPoint = (points: readonly UsageCounts[], value: (counts: UsageCounts) => number): number => points.reduce((sum, point) => sum + value(point), 0);

/** Counts of one bucket summed over the series that `keep` names. Money is left out: it is exact text, and charts draw it from `stackOf`. */
export function pointsOf(usage: UsageView, keep: (key: string) => boolean): Omit<UsageCounts, "spendUsd" | "absorbedUsd">[] {
  const kept = usage.series.filter((series) => keep(series.key));
  return usage.buckets.map((_, at) => {
    const points = kept.flatMap((series) => series.points[at] ?? []);
    const sum = (value: (counts: UsageCounts) => number): number => sumPoint(points, value);
    return {
      requests: sum((one) => one.requests), failed: sum((one) => one.failed), rescued: sum((one) => one.rescued), inputTokens: sum((one) => one.inputTokens), cacheReadTokens: sum((one) => one.cacheReadTokens),
      cacheWriteTokens: sum((one) => one.cacheWriteTokens), outputTokens: sum((one) => one.outputTokens), reasoningTokens: sum((one) => one.reasoningTokens), ttftMsSum: sum((one) => one.ttftMsSum), ttftCount: sum((one) => one.ttftCount),
    };
  });
}

interface Outcomes { readonly served: ChartSeries; readonly rescued: ChartSeries; readonly broken: ChartSeries; readonly failed: ChartSeries }

/** Requests by what became of them, each in one: served at once (a caller who left included), by a fallback, broken off after the answer had begun, or not at all. */
export function outcomesOf(usage: UsageView): Outcomes {
  const requests = (keep: (key: string) => boolean): number[] => pointsOf(usage, keep).map((point) => point.requests);
  return {
    served: { key: "served", label: "First try", tone: 5, values: requests((key) => key === "ok" || key === "cancelled") },
    rescued: { key: "rescued", label: "Rescued by fallback", tone: 2, values: requests((key) => key === "rescued") },
    broken: { key: "partial", label: "Broken off", tone: "other", values: requests((key) => key === "partial") },
    failed: { key: "failed", label: "Failed", tone: "err", values: requests((key) => key === "failed") },
  };
}

/** Of `series`, those that hold anything. */
export const present = (series: readonly ChartSeries[]): ChartSeries[] => series.filter((one) => one.values.some((value) => (value ?? 0) > 0));
