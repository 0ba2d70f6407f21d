import { priceKey } from "@trunkline/contracts";
import type { CatalogEndpoint, CatalogModel, CatalogSnapshot, PriceHours, PriceVersion } from "@trunkline/contracts";

/** The catalogue as rows: what the seed holds and what the database returns. */
export interface CatalogRows {
  readonly models: readonly CatalogModel[];
  readonly endpoints: readonly CatalogEndpoint[];
  readonly prices: readonly PriceVersion[];
}

function append<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Builds the immutable snapshot that planning and rating read. Row order does not matter; endpoints of unknown models are left out. */
export function snapshotFrom(rows: CatalogRows): CatalogSnapshot {
  const models = new Map(rows.models.map((model) => [model.id, model]));
  const endpointsByModel = new Map<string, CatalogEndpoint[]>();
  for (const endpoint of rows.endpoints) if (models.has(endpoint.model)) append(endpointsByModel, endpoint.model, endpoint);
  const prices = new Map<string, PriceVersion[]>();
  for (const price of rows.prices) append(prices, priceKey(price.provider, price.model), price);
  for (const versions of prices.values()) versions.sort((left, right) => left.effectiveFromMs - right.effectiveFromMs);
  return { models, endpointsByModel, prices };
}

/** The price in force at `atMs` (Unix milliseconds), of versions by time; null where there is none. */
export function priceIn(versions: readonly PriceVersion[], atMs: number): PriceVersion | null {
  const version = versionIn(versions, atMs);
  return version === null || version.hours === undefined ? version : priceOfHour(version, atMs);
}

/** The row of the price book that is in force, whatever the time of day. */
export function versionIn(versions: readonly PriceVersion[], atMs: number): PriceVersion | null {
  for (let index = versions.length - 1; index >= 0; index--) {
    const version = versions[index];
    if (version && version.effectiveFromMs <= atMs) return version.effectiveToMs === null || atMs < version.effectiveToMs ? version : null;
  }
  return null;
}

/** A request may end in the next hour of the price, and some providers bill by its end: so the dearer of both counts. */
const HOUR_LEAD_MS = 900_000;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const hourlyPrices = new WeakMap<PriceHours, PriceVersion>();

/** A version as it rates a request that begins at `atMs`. */
export function priceOfHour(version: PriceVersion, atMs: number): PriceVersion {
  const [now, later] = [hourIn(version, atMs), hourIn(version, atMs + HOUR_LEAD_MS)];
  return later.inputNanoUsdPerMillion + later.outputNanoUsdPerMillion > now.inputNanoUsdPerMillion + now.outputNanoUsdPerMillion ? later : now;
}

function hourIn(version: PriceVersion, atMs: number): PriceVersion {
  const minute = Math.floor(atMs / MINUTE_MS) % DAY_MINUTES;
  const hour = version.hours?.find(({ fromMinute, toMinute }) => (fromMinute <= toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute));
  if (hour === undefined) return version;
  let price = hourlyPrices.get(hour);
  if (!price) {
    const { fromMinute: _from, toMinute: _to, ...prices } = hour;
    price = { ...version, ...prices };
    hourlyPrices.set(hour, price);
  }
  return price;
}

/** The price in force at `atMs`; null when the model is unpriced there, which callers treat as an error, never as free. */
export function priceAt(snapshot: CatalogSnapshot, provider: string, model: string, atMs: number): PriceVersion | null {
  const versions = snapshot.prices.get(priceKey(provider, model));
  return versions ? priceIn(versions, atMs) : null;
}
