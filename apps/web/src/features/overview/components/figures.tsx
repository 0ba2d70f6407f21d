"use client";
import Link from "next/link";
import { compact, count, Delta, daySpan, duration, Money, percent, Sparkline } from "@trunkline/ui";
import type { OverviewView, UsageCounts } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";
import { cachedShareOf, failedShareOf, firstTokenOf, pointsOf } from "../../shell/usage-series.ts";

const FULL_PERCENT = 100;

/** The big figure is money; the others are what it bought. Each is compared with the same days some weeks before. */
export function Figures({ view }: { view: OverviewView }) {
  const at = useProjectPath();
  const { byModel: { totals, previous }, today, mode } = view;
  const before = previous?.totals ?? null;
  const against = previous ? daySpan(previous.from, previous.to, view.timeZone) : "";
  const points = pointsOf(view.byStatus, () => true).map((point): UsageCounts => ({ ...point, spendUsd: "0", absorbedUsd: "0" }));
  const failed = failedShareOf(totals);
  const firstToken = firstTokenOf(totals);
  const cached = cachedShareOf(totals);
  const page = (path: string, query: Record<string, string> = {}): string => `${at(path)}?${new URLSearchParams({ mode, ...query }).toString()}`;
  return (
    <section className="kpis" aria-label="Key figures, month to date">
      <Link className="kpi big" href={page("/analytics", { range: "mtd" })}>
        <h2>Spend, month to date <Delta now={Number(totals.spendUsd)} before={before && Number(before.spendUsd)} against={against} /></h2>
        <p className="v"><Money usd={totals.spendUsd} /></p>
        <Spend view={view} />
      </Link>
      <Link className="kpi" href={page("/logs")}>
        <h2>Requests <Delta now={totals.requests} before={before && before.requests} against={against} /></h2>
        <p className="v">{count(totals.requests)}</p><Sparkline values={points.map((point) => point.requests)} fromZero />
        <p className="foot num"><span>{count(today.requests)} today</span></p>
      </Link>
      <Link className="kpi" href={page("/logs", { q: "status:failed" })}>
        <h2>Failed <Delta now={failed} before={before && failedShareOf(before)} better="down" against={against} /></h2>
        <p className="v">{failed === null ? "–" : percent(failed)}</p><Sparkline values={points.map((point) => point.failed)} tone="err" fromZero />
        <p className="foot num"><span>{count(totals.rescued)} rescued by fallback</span></p>
      </Link>
      <Link className="kpi" href={page("/analytics", { range: "mtd", metric: "ttft" })}>
        <h2>First token <Delta now={firstToken} before={before && firstTokenOf(before)} better="down" against={against} /></h2>
        <p className="v">{firstToken === null ? "–" : <>{duration(firstToken)}<small> mean</small></>}</p><Sparkline values={points.map(firstTokenOf)} />
        <p className="foot num"><span>{compact(totals.ttftCount)} streamed requests</span></p>
      </Link>
      <Link className="kpi" href={page("/analytics", { range: "mtd", metric: "cached" })}>
        <h2>From cache <Delta now={cached} before={before && cachedShareOf(before)} better="up" against={against} /></h2>
        <p className="v">{cached === null ? "–" : percent(cached)}</p><Sparkline values={points.map(cachedShareOf)} fromZero />
        <p className="foot num"><span>{compact(totals.cacheReadTokens)} input tokens read</span></p>
      </Link>
    </section>
  );
}

/** Budgets bind the live book: beside figures of the test book a bar would mislead. */
function Spend({ view: { mode, budget, today, byModel } }: { view: OverviewView }) {
  const spend = <span><span className="fg"><Money usd={today.spendUsd} /></span> today</span>;
  if (mode === "test" || !budget) return <><Sparkline values={byModel.buckets.map((_, at) => byModel.series.reduce((sum, series) => sum + Number(series.points[at]?.spendUsd ?? 0), 0))} fromZero /><p className="foot num">{spend}<span>{mode === "test" ? "priced, never charged" : "no budget set"}</span></p></>;
  return (
    <>
      <div className="budget" role="img" aria-label={`${budget.spentUsd} of a ${budget.period} budget of ${budget.limitUsd} dollars`}><i style={{ width: `${Math.min(FULL_PERCENT, budget.percent)}%` }} /></div>
      <p className="foot num">{spend}<span>{Math.floor(budget.percent)}% of <span className="fg"><Money usd={budget.limitUsd} /></span> {budget.period} budget</span></p>
    </>
  );
}
