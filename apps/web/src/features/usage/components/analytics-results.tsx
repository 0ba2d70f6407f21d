"use client";
import { Card, daySpan, EmptyState } from "@trunkline/ui";
import type { BookView, Dimension, UsageFilterView, UsageView } from "../../../server/views.ts";
import type { Ranked } from "../../shell/usage-series.ts";
import { Callers } from "./callers.tsx";
import { BreakdownTable } from "./breakdown-table.tsx";
import { MainChart } from "./main-chart.tsx";
import type { MetricName } from "./metrics.ts";
import { Performance } from "./performance.tsx";
import { zoomOf, type Span } from "./ranges.ts";
import { isFiltered } from "./usage-filters.ts";

interface Controls { readonly filters: UsageFilterView; readonly metric: MetricName; readonly groupBy: Dimension; readonly thenBy: Dimension | "none"; readonly setCustom: (span: Span) => void }

/** What the controls asked for: the chart, its table, and what means cannot tell. */
export function AnalyticsResults({ usage, ranked, controls: { metric, groupBy, thenBy, setCustom, filters }, mode }: { usage: UsageView; ranked: readonly Ranked[]; controls: Controls; mode: BookView["mode"] }) {
  const against = usage.previous ? daySpan(usage.previous.from, usage.previous.to, usage.timeZone) : "";
  return (
    <>
      <MainChart usage={usage} ranked={ranked} metric={metric} groupBy={groupBy} mode={mode} onZoom={(slots) => { const span = zoomOf(usage.buckets, usage, slots); if (span) setCustom(span); }} />
      <Card className="break" title="Breakdown" note={thenBy === "none" ? `by ${groupBy}` : `by ${groupBy}, then by ${thenBy}`}><BreakdownTable usage={usage} ranked={ranked} metric={metric} groupBy={groupBy} thenBy={thenBy} against={against} mode={mode} filters={filters} /></Card>
      {isFiltered(filters) ? <Card title="Who calls"><EmptyState text="End users and sessions are summed for the project as a whole. Take the filters away to see them, or look into the log." /></Card> : <Callers usage={usage} mode={mode} />}
      <Performance usage={usage} groupBy={groupBy} mode={mode} filters={filters} />
    </>
  );
}
