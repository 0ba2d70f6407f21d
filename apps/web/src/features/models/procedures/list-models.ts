import { dataPolicyOf, retirementOf } from "@trunkline/catalog";
import { priceKey, type CatalogEndpoint, type CatalogModel, type CatalogSnapshot } from "@trunkline/contracts";
import { z } from "zod";
import { usualRegionOf } from "../../../server/usual-region.ts";
import type { Actor, UsageSums, WebDb } from "@trunkline/db/web";
import { usd } from "../../../server/money-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { FirstModelsView, ModelView } from "../../../server/views.ts";
import { byName, PAGE_ROWS } from "../components/model-filter.ts";

const DAY_MS = 86_400_000;

const priceOf = ({ provider, model }: CatalogEndpoint, catalog: CatalogSnapshot) => catalog.prices.get(priceKey(provider, model))?.findLast((row) => row.effectiveToMs === null);

function toProvider(endpoint: CatalogEndpoint, catalog: CatalogSnapshot, seen: UsageSums | undefined): ModelView["providers"] {
  const price = priceOf(endpoint, catalog);
  if (!price) return [];
  const { trains, retains } = dataPolicyOf(endpoint.provider);
  return [{
    trains, retains, region: usualRegionOf(endpoint), provider: endpoint.provider, upstreamModel: endpoint.upstreamModel,
    inputUsdPerMillion: usd(price.inputNanoUsdPerMillion), cacheReadUsdPerMillion: usd(price.cacheReadNanoUsdPerMillion),
    cacheWriteUsdPerMillion: usd(price.cacheWriteNanoUsdPerMillion), outputUsdPerMillion: usd(price.outputNanoUsdPerMillion),
    requests24h: Number(seen?.requests ?? 0n), failed24h: Number(seen?.failed ?? 0n), avgTtftMs: seen && seen.ttftCount > 0n ? Number(seen.ttftMsSum / seen.ttftCount) : null,
  }];
}

type Health = ReadonlyMap<string, UsageSums>;

function toModel({ createdAt: _createdAt, ...model }: CatalogModel, catalog: CatalogSnapshot, seen: Health): ModelView {
  return {
    ...model, inputModalities: [...model.inputModalities], retires: retirementOf(model.id),
    providers: (catalog.endpointsByModel.get(model.id) ?? []).flatMap((endpoint) => toProvider(endpoint, catalog, seen.get(priceKey(endpoint.provider, endpoint.model)))),
  };
}

async function read({ db, actor, nowMs }: { readonly db: Pick<WebDb, "catalog" | "usage">; readonly actor: Actor; readonly nowMs: () => number }): Promise<{ readonly catalog: CatalogSnapshot; readonly seen: Health }> {
  const [catalog, health] = await Promise.all([db.catalog.load(), db.usage.endpointHealth(actor, new Date(nowMs() - DAY_MS))]);
  return { catalog, seen: new Map(health.map((row) => [priceKey(row.provider, row.model), row])) };
}

/** An endpoint without a current price cannot be routed to, so it is not shown. */
export const listModels = memberProcedure.query(async ({ ctx }): Promise<ModelView[]> => {
  const { catalog, seen } = await read(ctx);
  return [...catalog.models.values()].map((model) => toModel(model, catalog, seen));
});

/** What the list begins with, until the whole of it is there: its first rows in their usual order, how many there are, and everybody who serves one. */
export const firstModels = memberProcedure.query(async ({ ctx }): Promise<FirstModelsView> => {
  const { catalog, seen } = await read(ctx);
  const shown = [...catalog.models.values()].toSorted(byName).slice(0, PAGE_ROWS).map((model) => toModel(model, catalog, seen));
  const serving = [...catalog.endpointsByModel.values()].flat().filter((endpoint) => priceOf(endpoint, catalog) !== undefined);
  return { models: shown, total: catalog.models.size, providers: [...new Set(serving.map(({ provider }) => provider))].sort() };
});

const MODEL_CHARS_MAX = 256;
/** null: the catalogue has no such model. */
export const getModel = memberProcedure.input(z.object({ id: z.string().min(1).max(MODEL_CHARS_MAX) })).query(async ({ ctx, input }): Promise<ModelView | null> => {
  const { catalog, seen } = await read(ctx);
  const model = catalog.models.get(input.id);
  return model ? toModel(model, catalog, seen) : null;
});
