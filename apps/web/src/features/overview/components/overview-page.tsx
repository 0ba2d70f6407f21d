"use client";
import Link from "next/link";
import { CircleCheck, Circle } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { Ago, Card, EmptyState, ErrorCard, ModelName, Money, Skeleton, StackedBars, Status } from "@trunkline/ui";
import type { OverviewView } from "../../../server/views.ts";
import { useBook, useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const REFRESH_MS = 5_000;
const percent = (part: number, whole: number): string => (whole > 0 ? `${((part / whole) * 100).toFixed(part > 0 && part / whole < 0.1 ? 2 : 1)}%` : "0%");

export function OverviewPage() {
  const trpc = useTRPC();
  const scope = useScope();
  const { mode } = useBook();
  const overview = useQuery({ ...trpc.usage.overview.queryOptions({ ...scope, mode }), refetchInterval: REFRESH_MS });
  return (
    <>
      <div className="head"><h1>Overview</h1>{overview.data ? <span className="tag" title="Reporting time zone of the organization">Month to date · {overview.data.timeZone}</span> : null}</div>
      {overview.isPending ? <div className="grid"><Skeleton height={120} /><Skeleton height={300} /></div> : overview.isError ? <ErrorCard message={`The overview could not be read: ${overview.error.message}`} onRetry={() => void overview.refetch()} /> : <Shown view={overview.data} />}
    </>
  );
}

function Setup({ setup }: { setup: OverviewView["setup"] }) {
  const at = useProjectPath();
  const steps = [{ done: setup.key, label: "API key", path: "/keys" }, { done: setup.firstRequest, label: "First request", path: "/onboarding" }, { done: setup.preset, label: "Preset with fallback", path: "/presets" }, { done: setup.budget, label: "Budget", path: "/limits" }];
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length) return null;
  return (
    <section className="setup" aria-label="Setup">
      <h2>Setup <span className="muted num">{done} of {steps.length}</span></h2>
      <ol>{steps.map((step) => <li key={step.label} className={step.done ? "done" : "todo"}>{step.done ? <CircleCheck className="ic" aria-label="done" /> : <Circle className="ic" aria-hidden />}{step.label} {step.done ? null : <Link className="link" href={at(step.path)}>Open</Link>}</li>)}</ol>
    </section>
  );
}

function Figures({ view }: { view: OverviewView }) {
  const { totals } = view.usage;
  const input = totals.inputTokens + totals.cacheReadTokens + totals.cacheWriteTokens;
  return (
    <section className="kpis" aria-label="Key figures, month to date">
      <div className="kpi big"><h2>Spend, month to date</h2><p className="v"><Money usd={view.spendMtdUsd} /></p>
        {view.budget ? <div className="budget" role="img" aria-label={`${view.budget.percent}% of a budget of ${view.budget.limitUsd} dollars`}><i style={{ width: `${Math.min(100, view.budget.percent)}%` }} /></div> : null}
        <p className="foot num"><span><span className="fg"><Money usd={view.spendTodayUsd} /></span> today</span>{view.budget ? <span>{view.budget.percent}% of <Money usd={view.budget.limitUsd} /></span> : null}</p></div>
      <div className="kpi"><h2>Requests</h2><p className="v">{view.requestsMtd.toLocaleString("en-US")}</p><p className="foot"><span>in the {view.mode} book</span></p></div>
      <div className="kpi"><h2>Failed</h2><p className="v">{percent(view.failedMtd, view.requestsMtd)}</p><p className="foot"><span>{view.rescuedMtd.toLocaleString("en-US")} rescued by fallback</span></p></div>
      <div className="kpi"><h2>First token</h2><p className="v">{view.avgTtftMs === null ? "–" : Math.round(view.avgTtftMs)}<small> ms</small></p><p className="foot"><span>mean, streamed requests</span></p></div>
      <div className="kpi"><h2>From cache</h2><p className="v">{percent(totals.cacheReadTokens, input)}</p><p className="foot"><span>of input tokens</span></p></div>
    </section>
  );
}

function Shown({ view }: { view: OverviewView }) {
  const at = useProjectPath();
  const { usage } = view;
  const series = usage.series.slice(0, 6).map((one) => { const by = new Map(one.points.map((point) => [point.bucket, Number(point.spendUsd)])); return { key: one.key, label: one.label, values: usage.buckets.map((bucket) => by.get(bucket) ?? 0) }; });
  return (
    <>
      <Setup setup={view.setup} />
      <Figures view={view} />
      <div className="grid" style={{ gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 320px), 1fr))", marginBottom: 16 }}>
        <Card title="Spend by model" aside={<Link className="link meta" href={`${at("/analytics")}?mode=${view.mode}`}>Explore</Link>}>
          {series.length === 0 ? <EmptyState text="No spend yet: the chart begins with the first request." action={<Link className="btn primary" href={at("/onboarding")}>Make the first call</Link>} /> : <StackedBars label="Spend by model" summary={`Spend by model, month to date: ${view.spendMtdUsd} dollars.`} buckets={usage.buckets.map((bucket) => new Date(bucket).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: usage.timeZone }))} series={series} format={(value) => `$${value === 0 ? "0" : Number(value.toPrecision(2))}`} />}
        </Card>
        <Card title="Top models" aside={<span className="meta">spend, share</span>}>
          <ol className="rank body">{view.topModels.map((row) => <li key={row.model}><span className="nm"><ModelName id={row.model} /></span><span className="num"><Money usd={row.spendUsd} /> <span className="muted">{Math.round(row.share * 100)}%</span></span></li>)}</ol>
        </Card>
      </div>
      <div className="grid" style={{ gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 320px), 1fr))" }}>
        <Card title="Recent failures" aside={<Link className="link meta" href={`${at("/logs")}?mode=${view.mode}`}>All requests</Link>}>
          {view.recentFailures.length === 0 ? <EmptyState text="No failed request this month." /> : <section className="twrap tablecards" tabIndex={0} aria-label="Recent failures, table"><table><thead><tr><th>Time</th><th>Error</th><th>What happened</th></tr></thead><tbody>{view.recentFailures.map((row) => <tr key={row.id}><td><Ago at={row.createdAt} /></td><td><Status status={row.status} code={row.httpStatus} /> <code>{row.errorCode}</code></td><td style={{ whiteSpace: "normal" }}><Link className="link" href={`${at("/logs")}?mode=${view.mode}&id=${row.id}`}>{row.errorMessage ?? "Open the log"}</Link></td></tr>)}</tbody></table></section>}
        </Card>
        <Card title="Top keys" aside={<span className="meta">spend, share</span>}>
          <ol className="rank body">{view.topKeys.map((row) => <li key={row.keyId}><span className="nm">{row.name}</span><span className="num"><Money usd={row.spendUsd} /> <span className="muted">{Math.round(row.share * 100)}%</span></span><div className="bar thin"><i style={{ width: `${row.share * 100}%` }} /></div></li>)}</ol>
        </Card>
      </div>
    </>
  );
}
