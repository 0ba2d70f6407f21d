"use client";
import { Table2 } from "lucide-react";
import { lazy, Suspense, useId, useState, type ReactNode } from "react";
import type { Previous } from "./bars-plot.tsx";
import { colourOf, swatchOf, withTones, type ChartMark, type ChartSeries, type Toned } from "./chart-frame.tsx";
import type { Brushed } from "./use-brush.ts";

// A page stands before its drawings do: their script is no part of its first load.
const BarsPlot = lazy(async () => ({ default: (await import("./bars-plot.tsx")).BarsPlot }));
const LinesPlot = lazy(async () => ({ default: (await import("./lines-plot.tsx")).LinesPlot }));

const HEIGHT = 272;
const LINES = 4;
/** Room for the widest value of the axis at 12 px. */
const LEFT = 48;
/** The strip below the bars: its title, one step and the labels. */
const BELOW_HEIGHT = 78;

export interface ChartProps {
  readonly label: string;
  /** One sentence that says what the drawing says. */
  readonly summary: string;
  /** Short texts of the axis; `titles` are the longer ones of tooltip and table. */
  readonly buckets: readonly string[];
  readonly titles?: readonly string[];
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  readonly axis?: (value: number) => string;
  readonly shape?: "bars" | "lines";
  readonly height?: number;
  readonly lines?: number;
  readonly left?: number;
  /** The last bucket is still being filled. */
  readonly partial?: boolean;
  readonly previous?: Previous | undefined;
  /** Few beside many: drawn below on an axis of its own. */
  readonly below?: ChartSeries;
  readonly asTable?: boolean;
  readonly legend?: "top" | "bottom" | "none";
  /** Lines over the plot, with what they stand for. */
  readonly marks?: readonly ChartMark[];
  readonly onPick?: (at: number) => void;
  /** A span drawn with the pointer. */
  readonly onZoom?: (span: Brushed) => void;
}

/** Bars or lines with a legend that isolates a series on a press, a tooltip, and the same numbers as a table. */
export function Chart(props: ChartProps) {
  const { summary, buckets, titles = buckets, format, axis = format, shape = "bars", height = HEIGHT, lines = LINES, left = LEFT, partial = false, previous, below, asTable = false, legend = "top", marks = [], onPick, onZoom } = props;
  const [isolated, setIsolated] = useState<string | null>(null);
  const all = withTones(props.series);
  const chosen = all.filter((one) => one.key === isolated);
  const series = chosen.length > 0 ? chosen : all;
  const [beneath] = below ? withTones([below]) : [];
  if (asTable) return <ChartTable label={props.label} titles={titles} series={beneath ? [...all, beneath] : all} format={format} previous={previous} />;
  const key = legend === "none" ? null : <Legend series={all} extra={beneath} isolated={chosen.length > 0 ? isolated : null} onIsolate={setIsolated} previous={previous} />;
  const plot = { summary, buckets, titles, series, format, axis, lines, left, partial, marks, onPick, onZoom };
  return (
    <>
      {legend === "top" ? key : null}
      <figure className="chart">
        <Suspense fallback={<div className="plot skeleton" style={{ height: beneath ? height - BELOW_HEIGHT : height }} />}>{shape === "lines" ? <LinesPlot {...plot} height={height} /> : <BarsPlot {...plot} height={beneath ? height - BELOW_HEIGHT : height} previous={isolated === null ? previous : undefined} labels={!beneath} />}</Suspense>
        {beneath ? <><p className="meta below" aria-hidden style={{ paddingLeft: left }}>{beneath.label}</p><Suspense fallback={<div className="plot skeleton" style={{ height: BELOW_HEIGHT - 16 }} />}><BarsPlot {...plot} marks={[]} series={[beneath]} summary={`${beneath.label}: ${beneath.values.reduce<number>((sum, value) => sum + (value ?? 0), 0)} in all`} lines={1} height={BELOW_HEIGHT - 16} /></Suspense></> : null}
      </figure>
      {legend === "bottom" ? key : null}
    </>
  );
}

function Legend({ series, extra, isolated, onIsolate, previous }: { series: readonly Toned[]; extra: Toned | undefined; isolated: string | null; onIsolate: (key: string | null) => void; previous: Previous | undefined }) {
  const mark = (one: Toned): ReactNode => (one.dashed ? <span className="ln dash" style={{ borderColor: colourOf(one.tone) }} /> : <span className={swatchOf(one.tone)} />);
  return (
    <ul className="legend">
      {series.map((one) => <li key={one.key}>{series.length > 1 ? <button type="button" aria-pressed={isolated === one.key} title={isolated === one.key ? "Show all" : "Show only this"} onClick={() => onIsolate(isolated === one.key ? null : one.key)}>{mark(one)}{one.label}</button> : <>{mark(one)}{one.label}</>}</li>)}
      {extra ? <li>{mark(extra)}{extra.label}</li> : null}
      {previous ? <li><span className="ln" style={{ borderColor: "var(--fg)" }} />{previous.label}</li> : null}
    </ul>
  );
}

function ChartTable({ label, titles, series, format, previous }: { label: string; titles: readonly string[]; series: readonly Toned[]; format: (value: number) => string; previous: Previous | undefined }) {
  const cell = (value: number | null | undefined): string => (value === null || value === undefined ? "–" : format(value));
  return (
    <div className="twrap tall" tabIndex={0} role="region" aria-label={`${label}, table`}>
      <table>
        <thead><tr><th scope="col">Time</th>{series.map((one) => <th key={one.key} scope="col" className="r">{one.label}</th>)}{previous ? <th scope="col" className="r">{previous.label}</th> : null}</tr></thead>
        <tbody>{titles.map((title, at) => <tr key={title}><th scope="row">{title}</th>{series.map((one) => <td key={one.key} className="r">{cell(one.values[at])}</td>)}{previous ? <td className="r">{cell(previous.values[at])}</td> : null}</tr>)}</tbody>
      </table>
    </div>
  );
}

/** A card whose chart can be read as a table; `children` stand between title and chart. */
export function ChartCard({ title, aside, children, ...chart }: Omit<ChartProps, "label" | "asTable"> & { title: string; aside?: ReactNode; children?: ReactNode }) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <section className="card chartcard" aria-labelledby={id}>
      <header><h2 id={id}>{title}</h2><div className="aside">{aside}<button type="button" className="btn icon ghost sm" aria-pressed={asTable} aria-label={`Show ${title.toLowerCase()} as a table`} title="Show as table" onClick={() => setAsTable(!asTable)}><Table2 className="ic s" aria-hidden /></button></div></header>
      {children}
      <Chart {...chart} label={title} asTable={asTable} />
    </section>
  );
}
