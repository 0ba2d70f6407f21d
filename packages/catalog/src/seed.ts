import type { CatalogEndpoint, CatalogModel, PriceVersion, TokenPrices } from "@trunkline/contracts";
import seedFile from "./seed.json" with { type: "json" };
import type { CatalogRows } from "./snapshot.ts";

type PriceField = "inputNanoUsdPerMillion" | "cacheReadNanoUsdPerMillion" | "cacheWriteNanoUsdPerMillion" | "outputNanoUsdPerMillion";
type PriceText = Readonly<Record<PriceField, string>>;
type PriceRow = Omit<PriceVersion, PriceField | "steps"> & PriceText & { readonly steps?: readonly (PriceText & { readonly aboveInputTokens: number })[] };
interface SeedFile { readonly models: readonly CatalogModel[]; readonly endpoints: readonly CatalogEndpoint[]; readonly prices: readonly PriceRow[]; readonly aliases: Readonly<Record<string, string>> }

const file = seedFile as SeedFile;

function pricesOf(text: PriceText): TokenPrices {
  return {
    inputNanoUsdPerMillion: BigInt(text.inputNanoUsdPerMillion), cacheReadNanoUsdPerMillion: BigInt(text.cacheReadNanoUsdPerMillion),
    cacheWriteNanoUsdPerMillion: BigInt(text.cacheWriteNanoUsdPerMillion), outputNanoUsdPerMillion: BigInt(text.outputNanoUsdPerMillion),
  };
}

/** The catalogue a new installation starts with. Prices from @pydantic/genai-prices (MIT), written by scripts/build-seed.mjs; provenance in seed.json. */
export const SEED: CatalogRows = {
  models: file.models,
  endpoints: file.endpoints,
  prices: file.prices.map(({ steps, ...row }) => ({ ...row, ...pricesOf(row), ...(steps ? { steps: steps.map((step) => ({ aboveInputTokens: step.aboveInputTokens, ...pricesOf(step) })) } : {}) })),
};

/** Dated provider names (`claude-sonnet-4-5-20250929`) that clients pin, by the model id they denote. */
export const SNAPSHOT_ALIASES: ReadonlyMap<string, string> = new Map(Object.entries(file.aliases));
