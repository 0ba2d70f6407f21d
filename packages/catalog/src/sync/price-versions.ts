/**
 * How an entry of the price package becomes prices of this catalogue. It promises that no request within the model's bounds is rated below what
 * the provider bills: a price that changes with the hour keeps its hours, one that rises with the prompt's length its steps, what is priced apart within a class its part, and cache reads and writes without a price of their
 * own cost as much as input. What it cannot express has no price, and a model without one is not for sale.
 */
import type { PartPrices, PriceHours, PriceStep, TokenPrices } from "@trunkline/contracts";
import type { DatedPrices, PricedModel, SteppedPrice, UnitPrices } from "./price-data.ts";

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

function stepsOf(prices: UnitPrices, isEmbedding: boolean): readonly PriceStep[] {
  const starts = [...new Set(Object.values(prices).flatMap((price) => (typeof price === "object" && price !== null ? price.tiers.map(({ start }) => start) : [])))].sort((left, right) => left - right);
  return starts.flatMap((start) => {
    const classes = pricesOf(Object.fromEntries(Object.entries(prices).map(([unit, price]) => [unit, above(price, start) ?? undefined])), isEmbedding);
    return classes ? [{ aboveInputTokens: start, ...classes }] : [];
  });
}

/** The package's units of what is priced apart. */
const PARTS: Readonly<Record<keyof PartPrices, string>> = {
  cacheWrite1hNanoUsdPerMillion: "cache_write_1h_mtok", inputAudioNanoUsdPerMillion: "input_audio_mtok", inputImageNanoUsdPerMillion: "input_image_mtok", cacheReadAudioNanoUsdPerMillion: "cache_audio_read_mtok",
  outputAudioNanoUsdPerMillion: "output_audio_mtok", outputImageNanoUsdPerMillion: "output_image_mtok", webSearchNanoUsdPerThousand: "web_searches_kcount",
};
/** Anthropic's scheme at every host: a write kept for five minutes costs 1.25 times the input, one kept for an hour twice (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching#pricing). */
const isAnthropicScheme = (input: number, write: number | undefined): boolean => write !== undefined && Math.abs(write - input * 1.25) < DUST / NANO;

function partsOf(prices: UnitPrices, input: number): PartPrices | null {
  const parts: { -readonly [Name in keyof PartPrices]: bigint } = {};
  for (const [name, unit] of Object.entries(PARTS)) { const price = base(prices[unit]); if (price !== undefined) parts[name as keyof PartPrices] = nanoUsd(price); }
  if (parts.cacheWrite1hNanoUsdPerMillion === undefined && isAnthropicScheme(input, base(prices["cache_write_mtok"]))) parts.cacheWrite1hNanoUsdPerMillion = nanoUsd(input * 2);
  return Object.keys(parts).length > 0 ? parts : null;
}

/** null for what is no complete price. */
function pricesOf(prices: UnitPrices, isEmbedding: boolean): TokenPrices | null {
  const input = base(prices["input_mtok"]);
  const output = isEmbedding ? 0 : base(prices["output_mtok"]);
  if (UNMETERED.some((unit) => base(prices[unit]) !== undefined) || !input || output === undefined || (!isEmbedding && output === 0)) return null;
  if ((base(prices["output_reasoning_mtok"]) ?? 0) > output) return null;
  const parts = isEmbedding ? null : partsOf(prices, input);
  return {
    inputNanoUsdPerMillion: nanoUsd(input), cacheReadNanoUsdPerMillion: nanoUsd(base(prices["cache_read_mtok"]) ?? input), cacheWriteNanoUsdPerMillion: nanoUsd(base(prices["cache_write_mtok"]) ?? input), outputNanoUsdPerMillion: nanoUsd(output),
    ...(parts ? { parts } : {}),
  };
}

