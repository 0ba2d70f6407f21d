/**
 * What the public status page says of the samples. Decides which state a part is in, how a day went, and from when to when something was
 * broken. Promises shares only, never how much traffic there is; where nothing was sampled it says so instead of claiming health.
 */
import { STATUS_BUCKET_MS, STATUS_COMPONENTS, STATUS_DAYS } from "@trunkline/contracts";

export type PartState = "up" | "degraded" | "down" | "unknown";
export interface StatusDay { readonly day: string; /** null: nothing was sampled. */ readonly uptime: number | null }
export interface StatusPart { readonly subject: string; readonly label: string; readonly state: PartState; readonly uptime: number | null; readonly errorShare: number | null; readonly days: readonly StatusDay[] }
/** `to` null: it goes on. */
export interface StatusIncident { readonly subject: string; readonly label: string; readonly from: string; readonly to: string | null; readonly failedShare: number }
export interface StatusView { readonly at: string; readonly components: readonly StatusPart[]; readonly providers: readonly StatusPart[]; readonly incidents: readonly StatusIncident[] }

interface Row { readonly subject: string; readonly ok: number; readonly failed: number }
export interface StatusRows {
  readonly nowMs: number;
  readonly days: readonly (Row & { readonly day: Date })[];
  readonly recent: readonly (Row & { readonly bucket: Date })[];
  readonly bad: readonly (Row & { readonly bucket: Date })[];
}

const DAY_MS = 86_400_000;
/** The state now is what this long says: two whole spans and the one under way. */
export const RECENT_MS = 3 * STATUS_BUCKET_MS;
/** Fewer failures than this share are ordinary weather of the internet. */
const DEGRADED_SHARE = 0.02;
const DOWN_SHARE = 0.5;
/** One failed call of two says nothing. */
export const SAMPLES_MIN = 5;
const INCIDENTS_MAX = 20;
const COMPONENT_LABELS: Readonly<Record<string, string>> = { gateway: "Gateway", dashboard: "Dashboard and management API", worker: "Metering and billing", database: "Database" };

const labelOf = (subject: string): string => {
  const name = subject.slice(subject.indexOf(":") + 1);
  return subject.startsWith("component:") ? COMPONENT_LABELS[name] ?? name : name;
};
const shareOf = ({ ok, failed }: { readonly ok: number; readonly failed: number }): number | null => (ok + failed > 0 ? failed / (ok + failed) : null);
const sumOf = (rows: readonly Row[]): { ok: number; failed: number } => ({ ok: rows.reduce((sum, row) => sum + row.ok, 0), failed: rows.reduce((sum, row) => sum + row.failed, 0) });

function stateOf(counts: { readonly ok: number; readonly failed: number }): PartState {
  const share = shareOf(counts);
  if (share === null) return "unknown";
  if (share < DEGRADED_SHARE || (counts.failed > 0 && counts.ok + counts.failed < SAMPLES_MIN && counts.ok > 0)) return "up";
  return share < DOWN_SHARE ? "degraded" : "down";
}

function partOf(subject: string, { nowMs, days, recent }: StatusRows): StatusPart {
  const own = days.filter((row) => row.subject === subject);
  const byDay = new Map(own.map((row) => [Math.floor(row.day.getTime() / DAY_MS), row]));
  const today = Math.floor(nowMs / DAY_MS);
  const now = sumOf(recent.filter((row) => row.subject === subject));
  const uptimeOf = (counts: { readonly ok: number; readonly failed: number } | undefined): number | null => {
    const share = counts && shareOf(counts);
    return share === null || share === undefined ? null : 1 - share;
  };
  return {
    subject, label: labelOf(subject), state: stateOf(now), uptime: uptimeOf(sumOf(own)), errorShare: shareOf(now),
    days: Array.from({ length: STATUS_DAYS }, (_, at) => {
      const day = today - STATUS_DAYS + 1 + at;
      return { day: new Date(day * DAY_MS).toISOString().slice(0, 10), uptime: uptimeOf(byDay.get(day)) };
    }),
  };
}

/** Spans that touch, or that one span lies between, are one incident. */
function incidentsOf({ nowMs, bad }: StatusRows): StatusIncident[] {
  const found: { subject: string; fromMs: number; toMs: number; ok: number; failed: number }[] = [];
  for (const { subject, bucket, ok, failed } of [...bad].sort((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.bucket.getTime() - b.bucket.getTime()))) {
    const last = found.at(-1);
    const fromMs = bucket.getTime();
    if (last?.subject === subject && fromMs - last.toMs <= STATUS_BUCKET_MS) Object.assign(last, { toMs: fromMs + STATUS_BUCKET_MS, ok: last.ok + ok, failed: last.failed + failed });
    else found.push({ subject, fromMs, toMs: fromMs + STATUS_BUCKET_MS, ok, failed });
  }
  return found.sort((a, b) => b.fromMs - a.fromMs).slice(0, INCIDENTS_MAX).map(({ subject, fromMs, toMs, ok, failed }) => ({
    subject, label: labelOf(subject), from: new Date(fromMs).toISOString(), to: toMs >= nowMs ? null : new Date(toMs).toISOString(), failedShare: shareOf({ ok, failed }) ?? 0,
  }));
}

/** The platform's parts always, whether sampled or not; providers that were called. */
export function statusView(rows: StatusRows): StatusView {
  const providers = [...new Set(rows.days.map(({ subject }) => subject).filter((subject) => subject.startsWith("provider:")))].sort();
  return {
    at: new Date(rows.nowMs).toISOString(), incidents: incidentsOf(rows),
    components: STATUS_COMPONENTS.map((name) => partOf(`component:${name}`, rows)), providers: providers.map((subject) => partOf(subject, rows)),
  };
}
