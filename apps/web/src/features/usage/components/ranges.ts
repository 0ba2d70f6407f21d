import type { BookView } from "../../../server/views.ts";

export type RangeName = "24h" | "7d" | "30d" | "mtd";
export const RANGES: readonly { readonly value: RangeName; readonly label: string }[] = [{ value: "24h", label: "Last 24 hours" }, { value: "7d", label: "Last 7 days" }, { value: "30d", label: "Last 30 days" }, { value: "mtd", label: "Month to date" }];

interface Range { readonly from: string; readonly to: string; readonly granularity: "hour" | "day" }

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const DAYS = { "7d": 7, "30d": 30 } as const;

/** Up to the end of the minute under way, so that a re-render within it asks the same question. Days begin at the reporting zone's midnight, today included. */
export function rangeOf(name: RangeName, book: BookView, nowMs: number): Range {
  const to = new Date((Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS).toISOString();
  if (name === "mtd") return { from: book.monthStart, to, granularity: "day" };
  if (name === "24h") return { from: new Date(Math.floor(nowMs / HOUR_MS) * HOUR_MS - 23 * HOUR_MS).toISOString(), to, granularity: "hour" };
  return { from: new Date(Date.parse(book.dayStart) - (DAYS[name] - 1) * DAY_MS).toISOString(), to, granularity: "day" };
}
