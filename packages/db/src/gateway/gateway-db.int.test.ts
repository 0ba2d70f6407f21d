import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DependencyUnavailable } from "./dependency-unavailable.ts";
import { createGatewayDb } from "./gateway-db.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (!databaseUrl) throw new Error("DATABASE_URL is not set: these tests need a real, migrated Postgres");

/** Unique a run, so that the tests can share a database. */
const run = `${process.pid}x${Date.now().toString(36)}`;
const ids = { mine: `org_${run}`, other: `org_${run}o`, project: `prj_${run}`, key: `key_${run}`, keyId: run.slice(-10), preset: `pre_${run}`, model: `test/${run}`, request: `req_${run}` };
const db = createGatewayDb({ databaseUrl, poolMax: 2 });
const admin = new pg.Client({ connectionString: databaseUrl });
const AT = "2026-11-02T10:00:00Z";
const document = { rules: [{ name: "all", targets: [{ model: "openai/gpt-4o-mini" }] }] };

beforeAll(async () => {
  await admin.connect();
  await admin.query(`INSERT INTO organization (id, slug, name, "rpmLimit") VALUES ($1, $1, 'Mine', 600), ($2, $2, 'Other', NULL)`, [ids.mine, ids.other]);
  await admin.query(`INSERT INTO project (id, "organizationId", slug, name) VALUES ($1, $2, 'default', 'Default')`, [ids.project, ids.mine]);
  await admin.query(`INSERT INTO api_key (id, "organizationId", "projectId", kind, name, "keyId", "lastFour", hash, "pepperVersion", "rpmLimit", "expiresAt") VALUES ($1, $2, $3, 'live', 'ci', $4, 'abcd', $5, 3, 60, '2027-01-01T00:00:00Z')`, [ids.key, ids.mine, ids.project, ids.keyId, Buffer.from(run)]);
  const budget = `INSERT INTO budget (id, "organizationId", scope, "scopeId", name, period, "limitNanoUsd") VALUES ($1, $2, $3, $4, 'b', 'monthly', 9000000000000001)`;
  await admin.query(budget, [`bud_${run}1`, ids.mine, "organization", ids.mine]);
  await admin.query(budget, [`bud_${run}2`, ids.mine, "project", ids.project]);
  await admin.query(budget, [`bud_${run}3`, ids.mine, "key", ids.key]);
  await admin.query(budget, [`bud_${run}4`, ids.mine, "key", "key_of_somebody_else"]);
  await admin.query(budget, [`bud_${run}5`, ids.other, "key", ids.key]);
  await admin.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'fast', 'Fast', 2, now())`, [ids.preset, ids.mine]);
  for (const version of [1, 2, 3]) await admin.query(`INSERT INTO preset_version ("presetId", "organizationId", version, document, comment) VALUES ($1, $2, $3, $4, '')`, [ids.preset, ids.mine, version, version === 3 ? { rules: "broken" } : document]);
  await admin.query(`INSERT INTO model (id, document) VALUES ($1, '{"name":"Test","author":"test","contextTokens":1000}')`, [ids.model]);
  await admin.query(`INSERT INTO model_endpoint (provider, "modelId", "upstreamModel") VALUES ('openai', $1, 'up-1')`, [ids.model]);
  const price = `INSERT INTO price_version (id, provider, "modelId", "effectiveFrom", "effectiveTo", "inputNanoUsdPerMillion", "cacheReadNanoUsdPerMillion", "cacheWriteNanoUsdPerMillion", "outputNanoUsdPerMillion", source) VALUES ($1, 'openai', $2, $3, $4, 9007199254740993, 1, 2, 3, 'test')`;
  await admin.query(price, [`prc_${run}b`, ids.model, "2026-06-01T00:00:00Z", null]);
  await admin.query(price, [`prc_${run}a`, ids.model, "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"]);
  await insertRollups();
  await insertGeneration();
});

async function insertRollups(): Promise<void> {
  const insert = `INSERT INTO usage_rollup (bucket, "organizationId", "projectId", "apiKeyId", mode, provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount")
    VALUES ($1, $2, $3, $4, $5, 'openai', 'm', '', 'ok', 1, 1, 0, 0, 0, 0, 0, $6, 0, 0, 0, 0)`;
  const rows: readonly (readonly [string, string, string, string, string, number])[] = [
    ["2026-11-01T00:00:00Z", ids.mine, ids.project, ids.key, "live", 1],
    ["2026-11-30T23:59:00Z", ids.mine, ids.project, ids.key, "live", 10],
    ["2026-11-02T00:00:00Z", ids.mine, ids.project, "another_key", "live", 100],
    ["2026-11-02T00:00:00Z", ids.mine, "another_project", "another_key", "live", 1_000],
    ["2026-12-01T00:00:00Z", ids.mine, ids.project, ids.key, "live", 10_000],
    ["2026-11-02T00:00:00Z", ids.mine, ids.project, ids.key, "test", 100_000],
    ["2026-11-02T00:00:00Z", ids.other, ids.project, ids.key, "live", 1_000_000],
  ];
  for (const row of rows) await admin.query(insert, [...row]);
}

async function insertGeneration(): Promise<void> {
  const attempt = { attempt: 1, provider: "openai", model: ids.model, upstreamModel: "up-1", startedAtMs: Date.parse(AT), durationMs: 900, timeToFirstTokenMs: 200, status: 200, failureClass: null, message: null, usage: {}, priceVersionId: null, costNanoUsd: "1500000" };
  await admin.query(
    `INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", status, "httpStatus", provider, model, "finishReason", "durationMs", "timeToFirstTokenMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "priceVersionId", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata)
     VALUES ($1, 'test', $2, $3, $4, $5, 'chat_completions', true, 'auto', 'cancelled', 200, 'openai', $6, 'stop', 1000, 250, 10, 20, 5, 7, 3, 'reported', 'prc_1', 2000000, 1500000, $7, '["top_k dropped"]', '{"team":"a"}')`,
    [ids.request, ids.mine, ids.project, ids.key, AT, ids.model, JSON.stringify([attempt])],
  );
}

afterAll(async () => {
  for (const table of ["generation", "usage_rollup", "budget", "project", "preset"]) await admin.query(`DELETE FROM ${table} WHERE "organizationId" = ANY ($1)`, [[ids.mine, ids.other]]);
  await admin.query("DELETE FROM organization WHERE id = ANY ($1)", [[ids.mine, ids.other]]);
  await admin.query(`DELETE FROM price_version WHERE "modelId" = $1`, [ids.model]);
  await admin.query("DELETE FROM model WHERE id = $1", [ids.model]);
  await Promise.all([admin.end(), db.close()]);
});

describe("gateway db", () => {
  it("reads a key with its organization's limit and exactly the budgets that bind it", async () => {
    const key = await db.findApiKey(ids.keyId);
    expect(key).toMatchObject({
      id: ids.key, keyId: ids.keyId, kind: "live", name: "ci", pepperVersion: 3, organizationId: ids.mine, projectId: ids.project,
      rpmLimit: 60, organizationRpmLimit: 600, suspended: false, expiresAtMs: Date.parse("2027-01-01T00:00:00Z"), revokedAtMs: null,
    });
    expect(Buffer.from(key?.hash ?? []).toString()).toBe(run);
    expect(key?.budgets.map((budget) => [budget.id, budget.scope, budget.limitNanoUsd, budget.organizationId])).toEqual([
      [`bud_${run}1`, "organization", 9_000_000_000_000_001n, ids.mine], [`bud_${run}2`, "project", 9_000_000_000_000_001n, ids.mine], [`bud_${run}3`, "key", 9_000_000_000_000_001n, ids.mine],
    ]);
  });

  it("finds no key that does not exist, whatever characters its id has", async () => {
    expect(await db.findApiKey("' OR 1=1 --")).toBeNull();
  });

  it("serves published and older presets, and leaves out a document it cannot read", async () => {
    const presets = await db.loadPresets(ids.mine);
    expect(presets.published.get("fast")).toMatchObject({ slug: "fast", version: 2, document: { rules: [{ name: "all", strategy: "ordered" }] } });
    expect([...presets.versions.keys()]).toEqual(["fast:1", "fast:2"]);
    expect((await db.loadPresets(ids.other)).published.size).toBe(0);
  });

  it("loads models, endpoints and prices without losing a nano-dollar, oldest price first", async () => {
    const catalog = await db.loadCatalog();
    expect(catalog.models.get(ids.model)).toMatchObject({ id: ids.model, name: "Test", contextTokens: 1000 });
    expect(catalog.endpointsByModel.get(ids.model)).toEqual([{ provider: "openai", model: ids.model, upstreamModel: "up-1" }]);
    const prices = catalog.prices.get(`openai ${ids.model}`) ?? [];
    expect(prices.map((price) => [price.id, price.effectiveFromMs, price.effectiveToMs])).toEqual([
      [`prc_${run}a`, Date.parse("2026-01-01"), Date.parse("2026-06-01")], [`prc_${run}b`, Date.parse("2026-06-01"), null],
    ]);
    expect(prices[0]?.inputNanoUsdPerMillion).toBe(9_007_199_254_740_993n);
  });

  it("sums the charges of one scope, one book and one window, and of no other organization", async () => {
    const november = { mode: "live", fromMs: Date.parse("2026-11-01T00:00:00Z"), toMs: Date.parse("2026-12-01T00:00:00Z"), organizationId: ids.mine } as const;
    expect(await db.loadSpent(november)).toBe(1_111n);
    expect(await db.loadSpent({ ...november, projectId: ids.project })).toBe(111n);
    expect(await db.loadSpent({ ...november, apiKeyId: ids.key })).toBe(11n);
    expect(await db.loadSpent({ ...november, apiKeyId: ids.key, fromMs: 0, toMs: null })).toBe(10_011n);
    expect(await db.loadSpent({ ...november, mode: "test" })).toBe(100_000n);
    expect(await db.loadSpent({ ...november, organizationId: "org_unknown" })).toBe(0n);
  });

  it("shows a receipt to its own organization only", async () => {
    expect(await db.findGeneration(ids.mine, ids.request)).toMatchObject({
      id: ids.request, model: ids.model, provider: "openai", created_at: "2026-11-02T10:00:00.000Z", streamed: true, cancelled: true, finish_reason: "stop", total_cost: 0.002,
      tokens_prompt: 35, tokens_completion: 10, native_tokens_cached: 20, native_tokens_reasoning: 3, latency: 1000, generation_time: 750,
      status: "cancelled", attempts: [{ attempt: 1, upstream_model: "up-1", cost: 0.0015 }], losses: ["top_k dropped"], price_version: "prc_1",
      usage_classes: { input_tokens: 10, cache_read_tokens: 20, cache_write_tokens: 5, output_tokens: 7, reasoning_tokens: 3 }, is_test: true, cost_nano_usd: "2000000",
    });
    expect(await db.findGeneration(ids.other, ids.request)).toBeNull();
  });

  it("confirms exactly the requests that are booked", async () => {
    expect(await db.confirmGenerations([ids.request, "req_unknown"])).toEqual(new Set([ids.request]));
    expect(await db.confirmGenerations([])).toEqual(new Set());
  });

  it("says that Postgres is away, never that nothing was found", async () => {
    const away = createGatewayDb({ databaseUrl: "postgresql://nobody@127.0.0.1:1/none", poolMax: 1 });
    await expect(away.findApiKey("abcdefghij")).rejects.toBeInstanceOf(DependencyUnavailable);
    await expect(away.ping()).rejects.toMatchObject({ name: "DependencyUnavailable", dependency: "postgres" });
    await away.close();
  });

  it("reads again after its connections were cut", async () => {
    await db.ping();
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'trunkline-gateway' AND pid <> pg_backend_pid()");
    await expect.poll(() => db.ping().then(() => "up", () => "away"), { timeout: 5_000 }).toBe("up");
  });
});
