// When the comparison with Stripe runs, and when a gap is worth waking somebody: every night, and again a while after what may only be
// Stripe's delay.
import type { compareMeters, MeterComparison } from "./compare-meters.ts";

/** 02:00 UTC: every window of the day before is closed and, on a healthy installation, sent. */
const NIGHT_HOUR_UTC = 2;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Stripe aggregates after it has answered; what is missing for longer than this is missing. */
export const RECHECK_MS = 15 * 60_000;

export interface NightlyPorts {
  readonly compare: () => ReturnType<typeof compareMeters>;
  readonly clock: () => number;
  /** `confirmed` is false for a gap that the next comparison has to confirm. */
  /** The history of what was found. */
  readonly keep: (rows: readonly (MeterComparison & { readonly confirmed: boolean })[]) => Promise<void>;
  readonly onComparison: (comparison: MeterComparison, confirmed: boolean) => void;
}

/** Only what Stripe does not hold yet can be a matter of minutes; the other kinds stand at first sight. */
const mayPass = ({ kind }: MeterComparison): boolean => kind === "missing" || kind === "unexported";

const subjectOf = ({ organizationId, meter }: MeterComparison): string => `${organizationId} ${meter}`;

/** Returns the tick, to be called as often as one likes. The first one after a start compares too. Rejects with what the comparison rejects with, and tries again later. */
export function createNightlyComparison({ compare, clock, keep, onComparison }: NightlyPorts): () => Promise<void> {
  let dueAtMs = 0;
  let suspected: ReadonlySet<string> = new Set();
  return async () => {
    const nowMs = clock();
    if (nowMs < dueAtMs) return;
    dueAtMs = nowMs + RECHECK_MS;
    const { comparisons, skipped } = await compare();
    const unconfirmed = new Set<string>();
    const found = comparisons.map((comparison) => ({ ...comparison, confirmed: !mayPass(comparison) || suspected.has(subjectOf(comparison)) }));
    for (const comparison of found) {
      if (!comparison.confirmed) unconfirmed.add(subjectOf(comparison));
      onComparison(comparison, comparison.confirmed);
    }
    suspected = unconfirmed;
    if (found.length > 0) await keep(found);
    if (unconfirmed.size === 0 && skipped === 0) dueAtMs = nextNightMs(nowMs);
  };
}

function nextNightMs(nowMs: number): number {
  const tonight = Math.floor(nowMs / DAY_MS) * DAY_MS + NIGHT_HOUR_UTC * HOUR_MS;
  return tonight > nowMs ? tonight : tonight + DAY_MS;
}
