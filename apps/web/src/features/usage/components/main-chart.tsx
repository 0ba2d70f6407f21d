"use client";
import { ChartColumn, Table2 } from "lucide-react";
import Link from "next/link";
import { useRef, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Ago, bucketTexts, Chart, daySpan, Delta, shortUsd, useToasts } from "@trunkline/ui";
import type { BookMode, Dimension, MarkView, UsageView } from "../../../server/views.ts";
import { linesOf, stackOf, type Ranked } from "../../shell/usage-series.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { marksByBucket } from "./chart-marks.ts";
import { METRICS, type MetricName } from "./metrics.ts";

const HEIGHT = 336;
const NARROW_HEIGHT = 260;
const LINES = 5;
const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Days, hours or minutes of the span, the parts at its ends counted as what they are. */
const unitsOf = (usage: UsageView): number => (Date.parse(usage.to) - Date.parse(usage.from)) / UNIT_MS[usage.granularity];

/** A range of the past is whole; one that ends now is still being filled. */
const isUnderWay = ({ to }: UsageView): boolean => Date.parse(to) > Date.now();

interface Props { readonly usage: UsageView; readonly ranked: readonly Ranked[]; readonly metric: MetricName; readonly groupBy: Dimension; readonly mode: BookMode; readonly onZoom: (slots: { readonly from: number; readonly to: number }) => void }

/** The drawing as a file, by code that comes when it is wanted. */
function useImage(title: string) {
  const card = useRef<HTMLElement>(null);
  const toasts = useToasts();
  const save = async (kind: "svg" | "png"): Promise<void> => {
    const [{ chartImage, toPng }, { download, downloadBlob }] = await Promise.all([import("./chart-image.ts"), import("./csv.ts")]);
    const image = card.current && chartImage(card.current, title);
    if (!image) return toasts.say("Show the chart first: a table is no picture.");
    const name = `${title.toLowerCase().replaceAll(" ", "-")}.${kind}`;
    if (kind === "svg") download(name, image.svg);
    else downloadBlob(name, await toPng(image));
  };
  return { card, save: (kind: "svg" | "png"): void => void save(kind).catch((error: unknown) => toasts.say(`The picture could not be made. ${error instanceof Error ? error.message : ""}`)) };
}

export function MainChart({ usage, ranked, metric, groupBy, mode, onZoom }: Props) {
  const [asTable, setAsTable] = useState(false);
  const { label, value, summed, format, axis, better } = METRICS[metric];
  const texts = bucketTexts(usage.buckets, usage.timeZone, usage.granularity);
  const now = value(usage.totals);
  const before = usage.previous && value(usage.previous.totals);
  const against = usage.previous ? daySpan(usage.previous.from, usage.previous.to, usage.timeZone) : "";
  const title = `${label} by ${groupBy}`;
  const trpc = useTRPC();
  const { data: marks = [] } = useQuery(trpc.usage.marks.queryOptions({ ...useScope(), mode, from: usage.from, to: usage.to }));
  const { card, save } = useImage(title);
  return (
    <section className="card mainchart chartcard" aria-labelledby="main-chart" ref={card}>
      <div className="hero">
        <div><h2 id="main-chart" className="muted">{title}</h2><p className="v num">{now === null ? "–" : format(now)}</p></div>
        <dl className="num">
          {usage.previous ? <div><dt>{against}</dt><dd>{before === null ? "–" : format(before)} <Delta now={now} before={before} better={better} against={against} /></dd></div> : null}
          {summed && now !== null ? <div><dt>Per {usage.granularity}</dt><dd>{format(metric === "spend" ? now / unitsOf(usage) : Math.round(now / unitsOf(usage)))}</dd></div> : null}
          <div><dt>Per request</dt><dd>{usage.totals.requests > 0 ? shortUsd(Number(usage.totals.spendUsd) / usage.totals.requests) : "–"}</dd></div>
        </dl>
        <div className="images desk"><button type="button" className="btn ghost sm" onClick={() => save("svg")}>SVG</button><button type="button" className="btn ghost sm" onClick={() => save("png")}>PNG</button></div>
        <div className="seg" role="group" aria-label="Show as"><button type="button" aria-pressed={!asTable} onClick={() => setAsTable(false)}><ChartColumn className="ic s" aria-hidden />Chart</button><button type="button" aria-pressed={asTable} onClick={() => setAsTable(true)}><Table2 className="ic s" aria-hidden />Table</button></div>
      </div>
      <Chart marks={marksByBucket(marks, usage.buckets)} label={title} summary={`${title}, ${daySpan(usage.from, usage.to, usage.timeZone)}: ${now === null ? "nothing measured" : format(now)} in all.`} buckets={texts.short} titles={texts.long}
        series={summed ? stackOf(ranked, (counts) => value(counts) ?? 0) : linesOf(ranked, value)} shape={summed ? "bars" : "lines"} format={format} axis={axis} asTable={asTable} partial={isUnderWay(usage)} onZoom={onZoom} lines={LINES} height={typeof window !== "undefined" && window.innerWidth < 600 ? NARROW_HEIGHT : HEIGHT}
        previous={summed && usage.previous ? { label: against, values: usage.previous.points.map((counts) => value(counts) ?? 0) } : undefined} />
      {marks.length > 0 ? <Marks marks={marks} /> : null}
    </section>
  );
}

/** What the marked lines of the chart stand for. */
function Marks({ marks }: { marks: readonly MarkView[] }) {
  const at = useProjectPath();
  return <details className="marks"><summary>{marks.length} {marks.length === 1 ? "event" : "events"} in this range</summary><ul>{marks.map((one) => <li key={`${one.at} ${one.text}`}><Link className="link" href={at(one.path)}>{one.text}</Link> <span className="meta"><Ago at={one.at} /></span></li>)}</ul></details>;
}
