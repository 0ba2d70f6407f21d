import { usdTextFromNano, type CatalogSnapshot, type PresetDocument, type PriceVersion } from "@trunkline/contracts";
import type { CatalogRows } from "../snapshot.ts";
import { catalogChanges, isEmptyChange, presetsConcerned, type CatalogChanges, type PriceChange } from "./catalog-changes.ts";
import { wantedCatalog } from "./wanted-catalog.ts";

export interface SyncOptions {
  readonly catalog: CatalogSnapshot;
  readonly presets: Iterable<readonly [preset: string, document: PresetDocument]>;
  /** Rows as they are, or the text of a document. */
  readonly wanted: CatalogRows | string;
  /** Named in the report, and as the source of new prices. */
  readonly source: string;
  readonly nowMs: number;
  /** Writes the prices that would be held back, too. */
  readonly acceptJumps?: boolean;
}

interface PriceText {
  readonly input: string; readonly cacheRead: string; readonly cacheWrite: string; readonly output: string; readonly from: string;
  /** The same for longer prompts. */
  readonly steps?: readonly { readonly aboveInputTokens: number; readonly input: string; readonly output: string }[];
  /** What is priced apart, by the name it has in the price book. */
  readonly parts?: Readonly<Record<string, string>>;
  /** By time of day, minutes of UTC. */
  readonly hours?: readonly { readonly fromMinute: number; readonly toMinute: number; readonly input: string; readonly output: string }[];
  readonly tierPerMille?: Readonly<Record<string, number>>;
}
interface PriceReport { readonly provider: string; readonly model: string; readonly before: PriceText | null; readonly after: PriceText }

/** What changed, or would: in USD per million tokens, for people and for scripts. */
export interface SyncReport {
  readonly source: string;
  readonly newModels: readonly string[];
  readonly changedModels: readonly string[];
  readonly newEndpoints: readonly string[];
  readonly changedEndpoints: readonly string[];
  readonly changedPrices: readonly PriceReport[];
  /** Not written, because a price moved more than tenfold: look at the source, then accept it. */
  readonly heldBack: readonly PriceReport[];
  /** Published presets, and built-in ones, that name a model of which price, provider or abilities change. */
  readonly presets: readonly { readonly preset: string; readonly models: readonly string[] }[];
  readonly pricesAdded: number;
  readonly pricesClosed: number;
}

export interface SyncWrites {
  readonly models: CatalogRows["models"];
  readonly endpoints: CatalogRows["endpoints"];
  readonly prices: readonly Pick<PriceChange, "provider" | "model" | "versions">[];
}

/** From what stands and what is wanted: what to write (null: nothing) and what to say. Throws an Error for a document that cannot be read. */
export function planSync({ catalog, presets, wanted, source, nowMs, acceptJumps = false }: SyncOptions): { readonly writes: SyncWrites | null; readonly decision: SyncReport } {
  const rows = typeof wanted === "string" ? wantedCatalog(wanted, catalog, { name: source, nowMs }) : wanted;
  const changes = catalogChanges(catalog, rows, { nowMs, acceptJumps });
  const writes = isEmptyChange(changes) ? null : { models: [...changes.addedModels, ...changes.changedModels], endpoints: [...changes.addedEndpoints, ...changes.changedEndpoints], prices: changes.prices };
  return { writes, decision: report(changes, presets, source) };
}

function report(changes: CatalogChanges, presets: SyncOptions["presets"], source: string): SyncReport {
  const named = ({ provider, model, upstreamModel }: CatalogRows["endpoints"][number]): string => `${provider} serves ${model} as ${upstreamModel}`;
  return {
    source, newModels: changes.addedModels.map(({ id }) => id), changedModels: changes.changedModels.map(({ id }) => id),
    newEndpoints: changes.addedEndpoints.map(named), changedEndpoints: changes.changedEndpoints.map(named),
    changedPrices: changes.prices.map(priceReport), heldBack: changes.heldBack.map(priceReport), presets: presetsConcerned(changes, presets),
    pricesAdded: changes.prices.reduce((sum, { versions }) => sum + versions.length, 0), pricesClosed: changes.prices.filter(({ before, after }) => before !== null && before !== after).length,
  };
}

const priceReport = ({ provider, model, before, after }: PriceChange): PriceReport => ({ provider, model, before: before && priceText(before), after: priceText(after) });
const priceText = (price: PriceVersion): PriceText => ({
  input: usdTextFromNano(price.inputNanoUsdPerMillion), cacheRead: usdTextFromNano(price.cacheReadNanoUsdPerMillion), cacheWrite: usdTextFromNano(price.cacheWriteNanoUsdPerMillion), output: usdTextFromNano(price.outputNanoUsdPerMillion),
  from: new Date(price.effectiveFromMs).toISOString(),
  ...(price.parts ? { parts: Object.fromEntries(Object.entries(price.parts).map(([name, nanoUsd]) => [name, usdTextFromNano(nanoUsd as bigint)])) } : {}), ...(price.hours ? { hours: price.hours.map((hour) => ({ fromMinute: hour.fromMinute, toMinute: hour.toMinute, input: usdTextFromNano(hour.inputNanoUsdPerMillion), output: usdTextFromNano(hour.outputNanoUsdPerMillion) })) } : {}), ...(price.tierPerMille ? { tierPerMille: price.tierPerMille } : {}),
  ...(price.steps ? { steps: price.steps.map((step) => ({ aboveInputTokens: step.aboveInputTokens, input: usdTextFromNano(step.inputNanoUsdPerMillion), output: usdTextFromNano(step.outputNanoUsdPerMillion) })) } : {}),
});
