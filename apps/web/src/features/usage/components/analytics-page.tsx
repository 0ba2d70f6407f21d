"use client";
import "./analytics.css";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Clock, Download, Globe } from "lucide-react";
import { Card, daySpan, EmptyState, ErrorCard, Skeleton, useToasts } from "@trunkline/ui";
import type { BookView, Dimension, UsageFilterView, UsageView } from "../../../server/views.ts";
import { useBook, useChoice, useProjectPath, useScope, useSetParams } from "../../shell/use-scope.ts";
import { SavedViewsLater } from "../../shell/components/saved-views-later.tsx";
import { rank } from "../../shell/usage-series.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { METRIC_NAMES, METRICS, type MetricName } from "./metrics.ts";
import { asked, filtersFrom, filtersText, isFiltered } from "./usage-filters.ts";
import { minuteOf, rangeOf, RANGES, spanOf, type RangeName, type Span } from "./ranges.ts";

// Comes beside the numbers, not before the page.
const loadResults = async () => ({ default: (await import("./analytics-results.tsx")).AnalyticsResults });
const AnalyticsResults = lazy(loadResults);
const FilterBar = lazy(async () => ({ default: (await import("./filter-bar.tsx")).FilterBar }));
const CustomRange = lazy(async () => ({ default: (await import("./custom-range.tsx")).CustomRange }));
const GROUPS: readonly { readonly value: Dimension; readonly label: string }[] = [{ value: "model", label: "Model" }, { value: "provider", label: "Provider" }, { value: "key", label: "Key" }, { value: "preset", label: "Preset" }, { value: "status", label: "Status" }];
const MINUTE_MS = 60_000;

/** The minute under way: a range ends with it. `first` is the document's, so that its answers are those of the first question. */
function useMinute(first: number): number {
  const subscribe = (onChange: () => void): (() => void) => {
    const timer = setInterval(onChange, MINUTE_MS);
    return () => clearInterval(timer);
  };
  return useSyncExternalStore(subscribe, () => minuteOf(Date.now()), () => first);
}

/** What the controls ask for; all of it lives in the address. */
function useControls() {
  const params = useSearchParams();
  const setParams = useSetParams();
  const [range, setNamed] = useChoice<RangeName>("range", RANGES.map((one) => one.value), "7d");
  const custom = range === "custom" ? spanOf(params.get("from"), params.get("to")) : null;
  // A step that "back" returns from.
  const setCustom = (span: Span): void => setParams({ range: "custom", ...span }, "push");
  const setRange = (next: RangeName): void => { if (next === "custom") setNamed(next); else setParams({ range: next === "7d" ? null : next, from: null, to: null }); };
  const [metric, setMetric] = useChoice<MetricName>("metric", METRIC_NAMES, "spend");
  const [groupBy, setGroupBy] = useChoice<Dimension>("by", GROUPS.map((one) => one.value), "model");
  const [thenBy, setThenBy] = useChoice<Dimension | "none">("then", ["none", ...GROUPS.map((one) => one.value)], "none");
  const [compare, setCompare] = useChoice<"on" | "off">("compare", ["on", "off"], "on");
  const given = params.get("filter");
  const filters = useMemo(() => filtersFrom(given), [given]);
  const setFilters = (next: UsageFilterView): void => setParams({ filter: filtersText(next) });
  return { filters, setFilters, range, setRange, custom, setCustom, metric, setMetric, groupBy, setGroupBy, thenBy: thenBy === groupBy ? "none" as const : thenBy, setThenBy, compare, setCompare };
}
type Controls = ReturnType<typeof useControls>;

function useUsage({ range, custom, groupBy, compare, filters }: Controls, { mode, book, minute: first }: { readonly mode: BookView["mode"]; readonly book: BookView | null; readonly minute: number }) {
  const trpc = useTRPC();
  const scope = useScope();
  const minute = useMinute(first);
  const span = book ? rangeOf(range, book, minute, custom) : { from: "", to: "", granularity: "day" as const };
  return useQuery({ ...trpc.usage.series.queryOptions({ ...scope, mode, ...span, groupBy, compare: compare === "on", ...asked(filters) }), enabled: book !== null });
}

/** The table as a file; where it has a second level, every part of every group, opened or not. */
function useExport({ metric, groupBy, thenBy, filters }: Controls, mode: BookView["mode"]) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  return async (usage: UsageView, ranked: ReturnType<typeof rank>, kind: "csv" | "json"): Promise<void> => {
    const [{ download, toCsv, toJson }, { breakdownCells, breakdownOf, nestedCells }] = await Promise.all([import("./csv.ts"), import("./breakdown.ts")]);
    const write = kind === "csv" ? toCsv : toJson;
    if (thenBy === "none") { download(`usage-by-${groupBy}.${kind}`, write(breakdownCells(usage, groupBy, breakdownOf(usage, ranked, metric)))); return; }
    const parts = await queryClient.fetchQuery(trpc.usage.nested.queryOptions({ ...scope, mode, from: usage.from, to: usage.to, groupBy, thenBy, ...asked(filters) }));
    download(`usage-by-${groupBy}-and-${thenBy}.${kind}`, write(nestedCells(usage, [groupBy, thenBy], { parts, metric })));
  };
}

const BARS = { minute: "By the minute", hour: "Hourly", day: "Daily" } as const;

