/** Numbers as people read them. One place, so that a figure reads alike on every page. */

/** At least two decimals, up to four below a dollar; below a cent the digits that matter. `text` is exact decimal text of US dollars. */
export function shortUsd(text: string | number): string {
  const value = Number(text);
  if (value === 0) return "$0.00";
  if (value < 0) return `-${shortUsd(-value)}`;
  if (value >= 0.01) return `$${value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 4 : 2 })}`;
  return `$${value.toFixed(Math.min(9, 2 - Math.floor(Math.log10(value)))).replace(/0+$/, "")}`;
}

/** For an axis: no cents on whole dollars, few digits below one. */
export function axisUsd(value: number): string {
  if (value === 0) return "$0";
  return value >= 0.01 ? `$${value.toLocaleString("en-US", { minimumFractionDigits: value % 1 || value < 10 ? 2 : 0, maximumFractionDigits: value < 0.1 ? 3 : 2 })}` : `$${Number(value.toPrecision(2))}`;
}

export const count = (value: number): string => value.toLocaleString("en-US");
const compactFormat = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
/** `836.9M`, `86.1k`: small k, as contexts and axes have it. */
export const compact = (value: number): string => compactFormat.format(value).replace("K", "k");

const SECOND_MS = 1_000;
/** `412 ms`, `2.65 s`. */
export function duration(ms: number): string {
  return ms < SECOND_MS ? `${Math.round(ms)} ms` : `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 2 : 1)} s`;
}

/** A share of 0 to 1 as per cent: two decimals below a tenth, because failures live there; "<0.01%" instead of a false zero. */
export function percent(share: number): string {
  if (share === 0) return "0%";
  if (share < 0.0001) return "<0.01%";
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)}%`;
}

export interface BucketTexts { readonly short: readonly string[]; readonly long: readonly string[] }

/** Begin of each bucket in the reporting zone: `17 Nov` and `Tue 17 Nov`, or `14:00` and `Tue 17 Nov, 14:00`. */
export function bucketTexts(buckets: readonly string[], timeZone: string, granularity: "minute" | "hour" | "day"): BucketTexts {
  const day = { day: "numeric", month: "short" } as const;
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const short = new Intl.DateTimeFormat("en-GB", { timeZone, ...(granularity === "day" ? day : time) });
  const long = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", ...day, ...(granularity === "day" ? {} : time) });
  return { short: buckets.map((bucket) => short.format(new Date(bucket))), long: buckets.map((bucket) => long.format(new Date(bucket))) };
}

/** `1 – 22 Nov`, `28 Oct – 3 Nov`: the days of a span in the reporting zone; `to` is outside it. Servers and browsers put different spaces around the dash. */
export function daySpan(from: string, to: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short" }).formatRange(new Date(from), new Date(Date.parse(to) - 1)).replaceAll(/\s/g, " ");
}

/** `30 Nov 2026`: the day of an ISO time, in UTC. */
export const dayOf = (at: string): string => new Date(at).toLocaleDateString("en-GB", { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });

/** What one call cost: six decimals, so that the points of a column stand below one another; three digits of what is too small for them. */
export function callUsd(text: string | number): string {
  const value = Number(text);
  return value === 0 ? "$0" : value < 0.0001 || value >= 10 ? shortUsd(value) : `$${value.toFixed(6)}`;
}
