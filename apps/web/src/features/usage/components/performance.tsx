"use client";
import { useQuery } from "@tanstack/react-query";
import { Card, count, duration, EmptyState, ErrorCard, ModelName, Money, percent, Skeleton } from "@trunkline/ui";
import type { BookView, Dimension, PerformanceView, UsageFilterView, UsageView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { TokenBar } from "./token-bar.tsx";
import { asked } from "./usage-filters.ts";

interface Props { readonly usage: UsageView; readonly groupBy: Dimension; readonly mode: BookView["mode"]; readonly filters: UsageFilterView }

/** What means cannot tell: percentiles, error classes, what tokens consist of. */
export function Performance({ usage, groupBy, mode, filters }: Props) {
  const trpc = useTRPC();
  const view = useQuery(trpc.usage.performance.queryOptions({ ...useScope(), mode, from: usage.from, to: usage.to, groupBy, ...asked(filters) }));
  const labels = new Map(usage.series.map((series) => [series.key, series.label]));
  return (
    <>
      <Card className="break" title="Performance" note={view.data ? `percentiles of the newest ${count(view.data.requestsMax)} requests of the range` : ""}>
        {view.isError ? <div className="body"><ErrorCard message={view.error.message} onRetry={() => void view.refetch()} /></div> : view.data ? <Percentiles view={view.data} groupBy={groupBy} labelOf={(key) => labels.get(key) ?? (key === "" ? "none" : key)} /> : <div className="body"><Skeleton height={160} /></div>}
      </Card>
      <div className="pair2">
        <Card title="Failures" note="by code and provider">{view.data ? <Errors errors={view.data.errors} rescued={usage.totals.rescued} /> : view.isError ? <EmptyState text="The failures could not be read." /> : <div className="body"><Skeleton height={80} /></div>}</Card>
        <Card title="Tokens" note="what they consist of"><TokenBar counts={usage.totals} /><CacheSavings usage={usage} mode={mode} filters={filters} /></Card>
      </div>
    </>
  );
}

/** Only where something was read or written: most projects use no prompt cache. */
function CacheSavings({ usage, mode, filters }: Omit<Props, "groupBy">) {
  const trpc = useTRPC();
  const { cacheReadTokens, cacheWriteTokens } = usage.totals;
  const savings = useQuery({ ...trpc.usage.cacheSavings.queryOptions({ ...useScope(), mode, from: usage.from, to: usage.to, ...asked(filters) }), enabled: cacheReadTokens + cacheWriteTokens > 0 });
  if (!savings.data) return null;
  return <p className="meta saved">Reading from prompt caches saved <b className="fg"><Money usd={savings.data.savedUsd} /></b> against fresh input{Number(savings.data.extraUsd) > 0 ? <>; writing them cost <b className="fg"><Money usd={savings.data.extraUsd} /></b> more</> : null}. List prices.</p>;
}

const ms = (value: number | null): string => (value === null ? "–" : duration(value));

function Percentiles({ view, groupBy, labelOf }: { view: PerformanceView; groupBy: Dimension; labelOf: (key: string) => string }) {
  return (
    <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Performance, table">
      <table>
        <thead><tr><th scope="col">{groupBy[0]?.toUpperCase()}{groupBy.slice(1)}</th>{["Requests", "Failed", "First token p50", "First token p95", "Duration p50", "Duration p95", "Tokens/s p50"].map((head) => <th key={head} scope="col" className="r">{head}</th>)}</tr></thead>
        <tbody>{view.groups.map(({ key, requests, failed, ttftP50, ttftP95, durationP50, durationP95, speedP50 }) => (
          <tr key={key}>
            <th scope="row">{groupBy === "model" && key.includes("/") ? <ModelName id={key} /> : labelOf(key)}</th>
            <td className="r" data-l="Requests">{count(requests)}</td><td className="r" data-l="Failed">{percent(failed / requests)}</td>
            <td className="r" data-l="First token p50">{ms(ttftP50)}</td><td className="r" data-l="First token p95">{ms(ttftP95)}</td>
            <td className="r" data-l="Duration p50">{ms(durationP50)}</td><td className="r" data-l="Duration p95">{ms(durationP95)}</td>
            <td className="r" data-l="Tokens/s p50">{speedP50 === null ? "–" : count(Math.round(speedP50))}</td>
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}

function Errors({ errors, rescued }: { errors: PerformanceView["errors"]; rescued: number }) {
  const saved = `${count(rescued)} ${rescued === 1 ? "request was" : "requests were"} rescued by a fallback.`;
  if (errors.length === 0) return <EmptyState text={`No request failed. ${saved}`} />;
  return (
    <>
      <ul className="errs">{errors.map(({ provider, code, requests }) => <li key={`${provider} ${code}`}><a className="link" href={`/docs/errors#${code}`}><code>{code}</code></a><span className="muted">{provider === "" ? "no provider" : provider}</span><span className="num">{count(requests)}</span></li>)}</ul>
      <p className="meta saved">{saved}</p>
    </>
  );
}
