"use client";
import { useEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { isLabelled, ticksOf } from "./chart-scale.ts";

/** A colour of the palette by its number, the muted rest, or a failure. */
export type Tone = 1 | 2 | 3 | 4 | 5 | 6 | "other" | "err";
export interface ChartSeries { readonly key: string; readonly label: string; readonly values: readonly (number | null)[]; readonly tone?: Tone; readonly dashed?: boolean }
export type Toned = ChartSeries & { readonly tone: Tone };

const COLOURS = 6;
/** Series take the palette in order unless they name their tone. */
export const withTones = (series: readonly ChartSeries[]): Toned[] => series.map((one, index) => ({ ...one, tone: one.tone ?? (((index % COLOURS) + 1) as Tone) }));
export const swatchOf = (tone: Tone): string => `sw ${typeof tone === "number" ? `k${tone}` : tone}`;
export const colourOf = (tone: Tone): string => (tone === "err" ? "var(--danger)" : tone === "other" ? "var(--muted)" : `var(--c${tone})`);

/** The element's width in pixels; 0 until it is known. */
export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

export interface Geometry { readonly width: number; readonly height: number; readonly left: number; readonly top: number; readonly bottom: number; readonly slot: number; readonly x: (at: number) => number; readonly y: (value: number) => number; readonly ticks: readonly number[] }

interface Box { readonly width: number; readonly height: number; readonly left: number; readonly right?: number; readonly top?: number; readonly bottom?: number; readonly count: number; readonly max: number; readonly lines?: number }
const TOP = 12;
const BOTTOM = 24;
const LINES = 4;

export function geometryOf({ width, height, left, right = 4, top = TOP, bottom = BOTTOM, count, max, lines = LINES }: Box): Geometry {
  const ticks = ticksOf(max, lines);
  const highest = ticks.at(-1) ?? 1;
  const slot = (width - left - right) / Math.max(1, count);
  return { width, height, left, top, bottom: height - bottom, slot, x: (at) => left + slot * at, y: (value) => top + (height - top - bottom) * (1 - value / highest), ticks };
}

/** A moment within a bucket that is told of: a line over the plot. */
export interface ChartMark { readonly at: number; readonly label: string }

/** How wide a date or a time is at 12 px, with air. */
const LABEL_WIDTH = 46;

/** Grid, value axis and bucket labels; `children` are drawn over it. */
export function Frame({ geometry, right = 4, buckets, axis, summary, marks = [], children }: { geometry: Geometry; right?: number; buckets: readonly string[] | null; axis: (value: number) => string; summary: string; marks?: readonly ChartMark[]; children: ReactNode }) {
  const { width, height, left, slot, x, y, ticks } = geometry;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summary}>
      <g aria-hidden>
        {ticks.map((tick, line) => (
          <g key={tick}>
            <line x1={left} x2={width - right} y1={Math.round(y(tick)) + 0.5} y2={Math.round(y(tick)) + 0.5} className={line === 0 ? "base" : "gl"} />
            <text x={left - 8} y={y(tick) + 4} textAnchor="end">{axis(tick)}</text>
          </g>
        ))}
        {buckets?.map((bucket, at) => (isLabelled(at, buckets.length, slot, LABEL_WIDTH) ? <text key={`${bucket}-${at}`} x={Math.min(x(at) + slot / 2, width - LABEL_WIDTH / 2 + 8)} y={height - 6} textAnchor="middle">{bucket}</text> : null))}
      </g>
      {children}
      {marks.map(({ at, label }) => <g key={at} className="mark"><title>{label}</title><line x1={x(at) + slot / 2} x2={x(at) + slot / 2} y1={geometry.top - 4} y2={geometry.bottom} /><path d={`M${x(at) + slot / 2 - 5},${geometry.top - 10}h10l-5,8z`} /></g>)}
    </svg>
  );
}

/** Hatches for what is not a colour: the rest, and failures. `id` must be unique in the page. */
export function Hatches({ id }: { id: string }) {
  return (
    <defs>
      {(["other", "err"] as const).map((tone) => (
        <pattern key={tone} id={`${id}-${tone}`} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform={`rotate(${tone === "other" ? 45 : -45})`}>
          <rect width="4" height="4" fill={colourOf(tone)} fillOpacity=".28" /><rect width="1.6" height="4" fill={colourOf(tone)} />
        </pattern>
      ))}
    </defs>
  );
}
export const fillOf = (tone: Tone, id: string): string => (typeof tone === "number" ? colourOf(tone) : `url(#${id}-${tone})`);
