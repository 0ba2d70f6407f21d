/**
 * Usage times price. The token classes are disjoint, so a charge is a sum of products; it is rounded once, at the end,
 * half up, to a whole nano-USD. Nothing here guesses: no price, no call.
 */
import { usageClasses, type PriceVersion, type TokenPrices, type TokenUsage, type UsageClasses } from "@trunkline/contracts";

const TOKENS_PER_PRICE = 1_000_000n;

/** Token counts come from providers: anything that is not a whole number ≥ 0 counts as its floor, at least 0. */
function count(tokens: number): bigint {
  return Number.isFinite(tokens) && tokens > 0 ? BigInt(Math.floor(tokens)) : 0n;
}

/** One line of a receipt: nano-USD × 10⁶, unrounded. `tokens` are calls where the line is `webSearch`, whose price then is per million calls. */
export interface RatedLine { readonly label: keyof UsageClasses; readonly tokens: bigint; readonly nanoUsdPerMillion: bigint }

/** The prices of a prompt of that length: a step is the price of the whole request, not of what lies above it. */
export function pricesFor(price: PriceVersion, promptTokens: number): TokenPrices {
  let found: TokenPrices = price;
  for (const step of price.steps ?? []) if (promptTokens > step.aboveInputTokens) found = step;
  return found;
}

/** What a service tier costs, in thousandths of the ordinary price; undefined where the version does not price it. The name may be anybody's text. */
export const tierPerMille = (version: PriceVersion, tier: string): number | undefined => version.tierPerMille !== undefined && Object.hasOwn(version.tierPerMille, tier) ? version.tierPerMille[tier] : undefined;

const promptOf = (usage: TokenUsage): number => floor(usage.inputTokens) + floor(usage.cacheReadTokens) + floor(usage.cacheWriteTokens);

/** The lines whose sum `rate` rounds. Reasoning is billed at the output price, a part without a price of its own at its class's. */
export function ratedLines(usage: TokenUsage, version: PriceVersion): readonly RatedLine[] {
  const price = pricesFor(version, promptOf(usage));
  const classes = usageClasses(usage);
  const parts = price.parts ?? {};
  const tier = usage.parts?.serviceTier;
  const perMille = tier === undefined ? undefined : tierPerMille(version, tier);
  const line = (label: keyof UsageClasses, nanoUsdPerMillion: bigint): RatedLine => ({ label, tokens: count(classes[label]), nanoUsdPerMillion: perMille === undefined ? nanoUsdPerMillion : (nanoUsdPerMillion * BigInt(perMille) + 999n) / 1_000n });
  return [
    line("input", price.inputNanoUsdPerMillion), line("inputAudio", parts.inputAudioNanoUsdPerMillion ?? price.inputNanoUsdPerMillion), line("inputImage", parts.inputImageNanoUsdPerMillion ?? price.inputNanoUsdPerMillion),
    line("cacheRead", price.cacheReadNanoUsdPerMillion), line("cacheReadAudio", parts.cacheReadAudioNanoUsdPerMillion ?? price.cacheReadNanoUsdPerMillion),
    line("cacheWrite", price.cacheWriteNanoUsdPerMillion), line("cacheWrite1h", parts.cacheWrite1hNanoUsdPerMillion ?? price.cacheWriteNanoUsdPerMillion),
    line("output", price.outputNanoUsdPerMillion), line("outputAudio", parts.outputAudioNanoUsdPerMillion ?? price.outputNanoUsdPerMillion), line("outputImage", parts.outputImageNanoUsdPerMillion ?? price.outputNanoUsdPerMillion),
    line("reasoning", price.outputNanoUsdPerMillion),
    { label: "webSearch", tokens: count(classes.webSearch), nanoUsdPerMillion: (parts.webSearchNanoUsdPerThousand ?? 0n) * 1_000n },
  ];
}

/** nano-USD for the whole request. */
export function rate(usage: TokenUsage, version: PriceVersion): bigint {
  if (usage.parts !== undefined) return rateLines(usage, version);
  const price = version.steps === undefined ? version : pricesFor(version, promptOf(usage));
  const millionths = floor(usage.inputTokens) * Number(price.inputNanoUsdPerMillion) + floor(usage.cacheReadTokens) * Number(price.cacheReadNanoUsdPerMillion)
    + floor(usage.cacheWriteTokens) * Number(price.cacheWriteNanoUsdPerMillion) + (floor(usage.outputTokens) + floor(usage.reasoningTokens)) * Number(price.outputNanoUsdPerMillion) + HALF;
  return millionths < Number.MAX_SAFE_INTEGER ? BigInt((millionths - millionths % MILLION) / MILLION) : rateLines(usage, version);
}

/** Below 2^53 every product and sum of whole numbers is exact in a double, which costs a tenth of a bigint. */
const MILLION = 1_000_000;
const HALF = 500_000;
const floor = (tokens: number): number => Number.isFinite(tokens) && tokens > 0 ? Math.floor(tokens) : 0;

function rateLines(usage: TokenUsage, price: PriceVersion): bigint {
  const total = ratedLines(usage, price).reduce((sum, line) => sum + line.tokens * line.nanoUsdPerMillion, 0n);
  return (total + TOKENS_PER_PRICE / 2n) / TOKENS_PER_PRICE;
}

/** English prose in byte-level BPE runs at about four UTF-8 bytes a token. */
const BYTES_PER_TOKEN = 4;

/** A likely token count for `bytes` of UTF-8 text, for display and for usage that no provider reported. Not an upper bound. */
export function estimateTokens(bytes: number): number {
  return bytes > 0 ? Math.ceil(bytes / BYTES_PER_TOKEN) : 0;
}
