"use client";
import Link from "next/link";
import { axisUsd, bucketTexts, ChartCard, compact, count, duration, percent, shortUsd } from "@trunkline/ui";
import type { OverviewView, UsageCounts, UsageView } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";
import { cachedShareOf, firstTokenOf, inputTokensOf, outcomesOf, pointsOf, present, rank, stackOf } from "../../shell/usage-series.ts";

const SMALL = 212;
const SMALL_LINES = 3;

const axesOf = (usage: UsageView) => {
  const texts = bucketTexts(usage.buckets, usage.timeZone, usage.granularity);
  return { buckets: texts.short, titles: texts.long };
};
const spend = (counts: UsageCounts): number => Number(counts.spendUsd);

export function SpendByModel({ view }: { view: OverviewView }) {
  const at = useProjectPath();
  const series = stackOf(rank(view.byModel, spend), spend);
  return (
    <ChartCard title="Spend by model" summary={`Daily spend by model, month to date: ${view.byModel.totals.spendUsd} dollars over ${series.length} series.`} aside={<Link className="link meta" href={`${at("/analytics")}?mode=${view.mode}&range=mtd`}>Explore</Link>}
      {...axesOf(view.byModel)} series={series} format={shortUsd} axis={axisUsd} partial />
  );
}

/** Failures are few beside the rest: they have an axis of their own. */
export function RequestsAndFailures({ view: { byStatus } }: { view: OverviewView }) {
  const { served, rescued, broken, failed } = outcomesOf(byStatus);
  const sum = (values: readonly (number | null)[]): string => count(values.reduce<number>((total, value) => total + (value ?? 0), 0));
  return (
    <ChartCard title="Requests and failures" summary={`Requests a day: ${sum(served.values)} on the first try, ${sum(rescued.values)} rescued, ${sum(failed.values)} failed.`}
      {...axesOf(byStatus)} series={[served, ...present([rescued, broken])]} below={failed} format={count} axis={compact} height={SMALL + 36} lines={SMALL_LINES} legend="bottom" partial>
      <p className="sum"><b>{sum(served.values)}</b> first try, <b>{sum(rescued.values)}</b> rescued, <b>{sum(failed.values)}</b> failed</p>
    </ChartCard>
  );
}

export function FirstToken({ view: { byStatus, byModel } }: { view: OverviewView }) {
  const line = (keep: (key: string) => boolean): (number | null)[] => pointsOf(byStatus, keep).map((point) => firstTokenOf({ ...point, spendUsd: "0", absorbedUsd: "0" }));
  const mean = firstTokenOf(byModel.totals);
  const rescued = byStatus.series.find((series) => series.key === "rescued");
  const detour = rescued ? firstTokenOf(rescued.totals) : null;
  return (
    <ChartCard title="Time to first token" summary={mean === null ? "No streamed request yet." : `Mean time to the first token of streamed requests: ${duration(mean)}.`} shape="lines"
      {...axesOf(byStatus)} series={[{ key: "all", label: "All", tone: 3, values: line(() => true) }, { key: "rescued", label: "Rescued by fallback", tone: 1, dashed: true, values: line((key) => key === "rescued") }]} format={duration} height={SMALL + 36} legend="bottom">
      <p className="sum">{mean === null ? "No streamed request yet" : <>mean <b>{duration(mean)}</b>{detour === null ? "" : <>, rescued <b>{duration(detour)}</b></>}, streamed requests</>}</p>
    </ChartCard>
  );
}

export function InputTokens({ view: { byStatus, byModel } }: { view: OverviewView }) {
  const points = pointsOf(byStatus, () => true);
  const cached = cachedShareOf(byModel.totals);
  return (
    <ChartCard title="Input tokens" summary={`Input tokens a day: ${inputTokensOf(byModel.totals)} in all, ${byModel.totals.cacheReadTokens} of them read from cache.`}
      {...axesOf(byStatus)} format={count} axis={compact} height={SMALL + 36} legend="bottom" partial
      series={[{ key: "read", label: "Cache read", tone: 3, values: points.map((point) => point.cacheReadTokens) }, { key: "write", label: "Cache write", tone: 6, values: points.map((point) => point.cacheWriteTokens) }, { key: "fresh", label: "Fresh", tone: 1, values: points.map((point) => point.inputTokens) }]}>
      <p className="sum"><b>{compact(inputTokensOf(byModel.totals))}</b> in, of them <b>{percent(cached ?? 0)}</b> read from cache</p>
    </ChartCard>
  );
}
