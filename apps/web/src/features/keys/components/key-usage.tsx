"use client";
import { useState } from "react";
import Link from "next/link";
import { useQuery } from "@tanstack/react-query";
import { axisUsd, bucketTexts, Card, ChartCard, count, EmptyState, ErrorCard, ModelName, Money, percent, shortUsd, Skeleton } from "@trunkline/ui";
import type { InnerGroup, KeyView } from "../../../server/views.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const DAYS = 30;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MODELS_MAX = 12;

/** What one key spent in the last 30 days: day by day, and on which models. */
export function KeyUsage({ apiKey }: { apiKey: KeyView }) {
  const trpc = useTRPC();
  const scope = useScope();
  const [to] = useState(() => Math.ceil(Date.now() / HOUR_MS) * HOUR_MS);
  const span = { ...scope, mode: apiKey.kind === "test" ? "test" as const : "live" as const, from: new Date(to - DAYS * DAY_MS).toISOString(), to: new Date(to).toISOString(), groupBy: "key" as const };
  const days = useQuery(trpc.usage.series.queryOptions({ ...span, granularity: "day", compare: false }));
  const models = useQuery(trpc.usage.inner.queryOptions({ ...span, key: apiKey.id, thenBy: "model" }));
  const error = days.error ?? models.error;
  if (error) return <ErrorCard message={`The usage of this key could not be read: ${error.message}`} onRetry={() => { void days.refetch(); void models.refetch(); }} />;
  if (!days.data || !models.data) return <div className="grid row2"><Skeleton height={330} /><Skeleton height={330} /></div>;
  const own = days.data.series.find((one) => one.key === apiKey.id);
  const texts = bucketTexts(days.data.buckets, days.data.timeZone, "day");
  return (
    <div className="grid row2">
      {own ? <ChartCard title="Spend a day" summary={`Spend of ${apiKey.name} a day over ${DAYS} days: ${own.totals.spendUsd} dollars in all.`} buckets={texts.short} titles={texts.long} series={[{ key: "spend", label: "Spend", tone: 1, values: own.points.map((point) => Number(point.spendUsd)) }]} format={shortUsd} axis={axisUsd} partial />
        : <Card title="Spend a day"><EmptyState text={models.data.length > 0 ? "This key is among the smallest of the project: its days are not drawn apart." : `No call with this key in the last ${DAYS} days.`} /></Card>}
      <Models groups={models.data} mode={span.mode} />
    </div>
  );
}

function Models({ groups, mode }: { groups: readonly InnerGroup[]; mode: "live" | "test" }) {
  const at = useProjectPath();
  const ranked = [...groups].sort((a, b) => Number(b.totals.spendUsd) - Number(a.totals.spendUsd) || b.totals.requests - a.totals.requests);
  return (
    <Card title="Models" aside={<Link className="link meta" href={`${at("/analytics")}?mode=${mode}&by=key&then=model`}>Explore</Link>}>
      {ranked.length === 0 ? <EmptyState text="The models that this key calls, by what they cost." /> : (
        <div className="twrap" tabIndex={0} role="region" aria-label="Models of this key, table">
          <table>
            <thead><tr><th scope="col">Model</th><th scope="col" className="r">Requests</th><th scope="col" className="r">Failed</th><th scope="col" className="r">Spend</th></tr></thead>
            <tbody>{ranked.slice(0, MODELS_MAX).map(({ key, label, totals }) => <tr key={key}><th scope="row">{label.includes("/") ? <ModelName id={label} /> : label}</th><td className="r">{count(totals.requests)}</td><td className="r">{totals.requests > 0 ? percent(totals.failed / totals.requests) : "–"}</td><td className="r"><Money usd={totals.spendUsd} /></td></tr>)}</tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
