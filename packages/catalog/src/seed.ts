import { priceExtrasFromText, tokenPricesFromText, type CatalogEndpoint, type CatalogModel, type PriceExtrasText, type PriceVersion, type TokenPricesText } from "@trunkline/contracts";
import seedFile from "./seed.json" with { type: "json" };
import type { CatalogRows } from "./snapshot.ts";

type PriceRow = Pick<PriceVersion, "id" | "provider" | "model" | "effectiveFromMs" | "effectiveToMs" | "source"> & TokenPricesText & PriceExtrasText;
interface SeedFile { readonly models: readonly CatalogModel[]; readonly endpoints: readonly CatalogEndpoint[]; readonly prices: readonly PriceRow[]; readonly aliases: Readonly<Record<string, string>> }

const file = seedFile as SeedFile;

/** The catalogue a new installation starts with. Prices from @pydantic/genai-prices (MIT), written by scripts/build-seed.mjs; provenance in seed.json. */
export const SEED: CatalogRows = {
  models: file.models,
  endpoints: file.endpoints,
  prices: file.prices.map((row) => ({ id: row.id, provider: row.provider, model: row.model, effectiveFromMs: row.effectiveFromMs, effectiveToMs: row.effectiveToMs, source: row.source, ...tokenPricesFromText(row), ...priceExtrasFromText(row) })),
};

/** Dated provider names (`claude-sonnet-4-5-20250929`) that clients pin, by the model id they denote. */
export const SNAPSHOT_ALIASES: ReadonlyMap<string, string> = new Map(Object.entries(file.aliases));
