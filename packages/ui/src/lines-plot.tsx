"use client";
import { useState, type MouseEvent } from "react";
import { ChartTip } from "./chart-tip.tsx";
import { colourOf, Frame, geometryOf, useWidth, type Geometry, type Toned } from "./chart-frame.tsx";
import { Brush, type PlotProps } from "./bars-plot.tsx";
import { useBrush } from "./use-brush.ts";

/** Room for the end of the last line's dot. */
const RIGHT = 12;
const DASH = "5 3";

/** Lines that break where there is no value. */
export function LinesPlot({ summary, buckets, titles, series, format, axis, height, left, lines, marks = [], onZoom }: PlotProps) {
  const [ref, width] = useWidth();
  const [hovered, setHovered] = useState<number | null>(null);
  const max = Math.max(0, ...series.flatMap((one) => one.values.map((value) => value ?? 0)));
  const geometry = geometryOf({ width, height, left, right: RIGHT, count: buckets.length, max, lines });
  const slotOf = (event: MouseEvent<HTMLElement>): number => Math.min(buckets.length - 1, Math.max(0, Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left - left) / geometry.slot)));
  const { span, handlers, follow } = useBrush(slotOf, onZoom);
  return (
    <div ref={ref} className={`plot ${onZoom ? "zoom" : ""}`} style={{ height }} role="presentation" {...handlers} onPointerMove={(event) => { setHovered(slotOf(event)); follow(slotOf(event)); }} onPointerLeave={() => setHovered(null)}>
      {width > 0 ? (
        <Frame geometry={geometry} right={RIGHT} buckets={buckets} axis={axis} summary={summary} marks={marks}>
          {span ? <Brush geometry={geometry} span={span} /> : null}
          {hovered === null ? null : <line x1={middle(geometry, hovered)} x2={middle(geometry, hovered)} y1={geometry.top} y2={geometry.bottom} stroke="var(--border-strong)" />}
          {series.map((one) => <Line key={one.key} geometry={geometry} one={one} />)}
        </Frame>
      ) : null}
      {width > 0 && hovered !== null && span === null ? <ChartTip geometry={geometry} at={hovered} title={titles[hovered] ?? ""} series={series} format={format} total={false} foot={null} /> : null}
    </div>
  );
}

const middle = (geometry: Geometry, at: number): number => geometry.x(at) + geometry.slot / 2;

/** The path of every unbroken run, and the points that stand alone. */
function runsOf(values: readonly (number | null)[]): number[][] {
  const runs: number[][] = [];
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    if (at > 0 && values[at - 1] !== null) runs.at(-1)?.push(at);
    else runs.push([at]);
  }
  return runs;
}

function Line({ geometry, one }: { geometry: Geometry; one: Toned }) {
  const runs = runsOf(one.values);
  const point = (at: number): string => `${middle(geometry, at).toFixed(1)},${geometry.y(one.values[at] ?? 0).toFixed(1)}`;
  const last = runs.at(-1)?.at(-1);
  const dots = runs.flatMap((run) => (run.length === 1 ? run : []));
  const stroke = colourOf(one.tone);
  return (
    <g>
      {runs.map((run) => <polyline key={run[0]} points={run.map(point).join(" ")} fill="none" stroke={stroke} strokeWidth="2" strokeLinejoin="round" strokeLinecap="round" strokeDasharray={one.dashed ? DASH : undefined} />)}
      {[...new Set([...dots, ...(last === undefined ? [] : [last])])].map((at) => <circle key={at} cx={middle(geometry, at)} cy={geometry.y(one.values[at] ?? 0)} r="3" fill={stroke} stroke="var(--surface)" strokeWidth="1.5" />)}
    </g>
  );
}
