import { priceKey, type CatalogEndpoint, type CatalogSnapshot } from "@trunkline/contracts";
import type { UsageSums } from "@trunkline/db/web";
import { usd } from "../../../server/money-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { ModelView } from "../../../server/views.ts";

const DAY_MS = 86_400_000;

function toProvider(endpoint: CatalogEndpoint, catalog: CatalogSnapshot, seen: UsageSums | undefined): ModelView["providers"] {
  const price = catalog.prices.get(priceKey(endpoint.provider, endpoint.model))?.findLast((row) => row.effectiveToMs === null);
  if (!price) return [];
  return [{
    provider: endpoint.provider, upstreamModel: endpoint.upstreamModel,
    inputUsdPerMillion: usd(price.inputNanoUsdPerMillion), cacheReadUsdPerMillion: usd(price.cacheReadNanoUsdPerMillion),
    cacheWriteUsdPerMillion: usd(price.cacheWriteNanoUsdPerMillion), outputUsdPerMillion: usd(price.outputNanoUsdPerMillion),
    requests24h: Number(seen?.requests ?? 0n), failed24h: Number(seen?.failed ?? 0n), avgTtftMs: seen && seen.ttftCount > 0n ? Number(seen.ttftMsSum / seen.ttftCount) : null,
  }];
}

/** An endpoint without a current price cannot be routed to, so it is not shown. */
export const listModels = memberProcedure.query(async ({ ctx }): Promise<ModelView[]> => {
  const [catalog, health] = await Promise.all([ctx.db.catalog.load(), ctx.db.usage.endpointHealth(ctx.actor, new Date(ctx.nowMs() - DAY_MS))]);
  const seen = new Map(health.map((row) => [priceKey(row.provider, row.model), row]));
  return [...catalog.models.values()].map(({ createdAt: _createdAt, ...model }) => ({
    ...model, inputModalities: [...model.inputModalities],
    providers: (catalog.endpointsByModel.get(model.id) ?? []).flatMap((endpoint) => toProvider(endpoint, catalog, seen.get(priceKey(endpoint.provider, endpoint.model)))),
  }));
});
