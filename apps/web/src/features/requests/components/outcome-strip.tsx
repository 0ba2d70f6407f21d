"use client";
import { useSyncExternalStore } from "react";
import { useQuery } from "@tanstack/react-query";
import { bucketTexts, Chart, count, Skeleton, swatchOf } from "@trunkline/ui";
import type { BookMode } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { outcomesOf, present } from "../../shell/usage-series.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const HOUR_MS = 3_600_000;
const HOURS = 24;
const HEIGHT = 84;
const LEFT = 32;

/** The hour under way: the strip ends with it. */
function useHour(): number {
  const subscribe = (onChange: () => void): (() => void) => {
    const timer = setInterval(onChange, HOUR_MS / 60);
    return () => clearInterval(timer);
  };
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / HOUR_MS) * HOUR_MS, () => 0);
}

/** Every request of the last 24 hours by outcome, whatever the filter shows below. */
export function OutcomeStrip({ mode, ready }: { mode: BookMode; ready: boolean }) {
  const trpc = useTRPC();
  const scope = useScope();
  const hour = useHour();
  const span = { from: new Date(hour - (HOURS - 1) * HOUR_MS).toISOString(), to: new Date(hour + HOUR_MS).toISOString() };
  const { data: usage } = useQuery({ ...trpc.usage.series.queryOptions({ ...scope, mode, ...span, granularity: "hour", groupBy: "status" }), enabled: ready && hour > 0 });
  if (!usage) return <div className="strip"><Skeleton height={HEIGHT + 24} /></div>;
  const { served, rescued, broken, failed } = outcomesOf(usage);
  const series = [served, rescued, ...present([broken]), failed];
  const texts = bucketTexts(usage.buckets, usage.timeZone, "hour");
  const total = usage.series.reduce((sum, one) => sum + one.totals.requests, 0);
  return (
    <div className="strip">
      <div className="legend"><span className="num">{count(total)} requests in 24 hours, {usage.timeZone}</span><ul className="legend" aria-label="Colours of the strip">{series.map((one) => <li key={one.key}><span className={swatchOf(one.tone ?? "other")} />{one.key === "rescued" ? "Rescued" : one.label}</li>)}</ul></div>
      <Chart label="Requests by outcome" summary={`Requests an hour in the last 24 hours by outcome: ${count(total)} in all.`} buckets={texts.short} titles={texts.long} series={series} format={count} height={HEIGHT} left={LEFT} lines={1} legend="none" />
    </div>
  );
}
