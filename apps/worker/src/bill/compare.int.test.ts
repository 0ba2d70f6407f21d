import { randomUUID } from "node:crypto";
import { createStripe, ledgerEntriesFor, METERS } from "@trunkline/billing";
import { createWorkerDb } from "@trunkline/db/worker";
import type { WorkerDb } from "@trunkline/db/worker";
import { createStripeStandIn } from "@trunkline/testkit/stripe";
import type { StripeStandIn } from "@trunkline/testkit/stripe";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { closedWindows, openExports } from "../aggregate/open-exports.ts";
import { usageEvent } from "../usage-event.fixture.ts";
import { COMPARISONS } from "../compare-command.ts";
import { readEnv } from "../env.ts";
import { compareMeters } from "./compare-meters.ts";
import { createReporter } from "./report-meter-events.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 1, 12);
const databaseUrl = process.env["DATABASE_URL"] ?? "";
let db: WorkerDb;
let sql: pg.Client;
let standIn: StripeStandIn;
let organizationId = "";
let nowMs = START_MS;

beforeAll(async () => {
  if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
  db = createWorkerDb({ databaseUrl, ledgerEntriesFor });
  sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
});
afterAll(async () => { await db?.close(); await sql?.end(); });

beforeEach(async () => {
  nowMs = START_MS + HOUR_MS + 130_000;
  organizationId = `org_${randomUUID()}`;
  await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Acme')`, [organizationId]);
  standIn = await createStripeStandIn({ clock: () => nowMs });
  await use("a", "5000000");
  await use("b", "7000499", START_MS - HOUR_MS);
});
afterEach(() => standIn.close());

const ports = () => ({
  db: { ...db, findExportCandidates: async (range: { fromMs: number; toMs: number }) => (await db.findExportCandidates(range)).filter((candidate) => candidate.organizationId === organizationId) },
  stripe: createStripe({ secretKey: "sk_test_standin000", apiBase: standIn.url }), clock: () => nowMs, findClosedWindows: (at: number) => closedWindows({ nowMs: at, windowMs: HOUR_MS }),
});
const use = (name: string, chargeNanoUsd: string, atMs = START_MS + 60_000) => db.ingestEvents([usageEvent(`req_${organizationId}_${name}`, { organizationId, chargeNanoUsd, createdAtMs: atMs })]);
const exportAll = () => createReporter({ ...ports(), openExports, onOutcome: () => {} })();
const spend = async () => (await compareMeters(ports())).comparisons.find((comparison) => comparison.meter === "spend");
const events = () => standIn.state.meterEvents;

describe("the comparison with Stripe's event summaries", () => {
  it("agrees with what was exported, over all windows, and asks nothing of who is no customer yet", async () => {
    expect(await compareMeters(ports())).toEqual({ comparisons: [], skipped: 0 });
    await exportAll();
    expect(await compareMeters(ports())).toEqual({ skipped: 0, comparisons: [
      { organizationId, meter: "spend", kind: "agrees", sent: 12_000n, inDoubt: 0n, stripe: 12_000n }, { organizationId, meter: "requests", kind: "agrees", sent: 2n, inDoubt: 0n, stripe: 2n },
    ] });
  });

  it("finds an event that Stripe accepted and lost", async () => {
    await exportAll();
    events().splice(events().findIndex((event) => event.eventName === METERS.spend.eventName), 1);
    expect(await spend()).toMatchObject({ kind: "missing", sent: 12_000n });
  });

  it("finds what was counted twice or sent by somebody else", async () => {
    await exportAll();
    const [first] = events().filter((event) => event.eventName === METERS.spend.eventName);
    if (first) events().push({ ...first, identifier: "by hand" });
    expect(await spend()).toMatchObject({ kind: "excess" });
  });

  it("explains a surplus by an event whose answer was lost", async () => {
    standIn.setFaults([{ kind: "drop", path: "/v2/billing/meter_events", times: 2 }]);
    await exportAll();
    expect(await spend()).toMatchObject({ kind: "doubt_counted", sent: 0n, inDoubt: 7_000n, stripe: 7_000n });
  });

  it("finds closed windows that nothing was opened for, and rows above the ledger", async () => {
    await exportAll();
    await use("late", "3000");
    expect(await spend()).toMatchObject({ kind: "unexported" });
    await exportAll();
    expect(await spend()).toMatchObject({ kind: "agrees" });
    await sql.query(`UPDATE meter_export SET "amountNanoUsd" = "amountNanoUsd" + 1 WHERE "organizationId" = $1 AND meter = $2 AND sequence = 2`, [organizationId, METERS.spend.eventName]);
    expect(await spend()).toMatchObject({ kind: "rows_exceed_ledger" });
  });

  it("says by the exit code of the command whether all agree", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: nowMs });
    try {
      const env = readEnv({ DATABASE_URL: databaseUrl, STRIPE_SECRET_KEY: "sk_test_standin000", STRIPE_API_BASE: standIn.url });
      const command = () => COMPARISONS["compare-meters"]?.(env, ports().db);
      await exportAll();
      expect(await command()).toMatchObject({ exitCode: 0, report: { ok: true } });
      events().pop();
      expect(await command()).toMatchObject({ exitCode: 1, report: { ok: false } });
    } finally {
      vi.useRealTimers();
    }
  });

  it("leaves a meter alone that is being exported", async () => {
    await exportAll();
    const { comparisons, skipped } = await db.withExportLock({ organizationId, meter: METERS.spend.eventName, measure: "spend" }, () => compareMeters(ports())) ?? { comparisons: [], skipped: 0 };
    expect([comparisons.map((comparison) => comparison.meter), skipped]).toEqual([["requests"], 1]);
  });
});
