/**
 * What has to be written so that a catalogue holds what a document wants. Decides when a price is a change: the price in force now, and those
 * announced for later, are compared; what was in force before is history and stays. It promises that a price once in force is never
 * edited, only closed by its successor, and holds back a jump that is more likely a slip of the source than a price.
 */
import { priceKey, type CatalogEndpoint, type CatalogModel, type CatalogSnapshot, type PresetDocument, type PriceVersion } from "@trunkline/contracts";
import { versionIn, type CatalogRows } from "../snapshot.ts";

export interface PriceChange {
  readonly provider: string;
  readonly model: string;
  /** In force until now; null for a pair that had no price. */
  readonly before: PriceVersion | null;
  /** In force from now on. */
  readonly after: PriceVersion;
  /** Everything to insert: `after`, where it is new, and what is announced for later. */
  readonly versions: readonly PriceVersion[];
}
export interface CatalogChanges {
  readonly addedModels: readonly CatalogModel[];
  readonly changedModels: readonly CatalogModel[];
  readonly addedEndpoints: readonly CatalogEndpoint[];
  readonly changedEndpoints: readonly CatalogEndpoint[];
  readonly prices: readonly PriceChange[];
  /** Not written: one of its prices is more than JUMP_MAX times the old one, or less than its JUMP_MAX-th part. */
  readonly heldBack: readonly PriceChange[];
}

const JUMP_MAX = 10n;
const CLASSES = ["inputNanoUsdPerMillion", "cacheReadNanoUsdPerMillion", "cacheWriteNanoUsdPerMillion", "outputNanoUsdPerMillion"] as const;
/** Every dimension of a price in one order, so that equal prices are equal texts. */
const canonical = (value: unknown): unknown => Array.isArray(value) ? value.map(canonical) : typeof value === "object" && value !== null ? Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, inner]) => [name, canonical(inner)]) : typeof value === "bigint" ? value.toString() : value;
const priceText = (price: PriceVersion): string => JSON.stringify(canonical([CLASSES.map((name) => price[name]), price.steps ?? [], price.parts ?? {}, price.hours ?? [], price.tierPerMille ?? {}]));
const isSamePrice = (left: PriceVersion, right: PriceVersion): boolean => priceText(left) === priceText(right);
const jumps = (before: PriceVersion, after: PriceVersion): boolean => CLASSES.some((name) => after[name] > before[name] * JUMP_MAX || after[name] * JUMP_MAX < before[name]);
const isSameModel = (left: CatalogModel, right: CatalogModel): boolean => JSON.stringify(Object.entries(left).sort()) === JSON.stringify(Object.entries(right).sort());

export interface ChangeOptions { readonly nowMs: number; readonly acceptJumps?: boolean }

export function catalogChanges(current: CatalogSnapshot, wanted: CatalogRows, options: ChangeOptions): CatalogChanges {
  const known = new Set([...current.models.keys(), ...wanted.models.map(({ id }) => id)]);
  const endpointOf = ({ provider, model }: CatalogEndpoint): CatalogEndpoint | undefined => current.endpointsByModel.get(model)?.find((one) => one.provider === provider);
  const endpoints = wanted.endpoints.filter(({ model }) => known.has(model));
  const changes = priceChanges(current, wanted, options);
  return {
    addedModels: wanted.models.filter(({ id }) => !current.models.has(id)),
    changedModels: wanted.models.filter((model) => { const old = current.models.get(model.id); return old !== undefined && !isSameModel(old, model); }),
    addedEndpoints: endpoints.filter((endpoint) => endpointOf(endpoint) === undefined),
    changedEndpoints: endpoints.filter((endpoint) => { const old = endpointOf(endpoint); return old !== undefined && old.upstreamModel !== endpoint.upstreamModel; }),
    prices: changes.filter((change) => options.acceptJumps === true || change.before === null || !jumps(change.before, change.after)),
    heldBack: changes.filter((change) => options.acceptJumps !== true && change.before !== null && jumps(change.before, change.after)),
  };
}

function priceChanges(current: CatalogSnapshot, wanted: CatalogRows, { nowMs }: ChangeOptions): readonly PriceChange[] {
  const byPair = groupByPair(wanted.prices);
  return [...byPair].flatMap(([key, unsorted]) => {
    const versions = unsorted.toSorted((left, right) => left.effectiveFromMs - right.effectiveFromMs);
    const first = versions.find((version) => version.effectiveToMs === null || version.effectiveToMs > nowMs);
    if (!first) return [];
    const stored = current.prices.get(key) ?? [];
    const { provider, model } = first;
    if (stored.length === 0) return [{ provider, model, before: null, after: first, versions }];
    const before = versionIn(stored, nowMs);
    const announced = versions.filter(({ effectiveFromMs }) => effectiveFromMs > nowMs);
    const isAnnounced = sameSeries(announced, stored.filter(({ effectiveFromMs }) => effectiveFromMs > nowMs));
    if (first.effectiveFromMs > nowMs) return isAnnounced ? [] : [{ provider, model, before, after: first, versions: announced }];
    const isSame = before !== null && isSamePrice(before, first);
    if (isSame && isAnnounced) return [];
    const after = isSame ? before : { ...first, id: `${first.id}_${nowMs}`, effectiveFromMs: nowMs };
    return [{ provider, model, before, after, versions: [...(isSame ? [] : [after]), ...announced.map((version) => ({ ...version, id: `${version.id}_${nowMs}` }))] }];
  });
}

function groupByPair(prices: readonly PriceVersion[]): ReadonlyMap<string, readonly PriceVersion[]> {
  const pairs = new Map<string, PriceVersion[]>();
  for (const price of prices) {
    const key = priceKey(price.provider, price.model);
    const list = pairs.get(key);
    if (list) list.push(price);
    else pairs.set(key, [price]);
  }
  return pairs;
}

const sameSeries = (left: readonly PriceVersion[], right: readonly PriceVersion[]): boolean =>
  left.length === right.length && left.every((version, index) => { const other = right[index]; return other !== undefined && other.effectiveFromMs === version.effectiveFromMs && isSamePrice(version, other); });

export const isEmptyChange = (changes: CatalogChanges): boolean =>
  changes.addedModels.length + changes.changedModels.length + changes.addedEndpoints.length + changes.changedEndpoints.length + changes.prices.length === 0;

/** Which of the presets name a model whose price or endpoint changes; keys are the caller's own. */
export function presetsConcerned<Key>(changes: CatalogChanges, presets: Iterable<readonly [Key, PresetDocument]>): readonly { readonly preset: Key; readonly models: readonly string[] }[] {
  const touched = new Set([...changes.prices, ...changes.heldBack].filter(({ before }) => before !== null).map(({ model }) => model));
  for (const { model } of [...changes.addedEndpoints, ...changes.changedEndpoints]) touched.add(model);
  for (const { id } of changes.changedModels) touched.add(id);
  return [...presets].flatMap(([preset, document]) => {
    const named = new Set(document.rules.flatMap((rule) => [...rule.targets, ...rule.fallbacks]).map(({ model }) => model));
    const models = [...named].filter((model) => touched.has(model)).sort();
    return models.length > 0 ? [{ preset, models }] : [];
  });
}
