/** What a month of one kind of call would cost by list prices. Estimates for choosing: steps by length, tiers and hours are the bill's matter. */
import type { ModelView } from "../../../server/views.ts";

export type Provider = ModelView["providers"][number];
/** `cachedPercent` of the input is read from the provider's cache. */
export interface Load { readonly requests: number; readonly inputTokens: number; readonly cachedPercent: number; readonly outputTokens: number }
export const FIRST_LOAD: Load = { requests: 10_000, inputTokens: 2_000, cachedPercent: 0, outputTokens: 500 };

const MILLION = 1_000_000;

/** US dollars for all requests of the load. */
export function loadCostUsd({ requests, inputTokens, cachedPercent, outputTokens }: Load, price: Pick<Provider, "inputUsdPerMillion" | "cacheReadUsdPerMillion" | "outputUsdPerMillion">): number {
  const cached = (inputTokens * Math.min(Math.max(cachedPercent, 0), 100)) / 100;
  return (requests * ((inputTokens - cached) * Number(price.inputUsdPerMillion) + cached * Number(price.cacheReadUsdPerMillion) + outputTokens * Number(price.outputUsdPerMillion))) / MILLION;
}

/** The provider who asks least for this load; undefined where nobody sells the model. */
export const cheapestFor = (load: Load, providers: readonly Provider[]): Provider | undefined => providers.toSorted((a, b) => loadCostUsd(load, a) - loadCostUsd(load, b))[0];
