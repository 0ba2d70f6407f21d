import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createKv } from "@trunkline/kv";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createCatalogSync } from "./sync-catalog.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const run = `${Date.now()}${process.pid}`;
const MODEL = `acme/sync-${run}`;
const folder = mkdtempSync(path.join(tmpdir(), "catalog-"));
const source = path.join(folder, "prices.json");
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
let nowMs = Date.UTC(2026, 10, 22);
const sync = createCatalogSync({ databaseUrl, redisUrl: undefined, source, now: () => nowMs, log });
const heard: string[] = [];
const bus = createKv({ databaseUrl });

function publish(outputNanoUsd: string): void {
  const document = {
    models: [{ id: MODEL, name: "Sync", author: "acme", createdAt: 1, contextTokens: 8_192, maxOutputTokens: 1_024, inputModalities: ["text"], tools: false, jsonSchema: false, reasoning: false, tier: "fast", description: "" }],
    endpoints: [{ provider: "openai", model: MODEL, upstreamModel: `sync-${run}` }],
    prices: [{ id: `prc_${run}`, provider: "openai", model: MODEL, effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: "1000000000", cacheReadNanoUsdPerMillion: "1000000000", cacheWriteNanoUsdPerMillion: "1000000000", outputNanoUsdPerMillion: outputNanoUsd, source: "test",
      steps: [{ aboveInputTokens: 4_096, inputNanoUsdPerMillion: "2000000000", cacheReadNanoUsdPerMillion: "2000000000", cacheWriteNanoUsdPerMillion: "2000000000", outputNanoUsdPerMillion: outputNanoUsd }] }],
  };
  writeFileSync(source, JSON.stringify(document));
}
const stored = async () => (await sql.query<{ output: string; from: Date; to: Date | null }>(`SELECT "outputNanoUsdPerMillion"::text AS output, "effectiveFrom" AS from, "effectiveTo" AS to FROM price_version WHERE "modelId" = $1 ORDER BY "effectiveFrom"`, [MODEL])).rows;

beforeAll(() => bus.subscribe((topic) => { heard.push(topic); }, () => undefined));
afterAll(async () => { await bus.close(); await sql.end(); rmSync(folder, { recursive: true }); });

describe("the catalogue job", () => {
  it("brings a new model in, tells the gateways, and does nothing when asked again", async () => {
    publish("2000000000");
    await sync();
    expect(await stored()).toMatchObject([{ output: "2000000000", to: null }]);
    await vi.waitFor(() => expect(heard).toEqual(["catalog"]));
    await sync();
    expect([await stored(), heard]).toMatchObject([[{ to: null }], ["catalog"]]);
  });

  it("writes a new price beside the old one, also when two run at once", async () => {
    nowMs += 60_000;
    publish("3000000000");
    await Promise.all([sync(), sync()]);
    expect(await stored()).toMatchObject([{ output: "2000000000", to: new Date(nowMs) }, { output: "3000000000", from: new Date(nowMs), to: null }]);
  });

  it("names a preset whose model changes its price, and holds a jump back", async () => {
    nowMs += 60_000;
    const document = { rules: [{ name: "r", targets: [{ model: MODEL, weight: 1 }], when: {}, strategy: "ordered", fallbacks: [] }], limits: {} };
    await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Acme')`, [`org_${run}`]);
    await sql.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', 1, now())`, [`pst_${run}`, `org_${run}`]);
    await sql.query(`INSERT INTO preset_version ("organizationId", "presetId", version, document, comment) VALUES ($1, $2, 1, $3, '')`, [`org_${run}`, `pst_${run}`, document]);
    publish("4000000000");
    await sync();
    expect(log.info.mock.calls.map(([, text]) => String(text)).at(-1)).toContain(`presets concerned: org_${run}/mine`);
    publish("400000000000");
    await sync();
    expect(log.warn.mock.calls.at(-1)?.[1]).toContain("held back");
    expect((await stored()).at(-1)).toMatchObject({ output: "4000000000", to: null });
  });

  it("writes nothing of a document that cannot be read", async () => {
    writeFileSync(source, "{}");
    await expect(sync()).rejects.toThrow("no list of providers");
    expect(await stored()).toHaveLength(3);
  });
});
