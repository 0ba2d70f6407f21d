import { presetDocumentSchema, type UsageEvent } from "@trunkline/contracts";
import { changeCatalog, createWorkerDb } from "@trunkline/db/worker";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findAlerts } from "../alert/find.ts";
import { usageEvent } from "../usage-event.fixture.ts";
import { createPriceWatch } from "./watch-prices.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 22);
const run = `${Date.now()}${process.pid}`;
const organizationId = `org_prices_${run}`;
const [DEAR, FALLEN] = [`acme/dear-${run}`, `acme/fallen-${run}`];
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const db = createWorkerDb({ databaseUrl, ledgerEntriesFor: () => [] });
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
let nowMs = NOW_MS;
const watch = createPriceWatch({ db, now: () => nowMs, log });

const model = (id: string) => ({ id, name: id, author: "acme", createdAt: 0, contextTokens: 100_000, maxOutputTokens: 10_000, inputModalities: ["text" as const], tools: true, jsonSchema: true, reasoning: false, tier: "mid" as const, description: "" });
const price = (id: string, of: string, usd: number, fromMs: number) => {
  const each = BigInt(usd * 1e9);
  return { id: `${id}_${run}`, provider: "openai", model: of, effectiveFromMs: fromMs, effectiveToMs: null, source: "test", inputNanoUsdPerMillion: each, cacheReadNanoUsdPerMillion: each, cacheWriteNanoUsdPerMillion: each, outputNanoUsdPerMillion: each };
};
const bring = (models: readonly string[], prices: readonly ReturnType<typeof price>[], atMs: number) => changeCatalog({
  databaseUrl, nowMs: atMs,
  decide: () => ({ decision: null, writes: { models: models.map(model), endpoints: models.map((id) => ({ provider: "openai", model: id, upstreamModel: id })), prices: prices.map((one) => ({ provider: one.provider, model: one.model, versions: [one] })) } }),
});
const notices = async () => (await sql.query<{ savedNanoUsd: string; moved: unknown; closedAt: Date | null; proposal: { rules: { targets: { model: string }[] }[] } }>(`SELECT "savedNanoUsd"::text, moved, "closedAt", proposal FROM price_notice WHERE "organizationId" = $1`, [organizationId])).rows;

beforeAll(async () => {
  await bring([DEAR, FALLEN], [price("dear", DEAR, 2, 0), price("high", FALLEN, 3, 0)], NOW_MS - 30 * DAY_MS);
  const document = presetDocumentSchema.parse({ rules: [{ name: "All", targets: [{ model: DEAR }, { model: FALLEN }] }] });
  await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Acme')`, [organizationId]);
  await sql.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', 1, now())`, [`pst_prices_${run}`, organizationId]);
  await sql.query(`INSERT INTO preset_version ("organizationId", "presetId", version, document, comment) VALUES ($1, $2, 1, $3, '')`, [organizationId, `pst_prices_${run}`, document]);
  const events: UsageEvent[] = Array.from({ length: 40 }, (_, index) => usageEvent(`req_prices_${run}_${index}`, {
    organizationId, createdAtMs: NOW_MS - (index + 1) * 3_600_000, presetSlug: "mine", presetVersion: 1, provider: "openai", model: DEAR,
    usage: { inputTokens: 50_000, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 1_000, reasoningTokens: 0, basis: "reported" },
  }));
  await db.ingestEvents(events);
});
afterAll(async () => { await db.close(); await sql.end(); });

describe("the price watch", () => {
  it("finds nothing while no price changes", async () => {
    await watch();
    expect(await notices()).toEqual([]);
  });
  it("proposes the draft that a fallen price makes worth while, with what it saves a month at the organization's traffic, and tells whoever asked to be told", async () => {
    await bring([], [price("low", FALLEN, 0.5, NOW_MS)], NOW_MS);
    nowMs = NOW_MS + 60_000;
    await watch();
    const [notice] = await notices();
    // 40 requests of 51,000 tokens in 28 days, each 1.5 dollars a million cheaper.
    expect(notice).toMatchObject({ savedNanoUsd: "3278571428", moved: [{ rule: "All", model: FALLEN }], closedAt: null });
    expect(notice?.proposal.rules[0]?.targets.map((target) => target.model)).toEqual([FALLEN, DEAR]);
    const found = await findAlerts({ db, nowMs, rule: { id: "alr", organizationId, name: "Prices", kind: "price_change", settings: {}, timeZone: "UTC" } });
    expect(found).toMatchObject([{ summary: `Prices of ${FALLEN} changed: a change of its order would save 3.28 USD a month (preset "mine").`, details: { preset: "mine" } }]);
  });
  it("does not bring back what somebody has dismissed, neither at once nor after a restart", async () => {
    await sql.query(`UPDATE price_notice SET "closedAt" = now() WHERE "organizationId" = $1`, [organizationId]);
    await watch();
    await createPriceWatch({ db, now: () => nowMs, log })();
    expect((await notices())[0]?.closedAt).not.toBeNull();
    expect(await findAlerts({ db, nowMs, rule: { id: "alr", organizationId, name: "Prices", kind: "price_change", settings: {}, timeZone: "UTC" } })).toEqual([]);
  });
  it("speaks again when another price changes", async () => {
    nowMs += DAY_MS;
    await bring([], [price("lower", FALLEN, 0.25, nowMs)], nowMs);
    nowMs += 60_000;
    await watch();
    expect((await notices())[0]).toMatchObject({ closedAt: null, savedNanoUsd: "3825000000" });
  });
});
