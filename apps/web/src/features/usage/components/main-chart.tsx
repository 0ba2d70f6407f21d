"use client";
import { ChartColumn, Table2 } from "lucide-react";
import { useState } from "react";
import { bucketTexts, Chart, daySpan, Delta, shortUsd } from "@trunkline/ui";
import type { Dimension, UsageView } from "../../../server/views.ts";
import { linesOf, stackOf, type Ranked } from "../../shell/usage-series.ts";
import { METRICS, type MetricName } from "./metrics.ts";

const HEIGHT = 336;
const NARROW_HEIGHT = 260;
const LINES = 5;
const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

/** Days or hours of the span, the parts at its ends counted as what they are. */
const unitsOf = (usage: UsageView): number => (Date.parse(usage.to) - Date.parse(usage.from)) / (HOUR_MS * (usage.granularity === "day" ? DAY_HOURS : 1));

/** A range of the past is whole; one that ends now is still being filled. */
const isUnderWay = ({ to }: UsageView): boolean => Date.parse(to) > Date.now();

interface Props { readonly usage: UsageView; readonly ranked: readonly Ranked[]; readonly metric: MetricName; readonly groupBy: Dimension; readonly onZoom: (slots: { readonly from: number; readonly to: number }) => void }

export function MainChart({ usage, ranked, metric, groupBy, onZoom }: Props) {
  const [asTable, setAsTable] = useState(false);
  const { label, value, summed, format, axis, better } = METRICS[metric];
  const texts = bucketTexts(usage.buckets, usage.timeZone, usage.granularity);
  const now = value(usage.totals);
  const before = usage.previous && value(usage.previous.totals);
  const against = usage.previous ? daySpan(usage.previous.from, usage.previous.to, usage.timeZone) : "";
  const title = `${label} by ${groupBy}`;
  return (
    <section className="card mainchart chartcard" aria-labelledby="main-chart">
      <div className="hero">
        <div><h2 id="main-chart" className="muted">{title}</h2><p className="v num">{now === null ? "–" : format(now)}</p></div>
        <dl className="num">
          {usage.previous ? <div><dt>{against}</dt><dd>{before === null ? "–" : format(before)} <Delta now={now} before={before} better={better} against={against} /></dd></div> : null}
          {summed && now !== null ? <div><dt>Per {usage.granularity}</dt><dd>{format(metric === "spend" ? now / unitsOf(usage) : Math.round(now / unitsOf(usage)))}</dd></div> : null}
          <div><dt>Per request</dt><dd>{usage.totals.requests > 0 ? shortUsd(Number(usage.totals.spendUsd) / usage.totals.requests) : "–"}</dd></div>
        </dl>
        <div className="seg" role="group" aria-label="Show as"><button type="button" aria-pressed={!asTable} onClick={() => setAsTable(false)}><ChartColumn className="ic s" aria-hidden />Chart</button><button type="button" aria-pressed={asTable} onClick={() => setAsTable(true)}><Table2 className="ic s" aria-hidden />Table</button></div>
      </div>
      <Chart label={title} summary={`${title}, ${daySpan(usage.from, usage.to, usage.timeZone)}: ${now === null ? "nothing measured" : format(now)} in all.`} buckets={texts.short} titles={texts.long}
        series={summed ? stackOf(ranked, (counts) => value(counts) ?? 0) : linesOf(ranked, value)} shape={summed ? "bars" : "lines"} format={format} axis={axis} asTable={asTable} partial={isUnderWay(usage)} onZoom={onZoom} lines={LINES} height={typeof window !== "undefined" && window.innerWidth < 600 ? NARROW_HEIGHT : HEIGHT}
        previous={summed && usage.previous ? { label: against, values: usage.previous.points.map((counts) => value(counts) ?? 0) } : undefined} />
    </section>
  );
}
