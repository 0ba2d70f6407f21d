import { axisUsd, compact, count, duration, percent, shortUsd } from "@trunkline/ui";
import type { UsageCounts } from "../../../server/views.ts";
import { cachedShareOf, failedShareOf, firstTokenOf, tokensOf } from "../../shell/usage-series.ts";

export type MetricName = "spend" | "absorbed" | "requests" | "tokens" | "rescued" | "failed" | "ttft" | "cached";

export interface Metric {
  readonly label: string;
  /** null where there is nothing to measure. Sums are stacked, means and rates are lines. */
  readonly value: (counts: UsageCounts) => number | null;
  readonly summed: boolean;
  readonly format: (value: number) => string;
  readonly axis: (value: number) => string;
  readonly better: "up" | "down" | "neither";
}

export const METRICS: Readonly<Record<MetricName, Metric>> = {
  spend: { label: "Spend", value: (counts) => Number(counts.spendUsd), summed: true, format: shortUsd, axis: axisUsd, better: "neither" },
  absorbed: { label: "Absorbed", value: (counts) => Number(counts.absorbedUsd), summed: true, format: shortUsd, axis: axisUsd, better: "down" },
  requests: { label: "Requests", value: (counts) => counts.requests, summed: true, format: count, axis: compact, better: "neither" },
  tokens: { label: "Tokens", value: tokensOf, summed: true, format: count, axis: compact, better: "neither" },
  rescued: { label: "Rescued by fallback", value: (counts) => counts.rescued, summed: true, format: count, axis: compact, better: "neither" },
  failed: { label: "Failed", value: failedShareOf, summed: false, format: percent, axis: percent, better: "down" },
  ttft: { label: "First token", value: firstTokenOf, summed: false, format: duration, axis: duration, better: "down" },
  cached: { label: "Cache hit", value: cachedShareOf, summed: false, format: percent, axis: percent, better: "up" },
};
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
