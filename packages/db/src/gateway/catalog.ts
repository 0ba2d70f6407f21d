import { priceKey } from "@trunkline/contracts";
import type { CatalogEndpoint, CatalogModel, CatalogSnapshot, PriceStep, PriceVersion } from "@trunkline/contracts";
import type { Statement } from "./prepared.ts";

/** A step as the column holds it: numbers beyond 2^53 survive as text alone. */
export interface StepJson { readonly aboveInputTokens: number; readonly inputNanoUsdPerMillion: string; readonly cacheReadNanoUsdPerMillion: string; readonly cacheWriteNanoUsdPerMillion: string; readonly outputNanoUsdPerMillion: string }
interface PriceJson {
  readonly id: string; readonly provider: string; readonly model: string; readonly effectiveFromMs: string; readonly effectiveToMs: string | null;
  readonly inputNanoUsdPerMillion: string; readonly cacheReadNanoUsdPerMillion: string; readonly cacheWriteNanoUsdPerMillion: string; readonly outputNanoUsdPerMillion: string; readonly source: string; readonly steps: readonly StepJson[] | null;
}
interface CatalogRow { readonly models: readonly { readonly id: string; readonly document: Omit<CatalogModel, "id"> }[]; readonly endpoints: readonly CatalogEndpoint[]; readonly prices: readonly PriceJson[] }

/**
 * One statement, so that models, endpoints and prices are of one moment. Where two providers of a model cost the same, the first of them is tried first: an
 * aggregator adds a hop to whoever serves the model itself, so it comes last.
 */
export const LOAD_CATALOG: Statement<CatalogRow> = {
  name: "gateway_load_catalog",
  text: `
SELECT
  coalesce((SELECT json_agg(json_build_object('id', id, 'document', document) ORDER BY id) FROM model), '[]'::json) AS models,
  coalesce((SELECT json_agg(json_build_object('provider', provider, 'model', "modelId", 'upstreamModel', "upstreamModel") ORDER BY "modelId", provider = 'openrouter', provider) FROM model_endpoint), '[]'::json) AS endpoints,
  coalesce((SELECT json_agg(json_build_object('id', id, 'provider', provider, 'model', "modelId",
    'effectiveFromMs', (extract(epoch FROM "effectiveFrom") * 1000)::bigint::text, 'effectiveToMs', (extract(epoch FROM "effectiveTo") * 1000)::bigint::text,
    'inputNanoUsdPerMillion', "inputNanoUsdPerMillion"::text, 'cacheReadNanoUsdPerMillion', "cacheReadNanoUsdPerMillion"::text,
    'cacheWriteNanoUsdPerMillion', "cacheWriteNanoUsdPerMillion"::text, 'outputNanoUsdPerMillion', "outputNanoUsdPerMillion"::text, 'source', source, 'steps', steps)
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
    inputNanoUsdPerMillion: BigInt(price.inputNanoUsdPerMillion),
    cacheReadNanoUsdPerMillion: BigInt(price.cacheReadNanoUsdPerMillion),
    cacheWriteNanoUsdPerMillion: BigInt(price.cacheWriteNanoUsdPerMillion),
    outputNanoUsdPerMillion: BigInt(price.outputNanoUsdPerMillion),
    ...(price.steps === null ? {} : { steps: price.steps.map(priceStep) }),
  };
}

export function priceStep(step: StepJson): PriceStep {
  return {
    aboveInputTokens: step.aboveInputTokens, inputNanoUsdPerMillion: BigInt(step.inputNanoUsdPerMillion), cacheReadNanoUsdPerMillion: BigInt(step.cacheReadNanoUsdPerMillion),
    cacheWriteNanoUsdPerMillion: BigInt(step.cacheWriteNanoUsdPerMillion), outputNanoUsdPerMillion: BigInt(step.outputNanoUsdPerMillion),
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
