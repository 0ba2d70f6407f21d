/**
 * Brings new models and prices in without a deploy: one look at the configured price document. Says in the log what changed and which presets
 * it concerns, and tells the gateways, who take it up at once. What the change is, `planSync` decides; this only reads, writes and tells.
 */
import { planSync, readSource, type SyncReport } from "@trunkline/catalog/sync";
import { changeCatalog } from "@trunkline/db/worker";
import { createKv } from "@trunkline/kv";
import { BUILT_IN_PRESETS } from "@trunkline/router-core";
import type { Log } from "../stages.ts";

export interface CatalogSyncOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly source: string;
  readonly now: () => number;
  readonly log: Log;
}

/** Rejects where the document cannot be read or Postgres is away; then nothing is written. */
export function createCatalogSync({ databaseUrl, redisUrl, source, now, log }: CatalogSyncOptions): () => Promise<void> {
  return async () => {
    const wanted = await readSource(source);
    const nowMs = now();
    const { report, isChanged } = await changeCatalog({
      databaseUrl, nowMs,
      decide: ({ catalog, presets }) => {
        const builtIn = [...BUILT_IN_PRESETS.values()].map(({ slug, document }) => [`built-in/${slug}`, document] as const);
        const { writes, decision } = planSync({ catalog, presets: [...builtIn, ...presets], wanted, source, nowMs });
        return { writes, decision: { report: decision, isChanged: writes !== null } };
      },
    });
    say(log, report);
    if (isChanged) await announce(databaseUrl, redisUrl);
  };
}

async function announce(databaseUrl: string, redisUrl: string | undefined): Promise<void> {
  const kv = createKv({ databaseUrl, redisUrl });
  try {
    await kv.publish("catalog", "");
  } finally {
    await kv.close();
  }
}

function say(log: Log, report: SyncReport): void {
  const presets = report.presets.map(({ preset }) => preset).join(", ") || "none";
  for (const { provider, model, before, after } of report.changedPrices) log.info({ provider, model }, before === null ? `catalogue: new price, ${after.input} in and ${after.output} out` : `catalogue: price ${before.input} in and ${before.output} out becomes ${after.input} and ${after.output}`);
  for (const { provider, model } of report.heldBack) log.warn({ provider, model }, "catalogue: a price moved more than tenfold and is held back; look at it with `trunkline catalog diff --from`, accept it with `catalog sync --accept-jumps`");
  const { newModels, changedModels, newEndpoints, pricesAdded } = report;
  if (newModels.length + changedModels.length + newEndpoints.length + pricesAdded > 0) log.info({ count: pricesAdded }, `catalogue: ${newModels.length} new models, ${changedModels.length} changed, ${pricesAdded} prices; presets concerned: ${presets}`);
}
