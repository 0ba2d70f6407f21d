import { randomUUID } from "node:crypto";
import { ledgerEntriesFor } from "@trunkline/billing";
import { createWorkerDb } from "@trunkline/db/worker";
import type { WorkerDb } from "@trunkline/db/worker";
import { createReceiptSigner, receiptFaults, receiptKeysOf, type ReceiptSigner, type SignedReceipt } from "@trunkline/keys";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { usageEvent } from "../usage-event.fixture.ts";
import { createSignReceipts } from "./sign-receipts.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
const secrets = new Map([[1, new Uint8Array(32).fill(3)]]);
const signer = createReceiptSigner(secrets);
let workers: WorkerDb[];
let sql: pg.Client;

beforeAll(async () => {
  if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
  workers = Array.from({ length: 3 }, () => createWorkerDb({ databaseUrl, ledgerEntriesFor, withReceipts: true }));
  sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
});
afterAll(async () => { await Promise.all(workers.map((db) => db.close())); await sql?.end(); });

const tickOf = (db: WorkerDb, seal: ReceiptSigner["seal"] = signer.seal) => createSignReceipts({ db: db.receipts, signer: { ...signer, seal }, clock: () => 1_000, pause: () => Promise.resolve(), isDraining: () => false });
async function chainOf(organizationId: string): Promise<SignedReceipt[]> {
  const { rows } = await sql.query<{ body: string; hash: string; signature: string }>(`SELECT body, hash, signature FROM receipt WHERE "organizationId" = $1 ORDER BY sequence`, [organizationId]);
  return rows.map(({ body, hash, signature }) => ({ receipt: JSON.parse(body) as Record<string, unknown>, hash, signature }));
}
const eventsOf = (organizationId: string, count: number) => Array.from({ length: count }, (_, index) => usageEvent(`req_${organizationId}_${index}`, { organizationId, mode: index % 3 ? "live" : "test", chargeNanoUsd: String(index) }));

describe("receipts", () => {
  it("are one for each booked request, without gap or fork, however workers race, die half-way and book again", async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 260 }), fc.infiniteStream(fc.integer({ min: 0, max: 60 })), async (count, dice) => {
      const organizationId = `org_${randomUUID()}`;
      const events = eventsOf(organizationId, count);
      const dying: ReceiptSigner["seal"] = (facts, link) => { if (dice.next().value === 0) throw new Error("killed"); return signer.seal(facts, link); };
      await Promise.all(workers.map(async (db, index) => {
        for (let from = index * 20; from < count + 60; from += 60) {
          await db.ingestEvents(events.slice(Math.max(0, from - 30), from + 60));
          await tickOf(db, dying)().catch(() => undefined);
        }
      }));
      const booked = (await sql.query<{ id: string }>(`SELECT id FROM generation WHERE "organizationId" = $1`, [organizationId])).rows.map(({ id }) => id);
      await tickOf(workers[0] as WorkerDb)();
      const chain = await chainOf(organizationId);
      expect(receiptFaults(chain, receiptKeysOf(secrets))).toEqual([]);
      expect([chain[0]?.receipt["sequence"], chain[0]?.receipt["previous_hash"]]).toEqual(booked.length > 0 ? [1, "0".repeat(64)] : [undefined, undefined]);
      expect(chain.map(({ receipt }) => receipt["id"]).sort()).toEqual(booked.sort());
      expect((await sql.query(`SELECT FROM receipt_pending WHERE "organizationId" = $1`, [organizationId])).rowCount).toBe(0);
    }), { numRuns: 8 });
  });

  it("state what was used, rated and lost, and neither a prompt's owner nor what a provider said", async () => {
    const organizationId = `org_${randomUUID()}`;
    const event = usageEvent(`req_${organizationId}`, { organizationId, chargeNanoUsd: "12345678901234567", losses: ["top_k"], endUser: "someone@example.com", sessionId: "secret-session", metadata: { note: "private" } });
    await workers[0]?.ingestEvents([{ ...event, attempts: event.attempts.map((attempt) => ({ ...attempt, message: "said by the provider" })) }]);
    await tickOf(workers[0] as WorkerDb)();
    const [signed] = await chainOf(organizationId);
    expect(signed?.receipt).toMatchObject({ id: event.id, organization_id: organizationId, sequence: 1, cost_nano_usd: "12345678901234567", price_version: "prc_1", losses: ["top_k"], usage_classes: { input_tokens: 100, reasoning_tokens: 5 }, attempts: [{ attempt: 1, provider: "openai", cost_nano_usd: "900000" }] });
    expect(signed?.receipt["decision_digest"]).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(signed)).not.toMatch(/someone|secret-session|private|said by/);
  });

  it("cannot be changed or deleted, and an organization whose log is gone keeps what was signed", async () => {
    const organizationId = `org_${randomUUID()}`;
    await workers[0]?.ingestEvents(eventsOf(organizationId, 3));
    await tickOf(workers[0] as WorkerDb)();
    await expect(sql.query(`UPDATE receipt SET body = '{}' WHERE "organizationId" = $1`, [organizationId])).rejects.toThrow(/append-only/);
    await expect(sql.query(`DELETE FROM receipt WHERE "organizationId" = $1`, [organizationId])).rejects.toThrow(/append-only/);
    await workers[0]?.ingestEvents(eventsOf(organizationId, 5));
    await sql.query(`DELETE FROM generation WHERE "organizationId" = $1`, [organizationId]);
    await tickOf(workers[0] as WorkerDb)();
    expect(await chainOf(organizationId)).toHaveLength(3);
  });

  it("of one organization that cannot be made keep no other organization's back", async () => {
    const [bad, good] = [`org_a${randomUUID()}`, `org_b${randomUUID()}`];
    for (const organizationId of [bad, good]) await workers[0]?.ingestEvents(eventsOf(organizationId, 2));
    const picky: ReceiptSigner["seal"] = (facts, link) => { if (link.organizationId === bad) throw new Error("cannot"); return signer.seal(facts, link); };
    await expect(tickOf(workers[0] as WorkerDb, picky)()).rejects.toThrow("cannot");
    expect([(await chainOf(bad)).length, (await chainOf(good)).length]).toEqual([0, 2]);
  });
});
