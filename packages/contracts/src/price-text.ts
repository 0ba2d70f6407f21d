/**
 * Prices as JSON carries them: whole numbers beyond 2^53 survive as text alone. Decides the one form in which the seed, the database's columns and a
 * catalogue document write a price, so that none of them can leave a dimension out.
 */
import { PART_PRICES, type PartPrices, type PriceHours, type PriceStep, type TokenPrices } from "./catalog.ts";

type Texts<Prices> = { readonly [Name in keyof Prices]: string };
export interface TokenPricesText extends Texts<Omit<TokenPrices, "parts">> { readonly parts?: Texts<PartPrices> | null }
export type PriceStepText = TokenPricesText & Pick<PriceStep, "aboveInputTokens">;
export type PriceHoursText = TokenPricesText & Pick<PriceHours, "fromMinute" | "toMinute">;
export interface PriceExtrasText { readonly steps?: readonly PriceStepText[] | null; readonly hours?: readonly PriceHoursText[] | null; readonly tierPerMille?: Readonly<Record<string, number>> | null }
export interface PriceExtras { readonly steps?: readonly PriceStep[]; readonly hours?: readonly PriceHours[]; readonly tierPerMille?: Readonly<Record<string, number>> }

export function tokenPricesFromText(text: TokenPricesText): TokenPrices {
  const prices = {
    inputNanoUsdPerMillion: BigInt(text.inputNanoUsdPerMillion), cacheReadNanoUsdPerMillion: BigInt(text.cacheReadNanoUsdPerMillion),
    cacheWriteNanoUsdPerMillion: BigInt(text.cacheWriteNanoUsdPerMillion), outputNanoUsdPerMillion: BigInt(text.outputNanoUsdPerMillion),
  };
  return text.parts ? { ...prices, parts: partPricesFromText(text.parts) } : prices;
}

export function partPricesFromText(text: Texts<PartPrices>): PartPrices {
  const parts: { -readonly [Name in keyof PartPrices]: bigint } = {};
  for (const name of PART_PRICES) { const value = text[name]; if (value !== undefined) parts[name] = BigInt(value); }
  return parts;
}

/** Only what is there: a price without steps has no member of that name. */
export function priceExtrasFromText({ steps, hours, tierPerMille }: PriceExtrasText): PriceExtras {
  return {
    ...(steps ? { steps: steps.map((step) => ({ aboveInputTokens: step.aboveInputTokens, ...tokenPricesFromText(step) })) } : {}),
    ...(hours ? { hours: hours.map((hour) => ({ fromMinute: hour.fromMinute, toMinute: hour.toMinute, ...tokenPricesFromText(hour) })) } : {}),
    ...(tierPerMille ? { tierPerMille } : {}),
  };
}
