import type { Dimension, NestedGroup, UsageCounts, UsageView } from "../../../server/views.ts";
import { cachedShareOf, failedShareOf, inputTokensOf, type Ranked } from "../../shell/usage-series.ts";
import { METRICS, type MetricName } from "./metrics.ts";

export interface BreakdownRow {
  readonly key: string; readonly label: string; readonly counts: UsageCounts; readonly share: number | null;
  /** The metric's value now and in the span compared with. */
  readonly now: number | null; readonly before: number | null;
}

/** The table under the chart: the same groups, all of them, and their sum. `share` is of the metric where it is a sum, else of the requests. */
export function breakdownOf(usage: UsageView, ranked: readonly Ranked[], metric: MetricName): { readonly rows: readonly BreakdownRow[]; readonly total: BreakdownRow } {
  const { value, summed } = METRICS[metric];
  const weight = (counts: UsageCounts): number => (summed ? value(counts) ?? 0 : counts.requests);
  const whole = weight(usage.totals);
  const shareOf = (counts: UsageCounts): number | null => (whole > 0 ? weight(counts) / whole : null);
  return {
    rows: ranked.map(({ series }) => ({ key: series.key, label: series.label, counts: series.totals, share: shareOf(series.totals), now: value(series.totals), before: series.before && value(series.before) })),
    total: { key: "", label: "Total", counts: usage.totals, share: whole > 0 ? 1 : null, now: value(usage.totals), before: usage.previous && value(usage.previous.totals) },
  };
}

const HEADS = ["spend_usd", "share", "change", "requests", "spend_usd_per_request", "input_tokens", "output_tokens", "cache_hit", "failed", "rescued", "absorbed_usd"];

/** The table as rows of a file, unrounded, with the span and the zone it was cut in. */
export function breakdownCells(usage: UsageView, groupBy: Dimension, { rows, total }: ReturnType<typeof breakdownOf>): (string | number | null)[][] {
  const cells = ({ label, counts, share, now, before }: BreakdownRow): (string | number | null)[] => [
    label, counts.spendUsd, share, now !== null && before !== null && before !== 0 ? (now - before) / before : null, counts.requests, counts.requests > 0 ? Number(counts.spendUsd) / counts.requests : null,
    inputTokensOf(counts), counts.outputTokens + counts.reasoningTokens, cachedShareOf(counts), failedShareOf(counts), counts.rescued, counts.absorbedUsd,
  ];
  const span = [usage.from, usage.to, usage.timeZone];
  return [[groupBy, ...HEADS, "from", "to", "time_zone"], ...[...rows, total].map((row) => [...cells(row), ...span])];
}

const NESTED_HEADS = ["spend_usd", "share", "requests", "spend_usd_per_request", "input_tokens", "output_tokens", "cache_hit", "failed", "rescued", "absorbed_usd", "from", "to", "time_zone"];

/** Both levels as rows of a file, the total last. `share` is of the metric's total, as in the table. */
export function nestedCells(usage: UsageView, levels: readonly [Dimension, Dimension], { parts, metric }: { readonly parts: readonly NestedGroup[]; readonly metric: MetricName }): (string | number | null)[][] {
  const { value, summed } = METRICS[metric];
  const weight = (counts: UsageCounts): number => (summed ? value(counts) ?? 0 : counts.requests);
  const whole = weight(usage.totals);
  const cells = (counts: UsageCounts): (string | number | null)[] => [
    counts.spendUsd, whole > 0 ? weight(counts) / whole : null, counts.requests, counts.requests > 0 ? Number(counts.spendUsd) / counts.requests : null,
    inputTokensOf(counts), counts.outputTokens + counts.reasoningTokens, cachedShareOf(counts), failedShareOf(counts), counts.rescued, counts.absorbedUsd, usage.from, usage.to, usage.timeZone,
  ];
  return [[...levels, ...NESTED_HEADS], ...parts.map(({ label, thenLabel, totals }) => [label, thenLabel, ...cells(totals)]), ["Total", "", ...cells(usage.totals)]];
}
