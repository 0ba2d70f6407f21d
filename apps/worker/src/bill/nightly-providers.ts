// When the books are held against the providers' own accounts: once a night, after it has been due for however long, by whichever worker looks first.
import { compareProviders, type ComparedDay, type CompareProvidersPorts } from "./compare-providers.ts";
import { DAY_MS, HOUR_MS } from "./provider-usage/provider-usage.ts";

/** 09:00 UTC: the day before is closed at every provider. */
const DUE_HOUR_UTC = 9;
const RETRY_MS = 15 * 60_000;

export interface NightlyProvidersPorts extends CompareProvidersPorts {
  readonly db: CompareProvidersPorts["db"] & { lastProviderComparison(provider: string): Promise<number | null> };
  readonly onDay: (day: ComparedDay) => void;
  readonly onFailed: (provider: string, error: string) => void;
}

/** Returns the tick, to be called as often as one likes. */
export function createNightlyProviders(ports: NightlyProvidersPorts): () => Promise<void> {
  const { db, sources, clock, onDay, onFailed } = ports;
  let lookAtMs = 0;
  return async () => {
    const nowMs = clock();
    if (sources.length === 0 || nowMs < lookAtMs) return;
    lookAtMs = nowMs + RETRY_MS;
    const dueAtMs = Math.floor((nowMs - DUE_HOUR_UTC * HOUR_MS) / DAY_MS) * DAY_MS + DUE_HOUR_UTC * HOUR_MS;
    const due = [];
    for (const source of sources) if ((await db.lastProviderComparison(source.provider) ?? 0) < dueAtMs) due.push(source);
    if (due.length === 0) return;
    const { days, failed } = await compareProviders({ ...ports, sources: due });
    for (const day of days) onDay(day);
    for (const { provider, error } of failed) onFailed(provider, error);
  };
}
