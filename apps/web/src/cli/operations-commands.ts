/** The catalogue, usage, and a look at what an installation needs. */
import { SEED } from "@trunkline/catalog";
import { priceKey } from "@trunkline/contracts";
import { inspectRedis } from "@trunkline/kv";
import { seedCatalog } from "@trunkline/db/web";
import { usd } from "../server/money-view.ts";
import type { CliEnv } from "../env.ts";
import { UsageError } from "./arguments.ts";
import { actorFor } from "./operator.ts";
import type { Command } from "./resource-commands.ts";

const DAYS_30_MS = 30 * 86_400_000;
const DIMENSIONS = ["model", "provider", "key", "project", "preset", "user", "session", "status"] as const;

const usage: Command = async (operator, input) => {
  const actor = await actorFor(operator, input);
  const groupBy = DIMENSIONS.find((name) => name === (input.flags.get("group-by") ?? "model"));
  if (!groupBy) throw new UsageError(`--group-by is one of ${DIMENSIONS.join(", ")}`);
  const asked = input.flags.get("mode");
  const mode = asked === "live" || asked === "test" ? asked : await operator.db.requests.defaultMode(actor);
  const range = { mode, from: new Date(input.flags.get("from") ?? Date.now() - DAYS_30_MS), to: new Date(input.flags.get("to") ?? Date.now() + 1) };
  const groups = await operator.db.usage.groups(actor, range, groupBy);
  return { mode, groupBy, data: groups.map((row) => ({ [groupBy]: row.key, label: row.label, requests: Number(row.requests), failed: Number(row.failed), costUsd: usd(row.chargeNanoUsd), inputTokens: Number(row.inputTokens), outputTokens: Number(row.outputTokens) })) };
};

/** What `catalog sync` would change. */
const diff: Command = async ({ db }) => {
  const stored = await db.catalog.load();
  const open = (provider: string, model: string) => stored.prices.get(priceKey(provider, model))?.findLast((row) => row.effectiveToMs === null);
  const changed = SEED.prices.filter((price) => {
    const current = open(price.provider, price.model);
    return price.effectiveToMs === null && (!current || current.inputNanoUsdPerMillion !== price.inputNanoUsdPerMillion || current.cacheReadNanoUsdPerMillion !== price.cacheReadNanoUsdPerMillion
      || current.cacheWriteNanoUsdPerMillion !== price.cacheWriteNanoUsdPerMillion || current.outputNanoUsdPerMillion !== price.outputNanoUsdPerMillion);
  });
  return { newModels: SEED.models.filter((model) => !stored.models.has(model.id)).map((model) => model.id), changedPrices: changed.map(({ provider, model }) => ({ provider, model })) };
};

interface Finding { readonly check: string; readonly ok: boolean; readonly advice: string }

async function finding(check: string, work: () => Promise<void>, advice: string): Promise<Finding> {
  try {
    await work();
    return { check, ok: true, advice: "" };
  } catch (error) {
    return { check, ok: false, advice: `${advice} (${error instanceof Error ? error.name : "failed"})` };
  }
}

const assert = (condition: boolean): void => { if (!condition) throw new Error("not so"); };

const doctor = (env: CliEnv): Command => async (operator) => {
  const { REDIS_URL } = env;
  const findings = [
    await finding("database", () => operator.db.ping(), "Start PostgreSQL, or correct DATABASE_URL"),
    await finding("migrations", async () => { await operator.db.accounts.listOrganizations(); }, "Run: npm run migrate deploy"),
    await finding("catalogue", async () => assert((await operator.db.catalog.load()).models.size > 0), "Run: npm run -s trunkline -- catalog sync"),
    await finding("counters and invalidation", () => operator.kv().ping(), REDIS_URL ? "Start Redis, or correct REDIS_URL" : "The embedded form needs PostgreSQL"),
  ];
  return { ok: findings.every((row) => row.ok), findings, ...(REDIS_URL ? { redis: await inspectRedis(REDIS_URL).catch(() => null) } : {}) };
};

export const operationsCommands = (env: CliEnv): Readonly<Record<string, Command>> => ({
  usage, doctor: doctor(env), "catalog diff": diff, "catalog sync": async (operator) => {
    const synced = await seedCatalog(env.DATABASE_URL, SEED);
    if (synced.pricesAdded > 0) await operator.kv().publish("catalog", "");
    return synced;
  },
});
