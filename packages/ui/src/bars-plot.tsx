"use client";
import { useId, useState, type MouseEvent } from "react";
import { barWidthOf, segmentsOf } from "./chart-scale.ts";
import { ChartTip } from "./chart-tip.tsx";
import { useBrush, type Brushed } from "./use-brush.ts";
import { fillOf, Frame, geometryOf, Hatches, useWidth, type ChartMark, type Geometry, type Toned } from "./chart-frame.tsx";

/** The same span before, one value a bucket. */
export interface Previous { readonly label: string; readonly values: readonly number[] }
export interface PlotProps {
  readonly summary: string; readonly buckets: readonly string[]; readonly titles: readonly string[]; readonly series: readonly Toned[]; readonly format: (value: number) => string; readonly axis: (value: number) => string;
  readonly height: number; readonly left: number; readonly lines: number; readonly previous?: Previous | undefined; readonly partial: boolean; readonly labels?: boolean | undefined; readonly marks?: readonly ChartMark[]; readonly onPick?: ((at: number) => void) | undefined; readonly onZoom?: ((span: Brushed) => void) | undefined;
}

const PARTIAL_OPACITY = 0.72;
/** Below this a slot has no room for "so far". */
const SO_FAR_SLOT = 24;
const RADIUS = 2;

/** A rectangle whose upper corners are round. */
function topRound(x: number, y: number, width: number, height: number): string {
  const r = Math.min(RADIUS, height, width / 2);
  return `M${x},${y + height}V${y + r}Q${x},${y} ${x + r},${y}H${x + width - r}Q${x + width},${y} ${x + width},${y + r}V${y + height}Z`;
}

export function BarsPlot(props: PlotProps) {
  const { summary, buckets, titles, series, format, axis, height, left, lines, previous, partial, labels = true, marks = [], onPick, onZoom } = props;
  const [ref, width] = useWidth();
  const [hovered, setHovered] = useState<number | null>(null);
  const id = useId();
  const totals = buckets.map((_, at) => series.reduce((sum, one) => sum + (one.values[at] ?? 0), 0));
  const geometry = geometryOf({ width, height, left, count: buckets.length, max: Math.max(0, ...totals, ...(previous?.values ?? [])), lines, ...(labels ? {} : { bottom: 8 }) });
  const slotOf = (event: MouseEvent<HTMLElement>): number => Math.min(buckets.length - 1, Math.max(0, Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left - left) / geometry.slot)));
  const { span, handlers, follow } = useBrush(slotOf, onZoom);
  return (
    <div ref={ref} className={`plot ${onPick ? "pick" : ""} ${onZoom ? "zoom" : ""}`} style={{ height }} {...handlers} onPointerMove={(event) => { setHovered(slotOf(event)); follow(slotOf(event)); }} onPointerLeave={() => setHovered(null)} onClick={onPick && ((event) => onPick(slotOf(event)))} role="presentation">
      {width > 0 ? (
        <Frame geometry={geometry} buckets={labels ? buckets : null} axis={axis} summary={summary} marks={marks}>
          <Hatches id={id} />
          {hovered === null ? null : <rect x={geometry.x(hovered)} y={geometry.top} width={geometry.slot} height={geometry.bottom - geometry.top} fill="var(--press)" />}
          {span ? <Brush geometry={geometry} span={span} /> : null}
          {buckets.map((bucket, at) => <Bar key={`${bucket}-${at}`} geometry={geometry} at={at} id={id} series={series} soFar={partial && at === buckets.length - 1 ? Math.max(totals[at] ?? 0, previous?.values[at] ?? 0) : null} />)}
          {previous ? <PreviousTicks geometry={geometry} values={previous.values.slice(0, buckets.length)} /> : null}
        </Frame>
      ) : null}
      {width > 0 && hovered !== null && span === null ? <ChartTip geometry={geometry} at={hovered} title={titles[hovered] ?? ""} series={series} format={format} total foot={previous ? `${previous.label}: ${format(previous.values[hovered] ?? 0)}` : null} /> : null}
    </div>
  );
}

export function Brush({ geometry, span }: { geometry: Geometry; span: Brushed }) {
  return <rect x={geometry.x(span.from)} y={geometry.top} width={geometry.slot * (span.to - span.from + 1)} height={geometry.bottom - geometry.top} fill="var(--accent-weak)" stroke="var(--accent-line)" />;
}

function Bar({ geometry, at, id, series, soFar }: { geometry: Geometry; at: number; id: string; series: readonly Toned[]; soFar: number | null }) {
  const bar = barWidthOf(geometry.slot);
  const x = geometry.x(at) + (geometry.slot - bar) / 2;
  return (
    <g opacity={soFar === null ? undefined : PARTIAL_OPACITY}>
      {segmentsOf(series.map((one) => one.values[at] ?? 0), geometry.y).map(({ index, y, height, top }) => {
        const one = series[index];
        if (!one) return null;
        const fill = fillOf(one.tone, id);
        return top ? <path key={one.key} d={topRound(x, y, bar, height)} fill={fill} /> : <rect key={one.key} x={x} y={y} width={bar} height={height} fill={fill} />;
      })}
      {soFar !== null && geometry.slot > SO_FAR_SLOT ? <text x={Math.min(geometry.x(at) + geometry.slot / 2, geometry.width - 18)} y={geometry.y(soFar) - 6} textAnchor="middle" aria-hidden>so far</text> : null}
    </g>
  );
}

function PreviousTicks({ geometry, values }: { geometry: Geometry; values: readonly number[] }) {
  const half = barWidthOf(geometry.slot) / 2 + 2;
  return (
    <g aria-hidden>
      {values.map((value, at) => {
        const middle = geometry.x(at) + geometry.slot / 2;
        const y = Math.round(geometry.y(value)) + 0.5;
        const line = { x1: middle - half, x2: middle + half, y1: y, y2: y };
        // A slot has its position as identity: buckets neither move nor vanish while they are drawn.
        return <g key={geometry.x(at)}><line {...line} stroke="var(--surface)" strokeWidth="3.5" /><line {...line} stroke="var(--fg)" strokeWidth="1.5" /></g>;
      })}
    </g>
  );
}
