/** The status page's rows, read at most once in half a minute however many people look. */
import { STATUS_DAYS } from "@trunkline/contracts";
import type { WebDb } from "@trunkline/db/web";
import { RECENT_MS, SAMPLES_MIN, statusView, type StatusView } from "../features/status/status-view.ts";
import { services } from "./services.ts";

const KEPT_MS = 30_000;
const DAY_MS = 86_400_000;
const holder = globalThis as typeof globalThis & { trunklineStatus?: { readonly untilMs: number; readonly view: Promise<StatusView> } };

type Samples = Pick<WebDb, "status">;

async function read({ status }: Samples, nowMs: number): Promise<StatusView> {
  const from = new Date((Math.floor(nowMs / DAY_MS) - STATUS_DAYS + 1) * DAY_MS);
  const [days, recent, bad] = await Promise.all([status.days(from), status.since(new Date(nowMs - RECENT_MS)), status.bad(from, SAMPLES_MIN)]);
  return statusView({ nowMs, days, recent, bad });
}

export function readStatus(db: Samples = services().db): Promise<StatusView> {
  const nowMs = Date.now();
  if (holder.trunklineStatus && holder.trunklineStatus.untilMs > nowMs) return holder.trunklineStatus.view;
  const view = read(db, nowMs);
  holder.trunklineStatus = { untilMs: nowMs + KEPT_MS, view };
  view.catch(() => { delete holder.trunklineStatus; });
  return view;
}
