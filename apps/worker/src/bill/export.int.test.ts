import { randomUUID } from "node:crypto";
import { createStripe, ledgerEntriesFor, METERS } from "@trunkline/billing";
import { createWorkerDb } from "@trunkline/db/worker";
import type { WorkerDb } from "@trunkline/db/worker";
import { createStripeStandIn } from "@trunkline/testkit/stripe";
import type { StripeStandIn } from "@trunkline/testkit/stripe";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { closedWindows, openExports } from "../aggregate/open-exports.ts";
import type { ReportOutcome } from "../stages.ts";
import { usageEvent } from "../usage-event.fixture.ts";
import { createReporter } from "./report-meter-events.ts";

const HOUR_MS = 3_600_000;
const EVENTS_PATH = "/v2/billing/meter_events";
const START_MS = Date.UTC(2026, 10, 1, 12);
const databaseUrl = process.env["DATABASE_URL"] ?? "";
let db: WorkerDb;
let sql: pg.Client;
let standIn: StripeStandIn;
let organizationId = "";
let nowMs = START_MS;
let outcomes: ReportOutcome[] = [];
let tick: () => Promise<void>;

beforeAll(async () => {
  if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
  db = createWorkerDb({ databaseUrl, ledgerEntriesFor });
  sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
});
afterAll(async () => { await db?.close(); await sql?.end(); });

beforeEach(async () => {
  nowMs = START_MS + HOUR_MS + 130_000;
  outcomes = [];
  organizationId = `org_${randomUUID()}`;
  await sql.query(`INSERT INTO organization (id, slug, name) VALUES ($1, $1, 'Acme')`, [organizationId]);
  standIn = await createStripeStandIn({ clock: () => nowMs });
  tick = newReporter();
});
afterEach(() => standIn.close());

/** The database may hold other organizations; a reporter sees only this test's. */
function newReporter(windowMs = HOUR_MS): () => Promise<void> {
  return createReporter({
    db: {
      findExportCandidates: async (range) => (await db.findExportCandidates(range)).filter((candidate) => candidate.organizationId === organizationId),
      saveStripeCustomer: db.saveStripeCustomer, withExportLock: db.withExportLock,
    },
    stripe: createStripe({ secretKey: "sk_test_standin000", apiBase: standIn.url }), clock: () => nowMs, openExports,
    findClosedWindows: (at) => closedWindows({ nowMs: at, windowMs }), onOutcome: (outcome) => outcomes.push(outcome),
  });
}

const use = (name: string, chargeNanoUsd: string, atMs = START_MS + 60_000) => db.ingestEvents([usageEvent(`req_${organizationId}_${name}`, { organizationId, chargeNanoUsd, createdAtMs: atMs })]);
const spent = () => standIn.state.meterEvents.filter((event) => event.eventName === METERS.spend.eventName);
const counted = () => standIn.state.meterEvents.filter((event) => event.eventName === METERS.requests.eventName);
const total = (events: readonly { value: number }[]) => events.reduce((sum, event) => sum + event.value, 0);
interface Row { state: string; sequence: number; value: string; remainderNanoUsd: string; attempts: number; identifier: string; lastError: string | null }
const exportRows = async (meter: "spend" | "requests" = "spend") =>
  (await sql.query<Row>(`SELECT state, sequence, value::text, "remainderNanoUsd"::text, attempts, identifier, "lastError" FROM meter_export WHERE "organizationId" = $1 AND meter = $2 ORDER BY "windowStart", sequence`, [organizationId, METERS[meter].eventName])).rows;

