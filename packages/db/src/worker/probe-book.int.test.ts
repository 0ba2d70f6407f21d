import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createProbeQueries, type ProbeQueries } from "./probe-book.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
const NOW = Date.UTC(2026, 10, 23, 12);
let pool: pg.Pool;
let book: ProbeQueries;
let provider: string;

beforeAll(() => {
  if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
  pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  book = createProbeQueries(pool);
});
beforeEach(async () => {
  provider = `prv_${randomUUID()}`;
  for (const [id, kind] of [["chat", null], ["embed", "embedding"]] as const) {
    await pool.query(`INSERT INTO model (id, document) VALUES ($1, $2)`, [nameOf(id), JSON.stringify({ id: nameOf(id), ...(kind ? { kind } : {}) })]);
    await pool.query(`INSERT INTO model_endpoint (provider, "modelId", "upstreamModel") VALUES ($1, $2, $3)`, [provider, nameOf(id), `up-${id}`]);
  }
  await pool.query(`INSERT INTO price_version (id, provider, "modelId", "effectiveFrom", "inputNanoUsdPerMillion", "cacheReadNanoUsdPerMillion", "cacheWriteNanoUsdPerMillion", "outputNanoUsdPerMillion", source) VALUES ($1, $2, $3, to_timestamp(0), 5, 5, 5, 7, 'test')`, [`prc_${provider}`, provider, nameOf("chat")]);
});
afterAll(async () => { await pool.query(`DELETE FROM provider_probe WHERE provider LIKE 'prv_%'`); await pool.query(`DELETE FROM price_version WHERE provider LIKE 'prv_%'`); await pool.query(`DELETE FROM model WHERE id LIKE 'prv_%'`); await pool.end(); });

const nameOf = (id: string): string => `${provider}/${id}`;
const claim = (nowMs: number, capNanoUsd = 10n ** 15n) => book.claimDueProbes({ providers: [provider], nowMs, leaseMs: nowMs + 30_000, max: 5, capNanoUsd });
const chat = () => ({ provider, model: nameOf("chat") });
const answered = (given: object = {}) => ({ ...chat(), failures: 0, failureClass: null, isOut: false, costNanoUsd: 100n, nextMs: NOW + 600_000, ...given });

describe("the book of probes", () => {
  it("gives a pair that is due to one worker at a time, and to another when the claim has run out", async () => {
    await book.noteServed([chat(), { provider, model: nameOf("embed") }], NOW, NOW + 1_000);
    expect(await claim(NOW)).toEqual([]);
    const claims = await Promise.all([claim(NOW + 1_000), claim(NOW + 1_000), claim(NOW + 1_000)]);
    expect(claims.flat()).toEqual([{ ...chat(), failures: 0, isOut: false, upstreamModel: "up-chat", inputNanoUsdPerMillion: 5n, outputNanoUsdPerMillion: 7n }]);
    expect(await claim(NOW + 30_000)).toEqual([]);
    expect(await claim(NOW + 31_000)).toHaveLength(1);
  });
  it("leaves alone what served lately, but not what is out", async () => {
    await book.noteServed([chat()], NOW, NOW + 1_000);
    await book.noteServed([chat()], NOW + 500, NOW + 600_000);
    expect(await claim(NOW + 2_000)).toEqual([]);
    await book.noteOut(chat(), { nextMs: NOW + 5_000, answeredSinceMs: NOW, relapseMs: NOW + 60_000 });
    await book.noteServed([chat()], NOW + 1_000, NOW + 700_000);
    expect(await claim(NOW + 5_000)).toMatchObject([{ isOut: true }]);
    await book.noteBack(chat());
    await book.noteServed([chat()], NOW + 6_000, NOW + 700_000);
    expect(await claim(NOW + 50_000)).toEqual([]);
  });
  it("waits longer where a pair is found out soon after it answered a question", async () => {
    await book.noteServed([chat()], NOW, NOW);
    await claim(NOW);
    await book.recordProbe(answered(), NOW);
    await book.noteOut(chat(), { nextMs: NOW + 5_000, answeredSinceMs: NOW - 60_000, relapseMs: NOW + 60_000 });
    expect(await claim(NOW + 59_000)).toEqual([]);
    expect(await claim(NOW + 60_000)).toHaveLength(1);
  });
  it("asks nobody once the day's questions have cost what they may, and again on the next day", async () => {
    await book.noteServed([chat()], NOW, NOW);
    const { rows: [others] } = await pool.query<{ spent: string }>(`SELECT coalesce(sum("spentNanoUsd"), 0) AS spent FROM provider_probe WHERE "spentDay" = $1`, ["2026-11-23"]);
    const cap = BigInt(others?.spent ?? 0) + 150n;
    for (const nowMs of [NOW, NOW + 1_000]) { expect(await claim(nowMs, cap)).toHaveLength(1); await book.recordProbe(answered({ nextMs: nowMs }), nowMs); }
    expect(await claim(NOW + 2_000, cap)).toEqual([]);
    expect(await claim(NOW + 86_400_000, cap)).toHaveLength(1);
  });
  it("forgets what nobody has used, and knows nothing of what nobody used", async () => {
    await book.noteOut(chat(), { nextMs: NOW, answeredSinceMs: NOW, relapseMs: NOW });
    expect(await claim(NOW)).toEqual([]);
    await book.noteServed([chat()], NOW, NOW);
    await book.forgetProbes(NOW + 1);
    expect(await claim(NOW + 1_000)).toEqual([]);
  });
});
