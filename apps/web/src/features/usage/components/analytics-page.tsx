"use client";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Card, EmptyState, ErrorCard, ModelName, Money, Segmented, Skeleton, StackedBars, type BarSeries } from "@trunkline/ui";
import type { Dimension, SeriesView, UsageView } from "../../../server/views.ts";
import { useBook, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const RANGES = [{ value: "1", label: "24 h" }, { value: "7", label: "7 d" }, { value: "30", label: "30 d" }] as const;
const GROUPS = [{ value: "model", label: "Model" }, { value: "provider", label: "Provider" }, { value: "key", label: "Key" }, { value: "preset", label: "Preset" }, { value: "status", label: "Status" }] as const;
const METRICS = [{ value: "spend", label: "Spend" }, { value: "requests", label: "Requests" }, { value: "tokens", label: "Tokens" }] as const;
type Metric = (typeof METRICS)[number]["value"];
const DAY_MS = 86_400_000;
/** More colours than this cannot be told apart; the rest is "Other". */
const SERIES_MAX = 6;

const tokensOf = (point: SeriesView["points"][number]): number => point.inputTokens + point.cacheReadTokens + point.cacheWriteTokens + point.outputTokens + point.reasoningTokens;
const valueOf = (point: SeriesView["points"][number], metric: Metric): number => (metric === "spend" ? Number(point.spendUsd) : metric === "requests" ? point.requests : tokensOf(point));
const amount = (metric: Metric) => (value: number): string => (metric === "spend" ? `$${value < 1 && value > 0 ? Number(value.toPrecision(2)) : value.toFixed(2)}` : Intl.NumberFormat("en", { notation: "compact" }).format(value));

/** The six largest series as bars, the rest summed. */
function barsOf(usage: UsageView, metric: Metric): BarSeries[] {
  const rows = usage.series.map((series) => {
    const at = new Map(series.points.map((point) => [point.bucket, valueOf(point, metric)]));
    return { key: series.key, label: series.label, values: usage.buckets.map((bucket) => at.get(bucket) ?? 0) };
  });
  const total = (row: { values: number[] }): number => row.values.reduce((sum, value) => sum + value, 0);
  const sorted = rows.sort((a, b) => total(b) - total(a));
  const rest = sorted.slice(SERIES_MAX);
  if (rest.length === 0) return sorted;
  return [...sorted.slice(0, SERIES_MAX), { key: "other", label: `Other (${rest.length})`, values: usage.buckets.map((_, at) => rest.reduce((sum, row) => sum + (row.values[at] ?? 0), 0)), tone: "other" }];
}

const bucketLabel = (bucket: string, usage: UsageView): string => new Date(bucket).toLocaleString("en-GB", { timeZone: usage.timeZone, ...(usage.granularity === "hour" ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" }) });

export function AnalyticsPage() {
  const trpc = useTRPC();
  const scope = useScope();
  const { mode } = useBook();
  const [days, setDays] = useState<(typeof RANGES)[number]["value"]>("7");
  const [groupBy, setGroupBy] = useState<Dimension>("model");
  const [metric, setMetric] = useState<Metric>("spend");
  // Whole minutes, so that a re-render asks the same question.
  const [now] = useState(() => Math.ceil(Date.now() / 60_000) * 60_000 + 3_600_000);
  const range = useMemo(() => ({ from: new Date(now - Number(days) * DAY_MS).toISOString(), to: new Date(now).toISOString() }), [now, days]);
  const usage = useQuery(trpc.usage.series.queryOptions({ ...scope, mode, ...range, granularity: days === "1" ? "hour" : "day", groupBy }));
  const csv = `/api/v1/usage?${new URLSearchParams({ group_by: groupBy, mode, format: "csv", ...range }).toString()}`;
  return (
    <>
      <div className="head"><h1>Analytics</h1>{usage.data ? <span className="tag" title="Reporting time zone of the organization">{usage.data.timeZone}</span> : null}<a className="btn" href={csv}>Export CSV</a></div>
      <div className="row" style={{ marginBottom: 16 }}>
        <Segmented label="Range" value={days} options={RANGES} onChange={setDays} />
        <Segmented label="Metric" value={metric} options={METRICS} onChange={setMetric} />
        <label className="row meta">Group by <select className="select" value={groupBy} onChange={(event) => setGroupBy(event.target.value as Dimension)}>{GROUPS.map((group) => <option key={group.value} value={group.value}>{group.label}</option>)}</select></label>
      </div>
      {usage.isPending ? <Skeleton height={300} /> : usage.isError ? <ErrorCard message={`The usage could not be read: ${usage.error.message}`} onRetry={() => void usage.refetch()} /> : usage.data.totals.requests === 0 ? <Card title="Nothing yet"><EmptyState text={`No ${mode} request in this range. Make one, or choose the other book above.`} /></Card> : <Shown usage={usage.data} metric={metric} groupBy={groupBy} />}
    </>
  );
}

function Shown({ usage, metric, groupBy }: { usage: UsageView; metric: Metric; groupBy: Dimension }) {
  const bars = barsOf(usage, metric);
  const label = `${metric === "spend" ? "Spend" : metric === "requests" ? "Requests" : "Tokens"} by ${groupBy}`;
  const spend = Number(usage.totals.spendUsd);
  return (
    <div className="grid">
      <Card title={label} aside={<span className="num" style={{ fontWeight: 600 }}>{metric === "spend" ? <Money usd={usage.totals.spendUsd} /> : metric === "requests" ? usage.totals.requests.toLocaleString("en-US") : null}</span>}>
        <StackedBars label={label} summary={`${label}: ${usage.totals.requests} requests for ${usage.totals.spendUsd} dollars in all.`} buckets={usage.buckets.map((bucket) => bucketLabel(bucket, usage))} series={bars} format={amount(metric)} />
      </Card>
      <Card title="Breakdown">
        <section className="twrap" tabIndex={0} aria-label="Breakdown, table">
          <table>
            <thead><tr><th>{groupBy}</th><th className="r">Spend</th><th className="r">Share</th><th className="r">Requests</th><th className="r">Tokens</th></tr></thead>
            <tbody>{usage.series.map((series) => <tr key={series.key}><th scope="row">{groupBy === "model" && series.label.includes("/") ? <ModelName id={series.label} /> : series.label}</th><td className="r"><Money usd={series.totals.spendUsd} /></td><td className="r">{spend > 0 ? `${((Number(series.totals.spendUsd) / spend) * 100).toFixed(1)}%` : "–"}</td><td className="r">{series.totals.requests.toLocaleString("en-US")}</td><td className="r">{series.totals.tokens.toLocaleString("en-US")}</td></tr>)}</tbody>
            <tfoot><tr><th scope="row">Total</th><td className="r"><Money usd={usage.totals.spendUsd} /></td><td className="r">100%</td><td className="r">{usage.totals.requests.toLocaleString("en-US")}</td><td className="r">{(usage.totals.inputTokens + usage.totals.cacheReadTokens + usage.totals.cacheWriteTokens + usage.totals.outputTokens + usage.totals.reasoningTokens).toLocaleString("en-US")}</td></tr></tfoot>
          </table>
        </section>
      </Card>
    </div>
  );
}
