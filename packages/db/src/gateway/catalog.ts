import { priceExtrasFromText, priceKey, tokenPricesFromText } from "@trunkline/contracts";
import type { CatalogEndpoint, CatalogModel, CatalogSnapshot, PriceExtrasText, PriceVersion, TokenPricesText } from "@trunkline/contracts";
import type { Statement } from "./prepared.ts";

type PriceJson = Pick<PriceVersion, "id" | "provider" | "model" | "source"> & TokenPricesText & PriceExtrasText & { readonly effectiveFromMs: string; readonly effectiveToMs: string | null };
interface CatalogRow { readonly models: readonly { readonly id: string; readonly document: Omit<CatalogModel, "id"> }[]; readonly endpoints: readonly CatalogEndpoint[]; readonly prices: readonly PriceJson[] }

/**
 * One statement, so that models, endpoints and prices are of one moment. Where two providers of a model cost the same, the first of them is tried first: an
 * aggregator adds a hop to whoever serves the model itself, and a deployment at Azure has a quota of its own, so they come last.
 */
export const LOAD_CATALOG: Statement<CatalogRow> = {
  name: "gateway_load_catalog",
  text: `
SELECT
  coalesce((SELECT json_agg(json_build_object('id', id, 'document', document) ORDER BY id) FROM model), '[]'::json) AS models,
  coalesce((SELECT json_agg(json_build_object('provider', provider, 'model', "modelId", 'upstreamModel', "upstreamModel") ORDER BY "modelId", provider IN ('openrouter', 'azure-openai'), provider) FROM model_endpoint), '[]'::json) AS endpoints,
  coalesce((SELECT json_agg(json_build_object('id', id, 'provider', provider, 'model', "modelId",
    'effectiveFromMs', (extract(epoch FROM "effectiveFrom") * 1000)::bigint::text, 'effectiveToMs', (extract(epoch FROM "effectiveTo") * 1000)::bigint::text,
    'inputNanoUsdPerMillion', "inputNanoUsdPerMillion"::text, 'cacheReadNanoUsdPerMillion', "cacheReadNanoUsdPerMillion"::text,
    'cacheWriteNanoUsdPerMillion', "cacheWriteNanoUsdPerMillion"::text, 'outputNanoUsdPerMillion', "outputNanoUsdPerMillion"::text, 'source', source, 'steps', steps, 'parts', parts, 'hours', hours, 'tierPerMille', "tierPerMille")
    ORDER BY provider, "modelId", "effectiveFrom") FROM price_version), '[]'::json) AS prices`,
};

export function catalogSnapshot(row: CatalogRow): CatalogSnapshot {
  return {
    models: new Map(row.models.map(({ id, document }) => [id, { ...document, id }])),
    endpointsByModel: groupBy(row.endpoints, (endpoint) => endpoint.model),
    prices: groupBy(row.prices.map(priceVersion), (price) => priceKey(price.provider, price.model)),
  };
}

function priceVersion(price: PriceJson): PriceVersion {
  return {
    id: price.id, provider: price.provider, model: price.model, source: price.source,
    effectiveFromMs: Number(price.effectiveFromMs),
    effectiveToMs: price.effectiveToMs === null ? null : Number(price.effectiveToMs),
    ...tokenPricesFromText(price), ...priceExtrasFromText(price),
  };
}

/** Keeps the order of the items within a group. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
