// Holds what is booked for a day against what each provider says itself, keeps what was found, and settles the estimates that the provider's figures explain.
// It promises that a provider that cannot be asked keeps none of the others waiting; what a gap is called is the billing package's decision.
import { apportion, compareProviderDay, modelFamily } from "@trunkline/billing";
import type { BookedModel, ProviderDayComparison } from "@trunkline/billing";
import { priceKey, type CatalogSnapshot, type PriceVersion } from "@trunkline/contracts";
import type { BookedUsage, EstimatesToSettle, WorkerDb } from "@trunkline/db/worker";
import { DAY_MS, type ProviderUsage } from "./provider-usage/provider-usage.ts";

/** Providers go on adding to a day, and correct it, for a while: the last of these is final. */
const DAYS_BACK = 3;
/** A year, for who audits one, and a month to begin in. */
const KEPT_MS = 400 * DAY_MS;

export interface CompareProvidersPorts {
  readonly db: Pick<WorkerDb, "loadBookedDay" | "loadCorrectedDay" | "loadCatalog" | "settleEstimates" | "recordProviderComparison" | "forgetComparisons">;
  readonly sources: readonly ProviderUsage[];
  readonly clock: () => number;
}
export interface ComparedDay extends ProviderDayComparison { readonly provider: string; readonly day: string; readonly state: "agrees" | "differs" | "open"; readonly settled: number }
export interface ComparedProviders { readonly days: readonly ComparedDay[]; readonly failed: readonly { readonly provider: string; readonly error: string }[] }

/** The last days that have ended, by UTC. */
export async function compareProviders({ db, sources, clock }: CompareProvidersPorts): Promise<ComparedProviders> {
  const days: ComparedDay[] = [];
  const failed = new Map<string, string>();
  const nowMs = clock();
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const catalog = await db.loadCatalog();
  for (let back = DAYS_BACK; back >= 1 && failed.size < sources.length; back--) {
    const dayMs = today - back * DAY_MS;
    const [booked, corrected] = [await db.loadBookedDay(dayMs, sources.map(({ provider }) => provider)), await db.loadCorrectedDay(dayMs)];
    for (const source of sources) {
      if (failed.has(source.provider)) continue;
      try {
        const ofProvider = { rows: booked.filter((row) => row.provider === source.provider), correctedNanoUsd: corrected.get(source.provider) ?? 0n };
        days.push(await compareDay({ db, source, dayMs, nowMs, catalog, ...ofProvider }));
      } catch (error) {
        failed.set(source.provider, error instanceof Error ? error.message : "unknown cause");
      }
    }
  }
  await db.forgetComparisons(nowMs - KEPT_MS);
  return { days, failed: [...failed].map(([provider, error]) => ({ provider, error })) };
}

interface Day { readonly db: CompareProvidersPorts["db"]; readonly source: ProviderUsage; readonly dayMs: number; readonly nowMs: number; readonly catalog: CatalogSnapshot; readonly rows: readonly BookedUsage[]; readonly correctedNanoUsd: bigint }

async function compareDay({ db, source: { provider, closesAfterMs, load }, dayMs, nowMs, catalog, rows, correctedNanoUsd }: Day): Promise<ComparedDay> {
  const { models, costNanoUsd } = await load(dayMs);
  const isClosed = nowMs >= dayMs + DAY_MS + closesAfterMs;
  const counted = models.filter(({ tokens: { input, cacheRead, cacheWrite, output } }) => input + cacheRead + cacheWrite + output > 0n);
  const found = compareProviderDay({ booked: bookedModels(rows, correctedNanoUsd), counted, costNanoUsd, priceOf: pricesAt(catalog, provider, dayMs), isClosed });
  const state = !isClosed ? "open" : found.agrees ? "agrees" : "differs";
  const settled = await db.settleEstimates(found.settlements.flatMap(({ model, deltaNanoUsd }) => sharesOf(rows, { provider, dayMs, model, deltaNanoUsd })), nowMs);
  await db.recordProviderComparison({ provider, dayMs, state, ...found }, nowMs);
  return { provider, day: new Date(dayMs).toISOString().slice(0, 10), state, settled, ...found };
}

/** By model over all organizations. A correction is of the price alone: it goes with the first model, as only their sum is compared with the bill. */
function bookedModels(rows: readonly BookedUsage[], correctedNanoUsd: bigint): readonly BookedModel[] {
  const models = new Map<string, BookedModel>();
  for (const row of rows) {
    const known = models.get(row.model) ?? { model: row.model, tokens: { input: 0n, cacheRead: 0n, cacheWrite: 0n, output: 0n }, attempts: 0n, costNanoUsd: 0n, estimated: { attempts: 0n, costNanoUsd: 0n }, edgeNanoUsd: 0n };
    const edgeNanoUsd = known.edgeNanoUsd + row.edgeNanoUsd;
    models.set(row.model, row.isEstimated
      ? { ...known, edgeNanoUsd, estimated: { attempts: known.estimated.attempts + row.attempts, costNanoUsd: known.estimated.costNanoUsd + row.costNanoUsd } }
      : { ...known, edgeNanoUsd, attempts: known.attempts + row.attempts, costNanoUsd: known.costNanoUsd + row.costNanoUsd,
          tokens: { input: known.tokens.input + row.input, cacheRead: known.tokens.cacheRead + row.cacheRead, cacheWrite: known.tokens.cacheWrite + row.cacheWrite, output: known.tokens.output + row.output } });
  }
  const [first, ...rest] = models.values();
  return first === undefined ? [] : [{ ...first, costNanoUsd: first.costNanoUsd + correctedNanoUsd }, ...rest];
}

/** The list prices that held at the end of the day, by the name that the provider knows, whichever release of it. */
function pricesAt({ endpointsByModel, prices }: CatalogSnapshot, provider: string, dayMs: number) {
  const families = new Map<string, readonly PriceVersion[] | undefined>();
  for (const endpoints of endpointsByModel.values()) for (const { provider: host, model, upstreamModel } of endpoints) {
    if (host === provider) families.set(modelFamily(upstreamModel), prices.get(priceKey(provider, model)));
  }
  const endMs = dayMs + DAY_MS - 1;
  return (model: string) => families.get(modelFamily(model))?.find(({ effectiveFromMs, effectiveToMs }) => effectiveFromMs <= endMs && (effectiveToMs === null || effectiveToMs > endMs));
}

/** Each organization's part of what the estimates of a model were off by, by what was estimated for it. */
function sharesOf(rows: readonly BookedUsage[], { provider, dayMs, model, deltaNanoUsd }: Pick<EstimatesToSettle, "provider" | "dayMs" | "model" | "deltaNanoUsd">): readonly EstimatesToSettle[] {
  const organizations = new Map<string, { attempts: bigint; estimatedNanoUsd: bigint }>();
  for (const row of rows) {
    if (!row.isEstimated || modelFamily(row.model) !== model) continue;
    const known = organizations.get(row.organizationId) ?? { attempts: 0n, estimatedNanoUsd: 0n };
    organizations.set(row.organizationId, { attempts: known.attempts + row.attempts, estimatedNanoUsd: known.estimatedNanoUsd + row.costNanoUsd });
  }
  const sorted = [...organizations].sort(([a], [b]) => (a < b ? -1 : 1));
  const shares = apportion(deltaNanoUsd, sorted.map(([, { estimatedNanoUsd }]) => estimatedNanoUsd));
  return sorted.map(([organizationId, estimate], at) => ({ provider, dayMs, model, organizationId, ...estimate, deltaNanoUsd: shares[at] ?? 0n }));
}
