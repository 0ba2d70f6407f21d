import { afterAll, describe, expect, it } from "vitest";
import pg from "pg";
import { createWebDb } from "@trunkline/db/web";
import { appRouter } from "./app-router.ts";
import { createCaller } from "./trpc.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");

const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const run = `${Date.now()}${process.pid}`;
const DAY = { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z" };
afterAll(async () => { await Promise.all([db.close(), sql.end()]); });

async function newTenant(name: string) {
  const owner = await db.accounts.createUser({ email: `${name}-${run}@example.test`, name: `${name} ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(owner);
  const [membership] = await db.accounts.listMemberships(owner.id);
  const scope = { organization: membership?.slug ?? "", project: "default", mode: "live" as const, ...DAY };
  return { organizationId, projectId, scope, caller: createCaller(appRouter)({ db, kv: { publish: async () => undefined }, peppers: new Map(), user: owner, gatewayUrl: "http://127.0.0.1:1", nowMs: Date.now }) };
}
type Tenant = Awaited<ReturnType<typeof newTenant>>;

interface Row { readonly provider: string; readonly status?: string; readonly errorCode?: string; readonly ttft?: number; readonly durationMs: number; readonly outputTokens?: number }
async function insertRequests({ organizationId, projectId }: Tenant, rows: readonly Row[]): Promise<void> {
  for (const [at, row] of rows.entries()) {
    await sql.query(`INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", status, "httpStatus", "errorCode", provider, model, "durationMs", "timeToFirstTokenMs",
      "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata)
      VALUES ($1, 'live', $2, $3, 'key_1', '2026-03-01T10:00:00Z', 'chat_completions', true, 'openai/gpt-5', $4, 200, $5, $6, 'openai/gpt-5', $7, $8, 1, 0, 0, $9, 0, 'reported', 0, 0, '[]', '[]', '{}')`,
    [`req_${organizationId}${at}`, organizationId, projectId, row.status ?? "ok", row.errorCode ?? null, row.provider, row.durationMs, row.ttft ?? null, row.outputTokens ?? 0]);
  }
}

async function insertSum({ organizationId, projectId }: Tenant, row: { model: string; apiKeyId: string; requests: number; charge: number }): Promise<void> {
  await sql.query(`INSERT INTO usage_rollup (bucket, "organizationId", "projectId", "apiKeyId", mode, provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens",
    "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount") VALUES ('2026-03-01T10:00:00Z', $1, $2, $3, 'live', 'openai', $4, '', 'ok', $5, 1, 10, 0, 0, 5, 0, $6, 0, 100, 50, 1)`,
  [organizationId, projectId, row.apiKeyId, row.model, row.requests, row.charge]);
}

describe("percentiles and error classes", () => {
  it("are taken of the requests of the span and group, and of no other organization's", async () => {
    const [tenant, other] = [await newTenant("fast"), await newTenant("slow")];
    await insertRequests(tenant, [
      ...[100, 200, 300, 400, 500].map((ttft) => ({ provider: "openai", ttft, durationMs: ttft + 1_000, outputTokens: 50 })),
      { provider: "azure", durationMs: 40, status: "failed", errorCode: "upstream.failed" }, { provider: "azure", durationMs: 60, status: "failed", errorCode: "upstream.failed" },
    ]);
    await insertRequests(other, [{ provider: "openai", ttft: 90_000, durationMs: 90_001 }]);
    const view = await tenant.caller.usage.performance({ ...tenant.scope, groupBy: "provider" });
    expect(view.groups).toEqual([
      { key: "openai", requests: 5, failed: 0, ttftP50: 300, ttftP95: 480, durationP50: 1_300, durationP95: 1_480, speedP50: 50 },
      { key: "azure", requests: 2, failed: 2, ttftP50: null, ttftP95: null, durationP50: 50, durationP95: 59, speedP50: null },
    ]);
    expect(view.errors).toEqual([{ provider: "azure", code: "upstream.failed", requests: 2 }]);
    expect((await tenant.caller.usage.performance({ ...tenant.scope, groupBy: "provider", model: "openai/other" })).groups).toEqual([]);
    const failed = await tenant.caller.usage.performance({ ...tenant.scope, groupBy: "model", filters: { status: ["failed"], provider: ["azure", "openai"] } });
    expect([failed.groups.map(({ requests }) => requests), failed.errors]).toEqual([[2], view.errors]);
  });
});

describe("the second level of a breakdown", () => {
  it("adds up to its group, request for request and nano-dollar for nano-dollar", async () => {
    const tenant = await newTenant("levels");
    for (const [model, apiKeyId, requests, charge] of [["openai/gpt-5", "key_a", 3, 7], ["openai/gpt-5", "key_b", 2, 11], ["openai/gpt-5-mini", "key_a", 9, 1_000]] as const) await insertSum(tenant, { model, apiKeyId, requests, charge });
    const parts = await tenant.caller.usage.inner({ ...tenant.scope, groupBy: "model", key: "openai/gpt-5", thenBy: "key" });
    expect(parts.map((part) => [part.key, part.totals.requests, part.totals.spendUsd])).toEqual([["key_b", 2, "0.000000011"], ["key_a", 3, "0.000000007"]]);
    const { series } = await tenant.caller.usage.series({ ...tenant.scope, granularity: "day", groupBy: "model" });
    const whole = series.find((one) => one.key === "openai/gpt-5")?.totals;
    expect(whole).toMatchObject({ requests: 5, spendUsd: "0.000000018" });
    expect(await tenant.caller.usage.filterValues({ ...tenant.scope, dimension: "key" })).toEqual([{ key: "key_a", label: "key_a", requests: 12 }, { key: "key_b", label: "key_b", requests: 2 }]);
    expect((await tenant.caller.usage.nested({ ...tenant.scope, groupBy: "model", thenBy: "key", filters: { key: ["key_b"] } })).map((pair) => pair.totals.requests)).toEqual([2]);
    const pairs = await tenant.caller.usage.nested({ ...tenant.scope, groupBy: "model", thenBy: "key" });
    expect(pairs.map((pair) => [pair.label, pair.thenLabel, pair.totals.requests, pair.totals.spendUsd])).toEqual([["openai/gpt-5", "key_b", 2, "0.000000011"], ["openai/gpt-5", "key_a", 3, "0.000000007"], ["openai/gpt-5-mini", "key_a", 9, "0.000001"]]);
  });
});

describe("cache savings", () => {
  it("are what cached tokens would have cost as fresh input, and what writing them cost on top, at the prices of the time", async () => {
    const tenant = await newTenant("cached");
    const model = `cached/${run}`;
    await sql.query(`INSERT INTO model (id, document) VALUES ($1, '{}')`, [model]);
    for (const [id, from, to, input] of [["old", "2025-01-01T00:00:00Z", "2026-03-01T12:00:00Z", 3_000_000_000], ["new", "2026-03-01T12:00:00Z", null, 2_000_000_000]] as const) {
      await sql.query(`INSERT INTO price_version (id, provider, "modelId", "effectiveFrom", "effectiveTo", "inputNanoUsdPerMillion", "cacheReadNanoUsdPerMillion", "cacheWriteNanoUsdPerMillion", "outputNanoUsdPerMillion", source) VALUES ($1, 'openai', $2, $3, $4, $5, 300000000, 3750000000, 1, 'test')`, [`prc_${id}${run}`, model, from, to, input]);
    }
    for (const bucket of ["2026-03-01T10:00:00Z", "2026-03-01T13:00:00Z"]) {
      await sql.query(`INSERT INTO usage_rollup (bucket, "organizationId", "projectId", "apiKeyId", mode, provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount")
        VALUES ($1, $2, $3, 'key_1', 'live', 'openai', $4, '', 'ok', 1, 1, 0, 1000000, 100000, 0, 0, 0, 0, 0, 0, 0)`, [bucket, tenant.organizationId, tenant.projectId, model]);
    }
    const morning = { ...tenant.scope, to: "2026-03-01T12:00:00Z" };
    expect(await tenant.caller.usage.cacheSavings(morning)).toEqual({ savedUsd: "2.70", extraUsd: "0.075" });
    expect(await tenant.caller.usage.cacheSavings({ ...tenant.scope, from: "2026-03-01T12:00:00Z", to: "2026-03-01T14:00:00Z" })).toEqual({ savedUsd: "1.70", extraUsd: "0.175" });
    const other = await newTenant("uncached");
    expect(await other.caller.usage.cacheSavings(other.scope)).toEqual({ savedUsd: "0.00", extraUsd: "0.00" });
  });
});

describe("saved views", () => {
  it("are their maker's alone, by page and project, and a name that is taken is given the new address", async () => {
    const [mine, other] = [await newTenant("views"), await newTenant("elsewhere")];
    const scope = { organization: mine.scope.organization, project: "default", page: "analytics" as const };
    await mine.caller.views.save({ ...scope, name: "Spend", query: "range=30d" });
    const kept = await mine.caller.views.save({ ...scope, name: "Spend", query: "range=mtd" });
    expect(await mine.caller.views.list(scope)).toEqual([{ id: kept.id, page: "analytics", name: "Spend", query: "range=mtd" }]);
    expect(await mine.caller.views.list({ ...scope, page: "logs" })).toEqual([]);
    await expect(other.caller.views.list(scope)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(other.caller.views.remove({ organization: other.scope.organization, project: "default", id: kept.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await mine.caller.views.remove({ ...scope, id: kept.id });
    expect(await mine.caller.views.list(scope)).toEqual([]);
  });
});