export function AnalyticsPage({ minute }: { minute: number }) {
  const controls = useControls();
  const { mode, book } = useBook();
  const usage = useUsage(controls, { mode, book, minute });
  const { metric } = controls;
  const ranked = usage.data ? rank(usage.data, METRICS[metric].value) : [];
  const save = useExport(controls, mode);
  const toasts = useToasts();
  const { project } = useScope();
  const copyCall = async (): Promise<void> => {
    const { apiCall } = await import("./api-call.ts");
    if (!usage.data) return;
    await navigator.clipboard.writeText(apiCall(usage.data, { origin: window.location.origin, project, mode, groupBy: controls.groupBy, thenBy: controls.thenBy, filters: controls.filters }));
    toasts.say("Copied. The call needs a management key of this organization.");
  };
  useEffect(() => void loadResults(), []);
  const exportAs = (kind: "csv" | "json"): void => {
    if (usage.data) save(usage.data, ranked, kind).catch((error: unknown) => toasts.say(`The file could not be made. ${error instanceof Error ? error.message : ""}`));
  };
  return (
    <div className="an">
      <div className="head"><h1>Analytics</h1><SavedViewsLater page="analytics" /><button type="button" className="btn" disabled={ranked.length === 0} onClick={() => exportAs("csv")}><Download className="ic s" aria-hidden />Export CSV</button><button type="button" className="btn" disabled={ranked.length === 0} onClick={() => exportAs("json")}>JSON</button><button type="button" className="btn desk" disabled={!usage.data} title="Copy as a call of the management API" onClick={() => void copyCall()}>API call</button></div>
      <ControlRow controls={controls} usage={usage.data} mode={mode} />
      {usage.data ? usage.data.totals.requests === 0 ? <Nothing mode={mode} onClear={isFiltered(controls.filters) ? () => controls.setFilters({}) : null} /> : <Suspense fallback={<Loading />}><AnalyticsResults usage={usage.data} ranked={ranked} controls={controls} mode={mode} /></Suspense>
        : usage.isError ? <ErrorCard message={`The usage could not be read: ${usage.error.message}`} onRetry={() => void usage.refetch()} /> : <Loading />}
    </div>
  );
}

const Loading = () => <div className="grid" aria-busy="true"><Skeleton height={456} /><Skeleton height={320} /></div>;

function Pick<T extends string>({ label, icon, value, options, onChange }: { label: string; icon?: ReactNode; value: T; options: readonly { value: T; label: string }[]; onChange: (value: T) => void }) {
  return <label className="pick">{icon ? <>{icon}<span className="sr">{label}</span></> : label}<select value={value} onChange={(event) => onChange(event.target.value as T)}>{options.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}</select></label>;
}

function ControlRow({ controls, usage, mode }: { controls: Controls; usage: UsageView | undefined; mode: BookView["mode"] }) {
  const { filters, setFilters } = controls;
  const [adding, setAdding] = useState<Dimension | null>(null);
  const { range, setRange, setCustom, metric, setMetric, groupBy, setGroupBy, thenBy, setThenBy, compare, setCompare } = controls;
  const span = usage?.previous ? daySpan(usage.previous.from, usage.previous.to, usage.timeZone) : "the span before";
  return (
    <>
      <div className="controls" role="group" aria-label="Chart controls" tabIndex={-1}>
        <Pick label="Range" icon={<Clock className="ic s" aria-hidden />} value={range} options={RANGES} onChange={setRange} />
        {range === "custom" && usage ? <Suspense><CustomRange span={usage} onChange={setCustom} onReset={() => setRange("7d")} /></Suspense> : null}
        <button type="button" className="btn" aria-pressed={compare === "on"} onClick={() => setCompare(compare === "on" ? "off" : "on")}>vs {span}</button>
        <span className="vr" aria-hidden />
        <Pick label="Metric" value={metric} options={METRIC_NAMES.map((name) => ({ value: name, label: METRICS[name].label }))} onChange={setMetric} />
        <Pick label="Group by" value={groupBy} options={GROUPS} onChange={setGroupBy} />
        <Pick<Dimension | "none"> label="then" value={thenBy} options={[{ value: "none", label: "–" }, ...GROUPS.filter((one) => one.value !== groupBy)]} onChange={setThenBy} />
        <Pick<Dimension | "none"> label="Filter" value={adding ?? "none"} options={[{ value: "none", label: "Add…" }, ...GROUPS]} onChange={(next) => setAdding(next === "none" ? null : next)} />
        <span className="grow" />
        {usage ? <><span className="meta desk">{BARS[usage.granularity]}</span><span className="tag lg plain" title="Reporting time zone of the organization"><Globe className="ic s" aria-hidden />{usage.timeZone}</span></> : null}
      </div>
      {usage && (adding !== null || isFiltered(filters)) ? <Suspense fallback={<div className="filters" />}><FilterBar span={usage} mode={mode} filters={filters} adding={adding} onChange={setFilters} onAdding={setAdding} /></Suspense> : null}
    </>
  );
}

function Nothing({ mode, onClear }: { mode: BookView["mode"]; onClear: (() => void) | null }) {
  const at = useProjectPath();
  if (onClear) return <Card title="Nothing here"><EmptyState text={`No ${mode} request of this range passes the filters.`} action={<button type="button" className="btn primary" onClick={onClear}>Clear filters</button>} /></Card>;
  return <Card title="Nothing in this range"><EmptyState text={`No ${mode} request in this range. Make one, widen the range, or choose the other book above.`} action={<Link className="btn primary" href={at("/onboarding")}>Make a call</Link>} /></Card>;
}