describe("the meter export", () => {
  it("creates the customer and sends a closed window once, as whole numbers, with the remainder carried into the next", async () => {
    await use("a", "1500");
    await use("b", "1600");
    await tick();
    await tick();
    expect([spent().map((event) => event.value), counted().map((event) => event.value)]).toEqual([[3], [2]]);
    expect(spent()[0]?.timestampMs).toBe(START_MS + HOUR_MS - 1_000);
    await use("c", "900", START_MS + HOUR_MS + 5);
    nowMs += HOUR_MS;
    await tick();
    expect(spent().map((event) => event.value)).toEqual([3, 1]);
    expect((await exportRows()).map((row) => [row.state, row.value, row.remainderNanoUsd])).toEqual([["sent", "3", "100"], ["sent", "1", "0"]]);
    expect([...standIn.state.objects.values()].filter((object) => object.object === "customer")).toHaveLength(1);
  });

  it("sends nothing of a window that is open, nothing of test mode, and makes no customer for either", async () => {
    await use("open", "5000", START_MS + HOUR_MS + 1);
    await db.ingestEvents([usageEvent(`req_${organizationId}_t`, { organizationId, mode: "test", createdAtMs: START_MS })]);
    await tick();
    expect(standIn.state.requests).toBe(0);
    expect(await exportRows()).toEqual([]);
  });

  it("repeats the same identifier when the answer was dropped after the event had been counted, and bills it once", async () => {
    await use("a", "5000000");
    // Twice: the client library itself repeats one closed connection.
    standIn.setFaults([{ kind: "drop", path: EVENTS_PATH, times: 2 }]);
    await tick();
    const [doubted] = await exportRows();
    expect(doubted).toMatchObject({ state: "ambiguous", attempts: 1 });
    expect(spent().map((event) => event.identifier)).toEqual([doubted?.identifier]);
    nowMs += 60_000;
    await tick();
    expect(await exportRows()).toMatchObject([{ state: "sent", attempts: 2, identifier: doubted?.identifier, lastError: null }]);
    expect(total(spent())).toBe(5000);
  });

  it("recognises its own event even when Stripe has forgotten the idempotency key", async () => {
    await use("a", "5000000");
    standIn.setFaults([{ kind: "drop", path: EVENTS_PATH, times: 2 }]);
    await tick();
    standIn.state.replays.clear();
    await tick();
    expect(outcomes.map((outcome) => outcome.kind)).toContain("duplicate");
    expect((await exportRows())[0]?.state).toBe("sent");
    expect(total(spent())).toBe(5000);
  });

  it("sends a row again after a crash between sending and sent, whether or not the event had arrived", async () => {
    await use("a", "5000000");
    await use("b", "7000000", START_MS - HOUR_MS + 1);
    await tick();
    const rows = await exportRows();
    // As a process leaves them that dies after the call: both rows say `sending`; of one the event never reached Stripe.
    await sql.query(`UPDATE meter_export SET state = 'sending', "sentAt" = NULL, "sendingAt" = $2 WHERE "organizationId" = $1 AND meter = $3`, [organizationId, new Date(nowMs).toISOString(), METERS.spend.eventName]);
    const lost = standIn.state.meterEvents.findIndex((event) => event.identifier === rows[0]?.identifier);
    standIn.state.meterEvents.splice(lost, 1);
    standIn.state.replays.clear();
    tick = newReporter();
    await tick();
    expect((await exportRows()).map((row) => row.state)).toEqual(["sent", "sent"]);
    expect(total(spent())).toBe(12_000);
  });

  it("opens the next sequence for late usage and leaves the sent row as it was", async () => {
    await use("a", "2000");
    await tick();
    const before = await exportRows();
    await use("late", "3000");
    nowMs += HOUR_MS;
    await tick();
    const after = await exportRows();
    expect(after[0]).toEqual(before[0]);
    expect(after.map((row) => [row.sequence, row.value, row.state])).toEqual([[1, "2", "sent"], [2, "3", "sent"]]);
    expect(new Set(after.map((row) => row.identifier)).size).toBe(2);
    expect(total(spent())).toBe(5);
    expect(counted().map((event) => event.value)).toEqual([1, 1]);
  });

  it("tells Stripe of late usage as of now, where the invoice of its own time may be final, and of usage in time as of its window", async () => {
    await use("a", "2000000");
    await tick();
    await use("late", "3000000");
    nowMs += 3 * HOUR_MS;
    await tick();
    expect(spent().map((event) => event.timestampMs)).toEqual([START_MS + HOUR_MS - 1_000, Math.floor(nowMs / 1000) * 1000]);
  });

  it("names no moment before the end of a subscription that credit has paid from", async () => {
    await sql.query(`INSERT INTO billing_account ("organizationId", mode, "postpaidUntil", "updatedAt") VALUES ($1, 'prepaid', $2, now())`, [organizationId, new Date(nowMs - 5_000)]);
    await use("a", "2000000");
    await tick();
    expect(spent().map((event) => event.timestampMs)).toEqual([Math.ceil((nowMs - 5_000) / 1000) * 1000]);
  });

  it("sends again what Stripe gave back, and it is counted though the first answer said yes", async () => {
    await use("a", "5000000");
    await tick();
    const [row] = await exportRows();
    await fetch(`${standIn.url}/_admin/meter-errors`, { method: "POST", body: JSON.stringify({ identifier: row?.identifier }) });
    await sql.query(`UPDATE meter_export SET state = 'pending', "sentAt" = NULL, "sendingAt" = NULL WHERE identifier = $1`, [row?.identifier]);
    nowMs += 2 * HOUR_MS;
    await tick();
    expect(total(spent())).toBe(5000);
  });

  it("stops and alerts, without another call, when an outcome has been unknown for 20 hours", async () => {
    await use("a", "5000000");
    standIn.setFaults([{ kind: 500, path: EVENTS_PATH }]);
    await tick();
    standIn.setFaults([]);
    nowMs += 20 * HOUR_MS;
    const requests = standIn.state.requests;
    await tick();
    await tick();
    expect(standIn.state.requests).toBe(requests);
    expect(outcomes.filter((outcome) => outcome.kind === "stopped" && outcome.meter === "spend")).toHaveLength(2);
    expect((await exportRows())[0]).toMatchObject({ state: "ambiguous", attempts: 1 });
    expect((await db.loadExportHealth(nowMs - 20 * HOUR_MS)).stuck).toBeGreaterThan(0);
  });

  it("keeps a row pending when Stripe refuses the call for sure, and sends it when it no longer does", async () => {
    await use("a", "5000000");
    standIn.setFaults([{ kind: 429, path: EVENTS_PATH }]);
    await tick();
    expect((await exportRows())[0]).toMatchObject({ state: "pending", attempts: 1 });
    standIn.setFaults([]);
    nowMs += 30 * HOUR_MS;
    await tick();
    expect((await exportRows())[0]).toMatchObject({ state: "sent", attempts: 2 });
    expect(total(spent())).toBe(5000);
  });

  it("stays in doubt when a repeat is refused after a first try whose outcome is unknown", async () => {
    await use("a", "5000000");
    standIn.setFaults([{ kind: "drop", path: EVENTS_PATH, times: 2 }]);
    await tick();
    standIn.setFaults([{ kind: 429, path: EVENTS_PATH }]);
    await tick();
    expect((await exportRows())[0]?.state).toBe("ambiguous");
  });

  it("never has two calls under way for one customer and meter, though workers race", async () => {
    for (let hour = 0; hour < 6; hour++) await use(String(hour), "1001", START_MS - hour * HOUR_MS + 1);
    await Promise.all(Array.from({ length: 5 }, () => newReporter()()));
    await tick();
    expect(outcomes.filter((outcome) => outcome.kind === "refused" || outcome.kind === "failed")).toEqual([]);
    expect(total(spent())).toBe(6);
    expect(total(counted())).toBe(6);
    expect((await exportRows()).every((row) => row.state === "sent")).toBe(true);
  });

  it("exports nothing more when the rows hold more than the ledger, as after a change of the window's length", async () => {
    await use("a", "5000000");
    await tick();
    await newReporter(60_000)();
    expect(outcomes.at(-1)).toMatchObject({ kind: "failed" });
    expect(total(spent())).toBe(5000);
  });

  it("keeps sent micro-USD plus remainder equal to the ledger over faults, late usage and odd amounts", async () => {
    let ledger = 0n;
    for (let step = 0; step < 12; step++) {
      const charge = BigInt(step * 7_919 + 337);
      ledger += charge;
      await use(`s${step}`, charge.toString(), START_MS + (step % 4) * HOUR_MS + 1);
      standIn.setFaults(step % 3 === 0 ? [{ kind: "drop", path: EVENTS_PATH, times: 2 }] : step % 3 === 1 ? [{ kind: 500, path: EVENTS_PATH, times: 1 }] : []);
      nowMs += HOUR_MS;
      await tick();
    }
    standIn.setFaults([]);
    nowMs += HOUR_MS;
    await tick();
    const last = await sql.query<{ remainder: string }>(`SELECT (sum("amountNanoUsd") - 1000 * sum(value))::text AS remainder FROM meter_export WHERE "organizationId" = $1 AND meter = $2`, [organizationId, METERS.spend.eventName]);
    const remainder = BigInt(last.rows[0]?.remainder ?? "-1");
    expect(remainder >= 0n && remainder < 1000n).toBe(true);
    expect(BigInt(total(spent())) * 1000n + remainder).toBe(ledger);
    expect((await exportRows()).every((row) => row.state === "sent")).toBe(true);
  });
});
