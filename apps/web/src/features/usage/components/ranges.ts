import type { BookView } from "../../../server/views.ts";

export type RangeName = "15m" | "1h" | "24h" | "7d" | "30d" | "mtd" | "custom";
export const RANGES: readonly { readonly value: RangeName; readonly label: string }[] = [{ value: "15m", label: "Last 15 minutes" }, { value: "1h", label: "Last hour" }, { value: "24h", label: "Last 24 hours" }, { value: "7d", label: "Last 7 days" }, { value: "30d", label: "Last 30 days" }, { value: "mtd", label: "Month to date" }, { value: "custom", label: "Custom" }];

export interface Range { readonly from: string; readonly to: string; readonly granularity: "minute" | "hour" | "day" }
/** Two instants, the first before the second. */
export interface Span { readonly from: string; readonly to: string }

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const MINUTES = { "15m": 15, "1h": 60 } as const;
/** Up to this many hours a bar a minute can be pointed at. */
const MINUTELY_MAX = 2;
const DAYS = { "7d": 7, "30d": 30 } as const;
/** Above this many hours a bar an hour is too thin to point at. */
const HOURLY_MAX = 72;
/** A chart of three years; the server reads no more. */
const CUSTOM_DAYS_MAX = 3 * 365;

/** The beginning of the minute under way. */
export const minuteOf = (nowMs: number): number => Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;

/** Null where the two are no span that could be drawn. */
export function spanOf(from: string | null, to: string | null): Span | null {
  if (from === null || to === null) return null;
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return end - begin >= HOUR_MS && end - begin <= CUSTOM_DAYS_MAX * DAY_MS ? { from: new Date(begin).toISOString(), to: new Date(end).toISOString() } : null;
}

const granularityOf = (spanMs: number): Range["granularity"] => (spanMs <= MINUTELY_MAX * HOUR_MS ? "minute" : spanMs <= HOURLY_MAX * HOUR_MS ? "hour" : "day");

/** Up to the end of the minute under way, so that a re-render within it asks the same question. Days begin at the reporting zone's midnight, today included. A custom range without a span is the last 7 days. */
export function rangeOf(name: RangeName, book: Pick<BookView, "monthStart" | "dayStart">, nowMs: number, custom: Span | null = null): Range {
  if (name === "custom" && custom) return { ...custom, granularity: granularityOf(Date.parse(custom.to) - Date.parse(custom.from)) };
  const to = new Date(minuteOf(nowMs) + MINUTE_MS).toISOString();
  if (name === "15m" || name === "1h") return { from: new Date(Date.parse(to) - MINUTES[name] * MINUTE_MS).toISOString(), to, granularity: "minute" };
  if (name === "mtd") return { from: book.monthStart, to, granularity: "day" };
  if (name === "24h") return { from: new Date(Math.floor(nowMs / HOUR_MS) * HOUR_MS - 23 * HOUR_MS).toISOString(), to, granularity: "hour" };
  return { from: new Date(Date.parse(book.dayStart) - (DAYS[name === "30d" ? "30d" : "7d"] - 1) * DAY_MS).toISOString(), to, granularity: "day" };
}

/** The instants of the slots drawn over: from the first one's beginning to the last one's end. */
export function zoomOf(buckets: readonly string[], whole: Span, slots: { readonly from: number; readonly to: number }): Span | null {
  const from = buckets[slots.from];
  if (from === undefined) return null;
  return spanOf(from < whole.from ? whole.from : from, buckets[slots.to + 1] ?? whole.to);
}
