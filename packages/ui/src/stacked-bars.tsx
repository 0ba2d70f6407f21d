"use client";
import { Table2 } from "lucide-react";
import { useState } from "react";

export interface BarSeries { readonly key: string; readonly label: string; readonly values: readonly number[]; readonly tone?: "other" | "err" }

const HEIGHT = 220;
const AXIS = 44;
const FOOT = 22;
const GRID_LINES = 4;
const LABELS_MAX = 8;

/** A round step so that four lines reach just past the top. */
function niceTop(top: number): number {
  if (top <= 0) return 1;
  const raw = top / GRID_LINES;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw;
  return step * GRID_LINES;
}

const swatch = (series: BarSeries, index: number): string => (series.tone ? `sw ${series.tone}` : `sw k${(index % 6) + 1}`);
const fill = (series: BarSeries, index: number): string => (series.tone === "err" ? "var(--danger)" : series.tone === "other" ? "var(--muted)" : `var(--c${(index % 6) + 1})`);

interface Props { label: string; summary: string; buckets: readonly string[]; series: readonly BarSeries[]; format: (value: number) => string }

/** Stacked bars with a hovered tooltip, a summary sentence as the label, and the same numbers as a table. At most six series and "Other". */
export function StackedBars({ label, summary, buckets, series, format }: Props) {
  const [asTable, setAsTable] = useState(false);
  return (
    <div>
      <div className="row" style={{ padding: "0 16px 8px", justifyContent: "space-between" }}>
        <ul className="legend">{series.map((one, index) => <li key={one.key}><span className={swatch(one, index)} />{one.label}</li>)}</ul>
        <button type="button" className="btn icon ghost sm" aria-pressed={asTable} aria-label={`Show ${label} as a table`} title="Show as table" onClick={() => setAsTable(!asTable)}><Table2 className="ic s" aria-hidden /></button>
      </div>
      {asTable ? <DataTable label={label} buckets={buckets} series={series} format={format} /> : <Plot summary={summary} buckets={buckets} series={series} format={format} />}
    </div>
  );
}

function DataTable({ label, buckets, series, format }: Omit<Props, "summary">) {
  return (
    <div className="twrap" tabIndex={0} role="region" aria-label={`${label}, table`}>
      <table>
        <thead><tr><th>Time</th>{series.map((one) => <th key={one.key} className="r">{one.label}</th>)}</tr></thead>
        <tbody>{buckets.map((bucket, at) => <tr key={bucket}><th scope="row">{bucket}</th>{series.map((one) => <td key={one.key} className="r">{format(one.values[at] ?? 0)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function Plot({ summary, buckets, series, format }: Omit<Props, "label">) {
  const [hovered, setHovered] = useState<number | null>(null);
  const totals = buckets.map((_, at) => series.reduce((sum, one) => sum + (one.values[at] ?? 0), 0));
  const top = niceTop(Math.max(0, ...totals));
  const every = Math.max(1, Math.ceil(buckets.length / LABELS_MAX));
  const plotHeight = HEIGHT - FOOT;
  const width = 100 / Math.max(1, buckets.length);
  return (
    <figure className="chart" style={{ padding: "0 12px 12px 8px" }}>
      <div className="plot" role="img" aria-label={summary} style={{ height: HEIGHT }} onPointerLeave={() => setHovered(null)}>
        {Array.from({ length: GRID_LINES + 1 }, (_, line) => {
          const y = plotHeight - (line / GRID_LINES) * (plotHeight - 8);
          return <div key={line} aria-hidden><span className="meta num" style={{ position: "absolute", left: 0, width: AXIS - 8, textAlign: "right", top: y - 8 }}>{format((top / GRID_LINES) * line)}</span><span style={{ position: "absolute", left: AXIS, right: 0, top: y, borderTop: `1px solid var(${line === 0 ? "--border-strong" : "--border"})` }} /></div>;
        })}
        <div style={{ position: "absolute", left: AXIS, right: 0, top: 0, height: plotHeight }}>
          {buckets.map((bucket, at) => <Bar key={bucket} left={at * width} width={width} at={at} series={series} top={top} height={plotHeight - 8} onHover={setHovered} />)}
        </div>
        <div style={{ position: "absolute", left: AXIS, right: 0, top: plotHeight + 4 }} aria-hidden>
          {buckets.map((bucket, at) => (at % every === 0 ? <span key={bucket} className="meta" style={{ position: "absolute", left: `${(at + 0.5) * width}%`, transform: "translateX(-50%)", whiteSpace: "nowrap" }}>{bucket}</span> : null))}
        </div>
        {hovered === null ? null : <Tip bucket={buckets[hovered] ?? ""} at={hovered} total={totals[hovered] ?? 0} series={series} format={format} side={hovered > buckets.length / 2 ? "left" : "right"} x={(hovered + 0.5) * width} />}
      </div>
    </figure>
  );
}

function Bar({ left, width, at, series, top, height, onHover }: { left: number; width: number; at: number; series: readonly BarSeries[]; top: number; height: number; onHover: (at: number) => void }) {
  return (
    <div style={{ position: "absolute", left: `${left}%`, width: `${width}%`, bottom: 0, top: 0, display: "flex", flexDirection: "column-reverse", alignItems: "center" }} onPointerEnter={() => onHover(at)}>
      {series.map((one, index) => {
        const value = one.values[at] ?? 0;
        return value > 0 ? <span key={one.key} style={{ width: "62%", maxWidth: 40, height: Math.max(1, (value / top) * height - 1), marginTop: 1, background: fill(one, index), borderRadius: 1 }} /> : null;
      })}
    </div>
  );
}

function Tip({ bucket, at, total, series, format, side, x }: { bucket: string; at: number; total: number; series: readonly BarSeries[]; format: (value: number) => string; side: "left" | "right"; x: number }) {
  const rows = series.map((one, index) => ({ one, index, value: one.values[at] ?? 0 })).filter((row) => row.value > 0).sort((a, b) => Number(a.one.tone === "other") - Number(b.one.tone === "other") || b.value - a.value);
  return (
    <div className="tip" style={{ top: 8, left: `calc(${AXIS}px + (100% - ${AXIS}px) * ${x / 100})`, transform: side === "left" ? "translateX(calc(-100% - 12px))" : "translateX(12px)" }}>
      <p className="tt"><span>{bucket}</span><span className="num">{format(total)}</span></p>
      <ul>{rows.map(({ one, index, value }) => <li key={one.key}><span className={swatch(one, index)} /><span className="nm">{one.label}</span><span>{format(value)}</span></li>)}</ul>
    </div>
  );
}
