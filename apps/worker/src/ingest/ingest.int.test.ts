import { randomUUID } from "node:crypto";
import { ledgerEntriesFor } from "@trunkline/billing";
import { createWorkerDb } from "@trunkline/db/worker";
import type { WorkerDb } from "@trunkline/db/worker";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { usageEvent } from "../usage-event.fixture.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
let db: WorkerDb;
let sql: pg.Client;
let organizationId = "";

beforeAll(async () => {
  if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
  db = createWorkerDb({ databaseUrl, ledgerEntriesFor });
  sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
});
afterAll(async () => { await db?.close(); await sql?.end(); });
beforeEach(() => { organizationId = `org_${randomUUID()}`; });

const event = (name: string, change: Parameters<typeof usageEvent>[1] = {}, costs?: readonly string[]) => usageEvent(`req_${organizationId}_${name}`, { organizationId, ...change }, costs);
const rows = async <Row extends pg.QueryResultRow>(text: string): Promise<Row[]> => (await sql.query<Row>(text, [organizationId])).rows;

async function snapshot() {
  return {
    generations: await rows(`SELECT id, "chargeNanoUsd", "costNanoUsd" FROM generation WHERE "organizationId" = $1 ORDER BY id`),
    rollups: await rows(`SELECT * FROM usage_rollup WHERE "organizationId" = $1 ORDER BY bucket, mode, status, provider`),
    entries: await rows(`SELECT "transactionId", account, "amountNanoUsd" FROM ledger_entry WHERE "organizationId" = $1 ORDER BY 1, 2`),
  };
}
const balances = async () => Object.fromEntries((await rows<{ account: string; sum: string }>(`SELECT account, sum("amountNanoUsd")::text AS sum FROM ledger_entry WHERE "organizationId" = $1 GROUP BY 1`)).map((row) => [row.account, Number(row.sum)]));