/**
 * Which the package does not tell. OpenAI bills flexible processing and batches at half the price (https://platform.openai.com/docs/guides/flex-processing,
 * https://platform.openai.com/docs/guides/batch), Anthropic batches (https://docs.anthropic.com/en/docs/build-with-claude/batch-processing#pricing); Groq's flexible processing costs what its
 * ordinary one does (https://console.groq.com/docs/flex-processing).
 */
const TIER_PER_MILLE: Readonly<Record<string, Readonly<Record<string, number>>>> = { openai: { flex: 500, batch: 500 }, anthropic: { batch: 500 }, groq: { flex: 1_000 } };
/**
 * Priority processing over the ordinary price, where the published price is a whole multiple of a thousandth in every class (https://openai.com/api-priority-processing/, read 2026-11).
 * INVARIANT: exact names. What is not listed (GPT-4o mini and o4-mini among them, at five thirds and twenty elevenths) is not sold by that tier on the platform's credentials.
 */
const PRIORITY_PER_MILLE: Readonly<Record<string, number>> = {
  "openai/gpt-5.5": 2_500, "openai/gpt-5.4": 2_000, "openai/gpt-5.4-mini": 2_000, "openai/gpt-5.2": 2_000, "openai/gpt-5.1": 2_000, "openai/gpt-5.1-codex": 2_000, "openai/gpt-5": 2_000, "openai/gpt-5-codex": 2_000, "openai/gpt-5-mini": 1_800,
  "openai/gpt-4.1": 1_750, "openai/gpt-4.1-mini": 1_750, "openai/gpt-4.1-nano": 2_000, "openai/gpt-4o": 1_700, "openai/gpt-4o-2024-11-20": 1_700, "openai/gpt-4o-2024-08-06": 1_700, "openai/gpt-4o-2024-05-13": 1_750, "openai/o3": 1_750,
};

/** What a provider's other service tiers cost for a model, in thousandths of its ordinary price; undefined where it has none. */
export function tiersOf(provider: string, model: string): Readonly<Record<string, number>> | undefined {
  const priority = provider === "openai" ? PRIORITY_PER_MILLE[model] : undefined;
  return priority === undefined ? TIER_PER_MILLE[provider] : { ...TIER_PER_MILLE[provider], priority };
}

const DAY_MINUTES = 1_440;
const MINUTE = /^(\d\d):(\d\d)/;
const minuteOf = (time: string | undefined): number => { const [, hours = "0", minutes = "0"] = MINUTE.exec(time ?? "") ?? []; return Number(hours) * 60 + Number(minutes); };

export interface BookedPrice extends TokenPrices { readonly fromMs: number; readonly steps?: readonly PriceStep[]; readonly hours?: readonly PriceHours[] }

/** In time order; empty where one of them is no complete price. Of the package's list the last rule that holds counts, so hours replace what stands before them. */
export function bookedPrices(entry: PricedModel, isEmbedding: boolean): readonly BookedPrice[] {
  const list: readonly DatedPrices[] = Array.isArray(entry.prices) ? entry.prices as readonly DatedPrices[] : [{ prices: entry.prices as UnitPrices }];
  const priced = list.map((item) => ({ constraint: item.constraint, isHourly: item.constraint?.start_time !== undefined, classes: pricesOf(item.prices, isEmbedding), steps: stepsOf(item.prices, isEmbedding) }));
  if (priced.some(({ classes }) => classes === null)) return [];
  return priced.flatMap(({ isHourly, classes, constraint, steps }, index) => {
    if (isHourly || !classes) return [];
    const hours = priced.slice(index + 1).flatMap((later) => (later.isHourly && later.classes ? [{ fromMinute: minuteOf(later.constraint?.start_time), toMinute: later.constraint?.end_time === undefined ? DAY_MINUTES : minuteOf(later.constraint.end_time), ...later.classes }] : []));
    return [{ fromMs: Date.parse(`${constraint?.start_date ?? FIRST_EFFECTIVE}T00:00:00Z`), ...classes, ...(steps.length > 0 ? { steps } : {}), ...(hours.length > 0 ? { hours } : {}) }];
  }).sort((left, right) => left.fromMs - right.fromMs);
}
