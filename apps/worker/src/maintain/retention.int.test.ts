import { randomUUID } from "node:crypto";
import { ledgerEntriesFor } from "@trunkline/billing";
import { createGatewayDb, type GatewayDb } from "@trunkline/db/gateway";
import { createWorkerDb, type WorkerDb } from "@trunkline/db/worker";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { usageEvent } from "../usage-event.fixture.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
const DAY_MS = 86_400_000;
const NOW_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
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
beforeEach(async () => {
  organizationId = `org_${randomUUID()}`;
  await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Acme')`, [organizationId]);
  await sql.query(`INSERT INTO project (id, "organizationId", slug, name) VALUES ($1, $2, $1, 'Acme')`, [`prj_${organizationId}`, organizationId]);
});

const plan = (id: string | null) => (id === null ? sql.query(`DELETE FROM billing_account WHERE "organizationId" = $1`, [organizationId])
  : sql.query(`INSERT INTO billing_account ("organizationId", plan, mode, "updatedAt") VALUES ($1, $2, 'prepaid', now()) ON CONFLICT ("organizationId") DO UPDATE SET plan = excluded.plan`, [organizationId, id]));
const event = (days: number, change = {}) => usageEvent(`req_${organizationId}_${days}`, { organizationId, projectId: `prj_${organizationId}`, createdAtMs: NOW_MS - days * DAY_MS, endUser: "ann", chargeNanoUsd: "1000000", ...change });
const days = async (): Promise<number[]> => (await sql.query<{ id: string }>(`SELECT id FROM generation WHERE "organizationId" = $1`, [organizationId])).rows.map(({ id }) => Number(id.split("_").at(-1))).sort((a, b) => a - b);
const books = async (): Promise<{ rollups: string; days: string; ledger: string } | undefined> => (await sql.query<{ rollups: string; days: string; ledger: string }>(`SELECT (SELECT coalesce(sum("chargeNanoUsd"), 0) FROM usage_rollup WHERE "organizationId" = $1)::text AS rollups, (SELECT coalesce(sum("chargeNanoUsd"), 0) FROM usage_rollup_day WHERE "organizationId" = $1)::text AS days, (SELECT coalesce(sum("amountNanoUsd"), 0) FROM ledger_entry WHERE "organizationId" = $1 AND account = 'customer_receivable')::text AS ledger`, [organizationId])).rows[0];

describe("the log of requests", () => {
  it("is kept as long as the plan says, to the day; without a plan it stays", async () => {
    await db.ingestEvents([0, 6, 8, 29, 31, 364, 366].map((age) => event(age)));
    await db.removeOldRequests(NOW_MS);
    expect(await days()).toEqual([0, 6, 8, 29, 31, 364, 366]);
    const before = await books();
    await plan("scale");
    await db.removeOldRequests(NOW_MS);
    expect(await days()).toEqual([0, 6, 8, 29, 31, 364]);
    await plan("pro");
    await db.removeOldRequests(NOW_MS);
    expect(await days()).toEqual([0, 6, 8, 29]);
    await plan("free");
    await db.removeOldRequests(NOW_MS);
    expect(await days()).toEqual([0, 6]);
    expect(await books()).toEqual(before);
  });

  it("may end without an event being booked twice: told again it changes nothing, and the gateway may let go of it", async () => {
    await plan("free");
    const events = [8, 9, 400].map((age) => event(age));
    await db.ingestEvents(events);
    const before = await books();
    await db.removeOldRequests(NOW_MS);
    expect(await days()).toEqual([]);
    expect(await db.ingestEvents([...events, event(10)])).toEqual({ inserted: 1 });
    expect(await days()).toEqual([10]);
    expect(BigInt((await books())?.ledger ?? 0)).toBe(BigInt(before?.ledger ?? 0) + 1_000_000n);
    const gateway: GatewayDb = createGatewayDb({ databaseUrl, poolMax: 2 });
    try {
      const ids = events.map(({ id }) => id);
      expect([...await gateway.confirmGenerations([...ids, "req_never"])].sort()).toEqual([...ids].sort());
    } finally {
      await gateway.close();
    }
  });

  it("is booked once where the replay and the removal race", async () => {
    await plan("free");
    for (let round = 0; round < 10; round++) {
      const one = event(20 + round);
      await db.ingestEvents([one]);
      await Promise.all([db.removeOldRequests(NOW_MS), db.ingestEvents([one]), db.ingestEvents([one]), db.removeOldRequests(NOW_MS)]);
    }
    expect(await books()).toEqual({ rollups: "10000000", days: "10000000", ledger: "10000000" });
  });

  it("leaves an end user's budget full when rows are gone", async () => {
    await plan("free");
    await db.ingestEvents([1, 8, 20].map((age) => event(age)));
    const gateway = createGatewayDb({ databaseUrl, poolMax: 2 });
    const spent = (fromDays: number) => gateway.loadSpent({ organizationId, mode: "live", fromMs: (Math.floor(NOW_MS / DAY_MS) - fromDays) * DAY_MS, toMs: null, endUser: "ann" });
    try {
      const before = [await spent(30), await spent(10), await spent(2)];
      await db.removeOldRequests(NOW_MS);
      expect(await days()).toEqual([1]);
      expect([await spent(30), await spent(10), await spent(2)]).toEqual(before);
      expect(before).toEqual([3_000_000n, 2_000_000n, 1_000_000n]);
    } finally {
      await gateway.close();
    }
  });
});
