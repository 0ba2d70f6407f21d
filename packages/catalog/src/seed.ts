import type { CatalogEndpoint, CatalogModel, PriceVersion } from "@trunkline/contracts";
import seedFile from "./seed.json" with { type: "json" };
import type { CatalogRows } from "./snapshot.ts";

type PriceField = "inputNanoUsdPerMillion" | "cacheReadNanoUsdPerMillion" | "cacheWriteNanoUsdPerMillion" | "outputNanoUsdPerMillion";
type PriceRow = Omit<PriceVersion, PriceField> & Readonly<Record<PriceField, string>>;
interface SeedFile { readonly models: readonly CatalogModel[]; readonly endpoints: readonly CatalogEndpoint[]; readonly prices: readonly PriceRow[]; readonly aliases: Readonly<Record<string, string>> }

const file = seedFile as SeedFile;

/** The catalogue a new installation starts with. Prices from @pydantic/genai-prices (MIT), written by scripts/build-seed.mjs; provenance in seed.json. */
export const SEED: CatalogRows = {
  models: file.models,
  endpoints: file.endpoints,
  prices: file.prices.map((row) => ({
    ...row,
    inputNanoUsdPerMillion: BigInt(row.inputNanoUsdPerMillion),
    cacheReadNanoUsdPerMillion: BigInt(row.cacheReadNanoUsdPerMillion),
    cacheWriteNanoUsdPerMillion: BigInt(row.cacheWriteNanoUsdPerMillion),
    outputNanoUsdPerMillion: BigInt(row.outputNanoUsdPerMillion),
  })),
};

/** Dated provider names (`claude-sonnet-4-5-20250929`) that clients pin, by the model id they denote. */
export const SNAPSHOT_ALIASES: ReadonlyMap<string, string> = new Map(Object.entries(file.aliases));
