/** One day of the market under one preset, through the gateway's own pipeline on a virtual clock, and what it came to. */
import type { CatalogSnapshot, UsageEvent } from "@trunkline/contracts";
import { createMarketGateway, type Choice } from "./market-gateway.ts";
import { MarketUpstream } from "./market-upstream.ts";
import { DAY_MS, TASKS, type Request, type Spell } from "./market-world.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** The catalogue's prices of that day hold. */
const START_MS = Date.UTC(2026, 10, 22);
export const SLICES = 96;

export interface Day { readonly seed: string; readonly catalog: CatalogSnapshot; readonly traffic: readonly Request[]; readonly spells: readonly Spell[] }

export interface DayResult {
  readonly successRate: number; readonly amplification: number; readonly costUsd: number; readonly taskSuccess: number;
  readonly ttftMsP50: number; readonly ttftMsP95: number; readonly recoveryMsP50: number; readonly lostTo: Readonly<Record<string, number>>;
  /** Share served of each quarter of an hour. */
  readonly servedBySlice: readonly number[];
}

const isServed = ({ status }: UsageEvent): boolean => status === "ok" || status === "rescued";
const lossOf = ({ status, attempts, errorCode }: UsageEvent): string => status === "partial" ? "cut after content" : attempts.at(-1)?.failureClass ?? errorCode ?? "unknown";

export async function runDay(day: Day, choice: Choice): Promise<DayResult> {
  const clock = new VirtualClock(START_MS);
  const byId = new Map(day.traffic.map((request) => [`req_${request.id}`, request]));
  const events: UsageEvent[] = [];
  const upstream = new MarketUpstream({ seed: day.seed, catalog: day.catalog, spells: day.spells, clock, startMs: START_MS, request: (id) => byId.get(id) });
  const answer = createMarketGateway({ seed: day.seed, catalog: day.catalog, choice, clock, upstream, onEvent: (event) => events.push(event) });
  const faults: unknown[] = [];
  for (const [id, request] of byId) clock.at(START_MS + request.atMs, () => { answer(id, request).catch((error: unknown) => { faults.push(error); }); });
  await clock.run();
  if (faults.length > 0) throw faults[0];
  if (events.length !== day.traffic.length) throw new Error(`${day.traffic.length - events.length} requests have no ending`);
  return resultOf(day, events.map((event) => ({ event, request: byId.get(event.id) as Request })));
}

interface Ended { readonly event: UsageEvent; readonly request: Request }

function resultOf({ catalog, spells }: Day, ended: readonly Ended[]): DayResult {
  const served = ended.filter(({ event }) => isServed(event));
  const lostTo: Record<string, number> = {};
  for (const { event } of ended) if (!isServed(event)) lostTo[lossOf(event)] = (lostTo[lossOf(event)] ?? 0) + 1;
  const done = served.reduce((sum, { event, request }) => sum + (TASKS[request.task]?.success[catalog.models.get(event.model ?? "")?.tier ?? "mid"] ?? 0), 0);
  const firstTokens = ended.flatMap(({ event }) => event.timeToFirstTokenMs ?? []);
  return {
    successRate: served.length / ended.length, amplification: ended.reduce((sum, { event }) => sum + event.attempts.length, 0) / ended.length,
    costUsd: Number(ended.reduce((sum, { event }) => sum + BigInt(event.chargeNanoUsd), 0n)) / 1e9, taskSuccess: served.length > 0 ? done / served.length : 0,
    ttftMsP50: quantile(firstTokens, 0.5), ttftMsP95: quantile(firstTokens, 0.95), recoveryMsP50: recovery(ended, spells), lostTo, servedBySlice: slices(ended),
  };
}

const quantile = (values: readonly number[], share: number): number => values.toSorted((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

function slices(ended: readonly Ended[]): readonly number[] {
  const counts = Array.from({ length: SLICES }, () => ({ all: 0, served: 0 }));
  for (const { event, request } of ended) {
    const slice = counts[Math.min(SLICES - 1, Math.floor(request.atMs / DAY_MS * SLICES))];
    if (slice) { slice.all++; slice.served += isServed(event) ? 1 : 0; }
  }
  return counts.map(({ all, served }) => all === 0 ? 1 : served / all);
}

/** From the first request that ran into an outage to the first one that was sent elsewhere at once and went well, over all outages that were met. */
function recovery(ended: readonly Ended[], spells: readonly Spell[]): number {
  const tries = ended.flatMap(({ event: { attempts: [first] } }) => first ? [{ atMs: first.startedAtMs - START_MS, provider: first.provider, ok: first.failureClass === null }] : []).sort((left, right) => left.atMs - right.atMs);
  const times = spells.flatMap((spell) => {
    const within = tries.filter(({ atMs }) => atMs >= spell.fromMs && atMs < spell.toMs);
    const met = within.findIndex(({ provider, ok }) => provider === spell.provider && !ok);
    if (met < 0) return [];
    const over = within.slice(met).find(({ provider, ok }) => provider !== spell.provider && ok);
    return [(over?.atMs ?? spell.toMs) - (within[met]?.atMs ?? 0)];
  });
  return quantile(times, 0.5);
}
