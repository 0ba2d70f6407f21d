/** Models, who serves them, and the effective-dated price book. Global data: no tenant, written only by `changeCatalog`. */
import { partPricesFromText, priceExtrasFromText, priceKey, type CatalogEndpoint, type CatalogModel, type CatalogSnapshot, type PriceExtrasText, type PriceVersion } from "@trunkline/contracts";
import type { PriceVersion as PriceRow } from "../../generated/client.ts";
import type { StoreContext } from "./context.ts";


const toPrice = (row: PriceRow): PriceVersion => ({
  id: row.id, provider: row.provider, model: row.modelId, effectiveFromMs: row.effectiveFrom.getTime(), effectiveToMs: row.effectiveTo?.getTime() ?? null,
  inputNanoUsdPerMillion: row.inputNanoUsdPerMillion, cacheReadNanoUsdPerMillion: row.cacheReadNanoUsdPerMillion,
  cacheWriteNanoUsdPerMillion: row.cacheWriteNanoUsdPerMillion, outputNanoUsdPerMillion: row.outputNanoUsdPerMillion, source: row.source,
  ...(row.parts ? { parts: partPricesFromText(row.parts as Parameters<typeof partPricesFromText>[0]) } : {}), ...priceExtrasFromText(row as PriceExtrasText),
});

export function createCatalog({ client }: Pick<StoreContext, "client">) {
  return {
    async load(): Promise<CatalogSnapshot> {
      const [models, endpoints, prices] = await Promise.all([
        client.model.findMany({ orderBy: { id: "asc" } }), client.modelEndpoint.findMany({ orderBy: [{ modelId: "asc" }, { provider: "asc" }] }), client.priceVersion.findMany({ orderBy: { effectiveFrom: "asc" } }),
      ]);
      const endpointsByModel = new Map<string, CatalogEndpoint[]>();
      for (const row of endpoints) endpointsByModel.set(row.modelId, [...(endpointsByModel.get(row.modelId) ?? []), { provider: row.provider, model: row.modelId, upstreamModel: row.upstreamModel }]);
      const pricesByKey = new Map<string, PriceVersion[]>();
      for (const row of prices) pricesByKey.set(priceKey(row.provider, row.modelId), [...(pricesByKey.get(priceKey(row.provider, row.modelId)) ?? []), toPrice(row)]);
      return { models: new Map(models.map((row) => [row.id, row.document as unknown as CatalogModel])), endpointsByModel, prices: pricesByKey };
    },
    async findPrice(id: string): Promise<PriceVersion | null> {
      const row = await client.priceVersion.findUnique({ where: { id } });
      return row && toPrice(row);
    },
  };
}
