/** Models, who serves them, and the effective-dated price book. Global data: no tenant, written only by `seedCatalog`. */
import { priceKey, type CatalogEndpoint, type CatalogModel, type CatalogSnapshot, type PriceVersion } from "@trunkline/contracts";
import type { Prisma } from "../../generated/client.ts";
import { createContext, type StoreContext } from "./context.ts";

export interface CatalogSeed { readonly models: readonly CatalogModel[]; readonly endpoints: readonly CatalogEndpoint[]; readonly prices: readonly PriceVersion[] }
export interface CatalogSync { readonly models: number; readonly endpoints: number; readonly pricesAdded: number; readonly pricesClosed: number; readonly pricesUnchanged: number }

const PRICE_FIELDS = ["inputNanoUsdPerMillion", "cacheReadNanoUsdPerMillion", "cacheWriteNanoUsdPerMillion", "outputNanoUsdPerMillion"] as const;
/** A whole catalogue in one transaction: about a thousand statements. */
const SYNC_TIMEOUT_MS = 120_000;
/** Two syncs at once would both open a version. */
const SYNC_LOCK = 7_203_001;

const toPrice = (row: { id: string; provider: string; modelId: string; effectiveFrom: Date; effectiveTo: Date | null; source: string } & Record<(typeof PRICE_FIELDS)[number], bigint>): PriceVersion => ({
  id: row.id, provider: row.provider, model: row.modelId, effectiveFromMs: row.effectiveFrom.getTime(), effectiveToMs: row.effectiveTo?.getTime() ?? null,
  inputNanoUsdPerMillion: row.inputNanoUsdPerMillion, cacheReadNanoUsdPerMillion: row.cacheReadNanoUsdPerMillion,
  cacheWriteNanoUsdPerMillion: row.cacheWriteNanoUsdPerMillion, outputNanoUsdPerMillion: row.outputNanoUsdPerMillion, source: row.source,
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

/** A changed price closes the open version at `now` and opens a new one; an equal price changes nothing. */
async function syncPrice(transaction: Prisma.TransactionClient, price: PriceVersion, open: PriceVersion | undefined, now: Date): Promise<"added" | "changed" | "unchanged"> {
  if (open && PRICE_FIELDS.every((field) => open[field] === price[field])) return "unchanged";
  if (open) await transaction.priceVersion.update({ where: { id: open.id }, data: { effectiveTo: now } });
  const effectiveFrom = open ? now : new Date(price.effectiveFromMs);
  const { model, provider, source } = price;
  await transaction.priceVersion.create({
    data: { id: open ? `${price.id}_${now.getTime()}` : price.id, provider, modelId: model, source, effectiveFrom, effectiveTo: null, ...Object.fromEntries(PRICE_FIELDS.map((field) => [field, price[field]])) as Record<(typeof PRICE_FIELDS)[number], bigint> },
  });
  return open ? "changed" : "added";
}

/** Brings Postgres to the seed in one transaction. Repeatable: a second run changes nothing. Models absent from the seed stay, since history names them. */
export async function seedCatalog(databaseUrl: string, seed: CatalogSeed, nowMs: number = Date.now()): Promise<CatalogSync> {
  const { client } = createContext({ databaseUrl });
  try {
    return await client.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM (SELECT pg_advisory_xact_lock(${SYNC_LOCK}::bigint)) AS lock`;
      const now = new Date(nowMs);
      for (const model of seed.models) {
        const document = { ...model, inputModalities: [...model.inputModalities] };
        await transaction.model.upsert({ where: { id: model.id }, create: { id: model.id, document }, update: { document } });
      }
      for (const { provider, model, upstreamModel } of seed.endpoints) {
        await transaction.modelEndpoint.upsert({ where: { provider_modelId: { provider, modelId: model } }, create: { provider, modelId: model, upstreamModel }, update: { upstreamModel } });
      }
      const open = new Map((await transaction.priceVersion.findMany({ where: { effectiveTo: null } })).map((row) => [priceKey(row.provider, row.modelId), toPrice(row)]));
      const count = { added: 0, changed: 0, unchanged: 0 };
      for (const price of seed.prices.filter((row) => row.effectiveToMs === null)) count[await syncPrice(transaction, price, open.get(priceKey(price.provider, price.model)), now)] += 1;
      return { models: seed.models.length, endpoints: seed.endpoints.length, pricesAdded: count.added + count.changed, pricesClosed: count.changed, pricesUnchanged: count.unchanged };
    }, { timeout: SYNC_TIMEOUT_MS });
  } finally {
    await client.$disconnect();
  }
}