describe("ingestEvents", () => {
  it("changes nothing when the same events come again, whole, in part, doubled in one batch, or from two workers at once", async () => {
    const batch = Array.from({ length: 40 }, (_, index) => event(String(index), { createdAtMs: Date.UTC(2026, 10, 1, 12, index % 3) }));
    expect(await db.ingestEvents([...batch, ...batch.slice(0, 5)])).toEqual({ inserted: 40 });
    const before = await snapshot();
    expect(await db.ingestEvents(batch)).toEqual({ inserted: 0 });
    const inserted = await Promise.all([db.ingestEvents(batch.slice(3, 20)), db.ingestEvents([...batch].reverse()), db.ingestEvents([])]);
    expect(inserted.every((result) => result.inserted === 0)).toBe(true);
    expect(await snapshot()).toEqual(before);
  });

  it("counts each event once when overlapping batches race, without a deadlock", async () => {
    const all = Array.from({ length: 200 }, (_, index) => event(`r${index}`, { createdAtMs: Date.UTC(2026, 10, 1, 12, index % 7), status: index % 2 ? "ok" : "rescued" }));
    const batches = Array.from({ length: 12 }, (_, index) => all.slice(index * 10, index * 10 + 90).sort(() => (index % 2 ? 1 : -1)));
    const results = await Promise.all(batches.map((batch) => db.ingestEvents(batch)));
    const distinct = new Set(batches.flat().map((one) => one.id)).size;
    expect(results.reduce((sum, result) => sum + result.inserted, 0)).toBe(distinct);
    const sums = await rows<{ requests: string }>(`SELECT sum(requests)::text AS requests FROM usage_rollup WHERE "organizationId" = $1`);
    expect(sums[0]?.requests).toBe(String(distinct));
  });

  it("keeps the minute sums equal to the generations, in both modes", async () => {
    await db.ingestEvents([
      event("a"), event("b", { chargeNanoUsd: "7", timeToFirstTokenMs: null, provider: null, model: null, status: "failed", presetSlug: "fast" }, ["1", "2"]),
      event("c", { mode: "test" }), event("d", { createdAtMs: Date.UTC(2026, 10, 1, 12, 1, 0) }),
    ]);
    await db.ingestEvents([event("e"), event("a")]);
    const sums = (table: string, requests: string, attempts: string) => rows(`SELECT mode, ${requests}::int AS requests, sum(${attempts})::int AS attempts, sum("inputTokens")::int AS input, sum("outputTokens")::int AS output, sum("reasoningTokens")::int AS reasoning,
      sum("chargeNanoUsd")::text AS charge, sum("costNanoUsd")::text AS cost FROM ${table} WHERE "organizationId" = $1 GROUP BY mode ORDER BY mode`);
    const fromRollups = await sums("usage_rollup", "sum(requests)", "attempts");
    expect(fromRollups).toEqual(await sums("generation", "count(*)", "json_array_length(attempts)"));
    expect(fromRollups).toMatchObject([{ mode: "live", requests: 4, attempts: 5 }, { mode: "test", requests: 1 }]);
    const buckets = await rows<{ bucket: Date }>(`SELECT DISTINCT bucket FROM usage_rollup WHERE "organizationId" = $1 ORDER BY 1`);
    expect(buckets.map((row) => row.bucket.getTime() % 60_000)).toEqual([0, 0]);
  });

  it("posts a balanced double entry for each live request and none in test mode", async () => {
    await db.ingestEvents([event("a", { chargeNanoUsd: "1000" }, ["900"]), event("b", { chargeNanoUsd: "100" }, ["30", "90"]), event("c", { mode: "test" }), event("free", { chargeNanoUsd: "0" }, [])]);
    expect(await balances()).toEqual({ customer_receivable: 1100, revenue: -1100, provider_cost: 1000, absorbed: 20, provider_payable: -1020 });
    expect(await rows(`SELECT (SELECT sum("absorbedNanoUsd")::int FROM usage_rollup WHERE "organizationId" = $1 AND mode = 'live') AS minutes, (SELECT sum("absorbedNanoUsd")::int FROM usage_rollup_day WHERE "organizationId" = $1 AND mode = 'live') AS days`)).toEqual([{ minutes: 20, days: 20 }]);
    const unbalanced = await rows(`SELECT "transactionId" FROM ledger_entry WHERE "organizationId" = $1 GROUP BY 1 HAVING sum("amountNanoUsd") <> 0`);
    expect(unbalanced).toEqual([]);
    const transactions = await rows<{ sourceId: string }>(`SELECT "sourceId" FROM ledger_transaction WHERE "organizationId" = $1 ORDER BY 1`);
    expect(transactions.map((row) => row.sourceId)).toEqual([event("a").id, event("b").id]);
  });

  it("books nothing of a batch when one event is refused", async () => {
    await expect(db.ingestEvents([event("a"), event("b", { httpStatus: 1e12 })])).rejects.toMatchObject({ code: "22003" });
    expect(await snapshot()).toEqual({ generations: [], rollups: [], entries: [] });
  });

  it("stores text that Postgres cannot hold as it is: NUL characters and lone surrogates", async () => {
    const nasty = event("nul", { errorMessage: "a\u0000b", finishReason: "\ud800", metadata: { "k\u0000": "v\u0000\\u0000", s: "\udc00x" }, losses: ["\u0000"], decision: { note: "\ud83d" } });
    expect(await db.ingestEvents([nasty])).toEqual({ inserted: 1 });
    const stored = await rows(`SELECT "errorMessage", "finishReason", metadata, losses, decision FROM generation WHERE "organizationId" = $1`);
    expect(stored).toEqual([{ errorMessage: "ab", finishReason: "\ufffd", metadata: { k: "v\\u0000", s: "\ufffdx" }, losses: [""], decision: { note: "\ufffd" } }]);
  });

  it("moves a key's last use forward and never back", async () => {
    const projectId = `prj_${organizationId}`;
    const apiKeyId = `key_${organizationId}`;
    await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Acme')`, [organizationId]);
    await sql.query(`INSERT INTO project (id, "organizationId", slug, name) VALUES ($1, $2, 'p', 'p')`, [projectId, organizationId]);
    await sql.query(`INSERT INTO api_key (id, "organizationId", "projectId", kind, name, "keyId", "lastFour", hash, "pepperVersion") VALUES ($1, $2, $3, 'live', 'k', $1, 'abcd', $4, 1)`, [apiKeyId, organizationId, projectId, Buffer.from(apiKeyId)]);
    const at = (ms: number, name: string) => db.ingestEvents([event(name, { apiKeyId, createdAtMs: ms })]);
    const lastUsed = async () => (await rows<{ lastUsedAt: Date }>(`SELECT "lastUsedAt" FROM api_key WHERE "organizationId" = $1`))[0]?.lastUsedAt.getTime();
    await at(2_000_000, "a");
    expect(await lastUsed()).toBe(2_000_000);
    await at(1_000_000, "b");
    expect(await lastUsed()).toBe(2_000_000);
    await at(3_000_000, "c");
    expect(await lastUsed()).toBe(3_000_000);
  });

  it("has a ledger that takes no entry without its transaction, no transaction that does not balance, no second one of a request, and no change", async () => {
    const insert = (id: string, revenue: number) => sql.query(`INSERT INTO ledger_transaction (id, kind, "sourceId", "organizationId", "createdAt", "customerReceivableNanoUsd", "revenueNanoUsd") VALUES ($1, 'usage', $2, $3, now(), 5, $4)`, [id, organizationId, organizationId, revenue]);
    await expect(sql.query(`INSERT INTO ledger_entry ("transactionId", "organizationId", account, "amountNanoUsd") VALUES ($1, $1, 'revenue', 5)`, [organizationId])).rejects.toThrow(/cannot insert into view/);
    await expect(insert(`txn_${organizationId}`, -4)).rejects.toThrow(/ledger_transaction_balances/);
    await insert(`txn_${organizationId}`, -5);
    expect((await snapshot()).entries).toEqual([{ transactionId: `txn_${organizationId}`, account: "customer_receivable", amountNanoUsd: "5" }, { transactionId: `txn_${organizationId}`, account: "revenue", amountNanoUsd: "-5" }]);
    await expect(insert(`txn_${organizationId}`, -5)).rejects.toThrow(/ledger_transaction_pkey/);
    await expect(insert(`txn_again_${organizationId}`, -5)).rejects.toThrow(/ledger_transaction_usage_id/);
    await expect(sql.query(`UPDATE ledger_transaction SET "revenueNanoUsd" = NULL, "customerReceivableNanoUsd" = NULL WHERE "organizationId" = $1`, [organizationId])).rejects.toThrow(/append-only/);
  });

  it("stores texts as they came: quotes, backslashes, braces, commas, the word NULL, signs of the copied form, line breaks and emoji", async () => {
    const odd = 'a"b\\c{d},NULL\\N\\.\n\r\t😀';
    await db.ingestEvents([event("odd", { endUser: odd, metadata: { [odd]: odd }, errorMessage: "\\N", sessionId: "" })]);
    const [row] = await rows<{ endUser: string; metadata: Record<string, string>; errorMessage: string; sessionId: string }>(`SELECT "endUser", metadata, "errorMessage", "sessionId" FROM generation WHERE "organizationId" = $1`);
    expect(row).toEqual({ endUser: odd, metadata: { [odd]: odd }, errorMessage: "\\N", sessionId: "" });
  });
});
