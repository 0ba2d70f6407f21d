/**
 * How an entry of the price package becomes prices of this catalogue. It promises that no request within the model's bounds is rated below what
 * the provider bills: a price that changes with the hour is taken at its dearest hour, one that rises with the prompt's length keeps its steps, and cache reads and writes without a price of their
 * own cost as much as input. What it cannot express has no price, and a model without one is not for sale.
 */
import type { DatedPrices, PricedModel, SteppedPrice, UnitPrices } from "./price-data.ts";

interface Classes { readonly input: bigint; readonly cacheRead: bigint; readonly cacheWrite: bigint; readonly output: bigint }
export interface BookedPrice extends Classes {
  readonly fromMs: number;
  /** By length of the prompt, shortest first. */
  readonly steps: readonly (Classes & { readonly above: number })[];
}

/** An entry without a start date holds since before the gateway existed. */
const FIRST_EFFECTIVE = "2020-01-01";
const NANO = 1e9;
/** What remains after nine decimals is the dust of a double, or a repeating fraction that is rounded up. */
const DUST = 1e-3;
/** Units that usage does not tell us: they would go unbilled. */
const UNMETERED = ["requests_kcount", "output_citation_mtok", "input_text_messages_kcount", "audio_hours", "input_audio_hours", "input_document_kpages", "output_video_mtok"];

/** USD per million → nano-USD per million. */
export function nanoUsd(usd: number): bigint {
  const nano = usd * NANO;
  return BigInt(Math.abs(nano - Math.round(nano)) < DUST ? Math.round(nano) : Math.ceil(nano));
}

type Price = number | SteppedPrice | null | undefined;
const base = (price: Price): number | undefined => (typeof price === "object" && price !== null ? price.base : price ?? undefined);

/** In place of a stepped price, what a longer prompt costs. */
function above(price: Price, start: number): Price {
  if (typeof price !== "object" || price === null) return price;
  return price.tiers.toSorted((left, right) => left.start - right.start).reduce((found, tier) => (tier.start <= start ? tier.price : found), price.base);
}

function stepsOf(prices: UnitPrices, isEmbedding: boolean): BookedPrice["steps"] {
  const starts = [...new Set(Object.values(prices).flatMap((price) => (typeof price === "object" && price !== null ? price.tiers.map(({ start }) => start) : [])))].sort((left, right) => left - right);
  return starts.flatMap((start) => {
    const classes = classesOf(Object.fromEntries(Object.entries(prices).map(([unit, price]) => [unit, above(price, start) ?? undefined])), isEmbedding);
    return classes ? [{ ...classes, above: start }] : [];
  });
}

function classesOf(prices: UnitPrices, isEmbedding: boolean): Classes | null {
  const input = base(prices["input_mtok"]);
  const output = isEmbedding ? 0 : base(prices["output_mtok"]);
  if (UNMETERED.some((unit) => base(prices[unit]) !== undefined) || !input || output === undefined || (!isEmbedding && output === 0)) return null;
  if ((base(prices["output_reasoning_mtok"]) ?? 0) > output) return null;
  return { input: nanoUsd(input), cacheRead: nanoUsd(base(prices["cache_read_mtok"]) ?? input), cacheWrite: nanoUsd(base(prices["cache_write_mtok"]) ?? input), output: nanoUsd(output) };
}

const larger = (left: bigint, right: bigint): bigint => (left > right ? left : right);
const dearest = (left: Classes, right: Classes): Classes => ({ input: larger(left.input, right.input), cacheRead: larger(left.cacheRead, right.cacheRead), cacheWrite: larger(left.cacheWrite, right.cacheWrite), output: larger(left.output, right.output) });

/** In time order; empty where one of them is no complete price. */
export function bookedPrices(entry: PricedModel, isEmbedding: boolean): readonly BookedPrice[] {
  const list: readonly DatedPrices[] = Array.isArray(entry.prices) ? entry.prices as readonly DatedPrices[] : [{ prices: entry.prices as UnitPrices }];
  const priced = list.map((item) => ({ constraint: item.constraint, isHourly: item.constraint?.start_time !== undefined, classes: classesOf(item.prices, isEmbedding), steps: stepsOf(item.prices, isEmbedding) }));
  if (priced.some(({ classes }) => classes === null)) return [];
  const hourly = priced.flatMap(({ isHourly, classes }) => (isHourly && classes ? [classes] : []));
  return priced.flatMap(({ isHourly, classes, constraint, steps }) => (isHourly || !classes ? [] : [{ fromMs: Date.parse(`${constraint?.start_date ?? FIRST_EFFECTIVE}T00:00:00Z`), ...hourly.reduce(dearest, classes), steps }]))
    .sort((left, right) => left.fromMs - right.fromMs);
}
