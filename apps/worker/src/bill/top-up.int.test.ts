import { randomUUID } from "node:crypto";
import { createStripe, ledgerEntriesFor } from "@trunkline/billing";
import { createWorkerDb, type WorkerDb } from "@trunkline/db/worker";
import { createStripeStandIn, type StripeStandIn } from "@trunkline/testkit/stripe";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Mail } from "../alert/send-mail.ts";
import { createTopUps, TOP_UP_BACK_OFF_MS, type TopUpOutcome } from "./top-up.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 10, 10, 12);
const SECRET = "sk_test_standin000";
let db: WorkerDb;
let sql: pg.Client;
let standIn: StripeStandIn;
let organizationId = "";
let nowMs = START_MS;
let mails: Mail[] = [];
let outcomes: TopUpOutcome[] = [];
let mailFails = false;

beforeAll(async () => {
  if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
  db = createWorkerDb({ databaseUrl, ledgerEntriesFor });
  sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
});
afterAll(async () => { await db?.close(); await sql?.end(); });

/** Two dollars of credit, a kept card, and the wish for ten more whenever less than five are left, thirty a month at most. */
beforeEach(async () => {
  await sql.query(`UPDATE auto_top_up SET enabled = false`);
  [nowMs, mails, outcomes, mailFails] = [START_MS, [], [], false];
  organizationId = `org_${randomUUID()}`;
  standIn = await createStripeStandIn({ clock: () => nowMs });
  standIn.state.objects.set("cus_1", { id: "cus_1", object: "customer" });
  standIn.state.objects.set("pm_1", { id: "pm_1", object: "payment_method", customer: "cus_1" });
  await sql.query(`UPDATE organization SET "stripeCustomerId" = NULL WHERE "stripeCustomerId" = 'cus_1'`);
  await sql.query(`INSERT INTO organization (id, slug, name, "stripeCustomerId", "timeZone") VALUES ($1, $1, 'Acme', 'cus_1', 'America/New_York')`, [organizationId]);
  const userId = `usr_${randomUUID()}`;
  await sql.query(`INSERT INTO "user" (id, email) VALUES ($1, $2)`, [userId, `${userId}@example.test`]);
  await sql.query(`INSERT INTO member ("organizationId", "userId", role) VALUES ($1, $2, 'owner')`, [organizationId, userId]);
  await sql.query(`INSERT INTO billing_account ("organizationId", mode, "creditNanoUsd", "paymentMethodId", "updatedAt") VALUES ($1, 'prepaid', 2000000000, 'pm_1', now())`, [organizationId]);
  await sql.query(`INSERT INTO auto_top_up ("organizationId", enabled, "thresholdNanoUsd", "amountNanoUsd", "monthlyCapNanoUsd", "updatedAt") VALUES ($1, true, 5000000000, 10000000000, 30000000000, now())`, [organizationId]);
});
afterEach(() => standIn.close());

const tick = (apiBase = standIn.url): Promise<void> => createTopUps({
  db, stripe: createStripe({ secretKey: SECRET, apiBase, timeoutMs: 2_000 }), clock: () => nowMs, publicWebUrl: "http://127.0.0.1:1", onOutcome: (outcome) => outcomes.push(outcome),
  async sendMail(mail) { if (mailFails) throw new Error("no mail server"); mails.push(mail); },
})();
const behave = (behaviour: string | null): void => { Object.assign(standIn.state.objects.get("pm_1") ?? {}, { standin_behaviour: behaviour }); };
const paid = () => [...standIn.state.objects.values()].filter((object) => object.object === "payment_intent" && object["status"] === "succeeded");
const states = async (): Promise<string[]> => (await sql.query<{ state: string }>(`SELECT state FROM top_up WHERE "organizationId" = $1 ORDER BY "createdAt", id`, [organizationId])).rows.map(({ state }) => state);
const enabled = async (): Promise<boolean> => (await sql.query<{ enabled: boolean }>(`SELECT enabled FROM auto_top_up WHERE "organizationId" = $1`, [organizationId])).rows[0]?.enabled ?? false;
/** What Stripe's event does, and then the credit is used up again. */
const grantAndSpend = async (): Promise<void> => {
  for (const intent of paid()) await sql.query(`INSERT INTO credit_entry (id, "organizationId", kind, "sourceId", "amountNanoUsd") VALUES ($1, $2, 'purchase', $3, 10000000000) ON CONFLICT DO NOTHING`, [`txn_${randomUUID()}`, organizationId, intent.id]);
};

describe("automatic top-up", () => {
  it("pays once with the kept card, and not again while the credit is still on its way", async () => {
    await tick();
    await Promise.all([tick(), tick()]);
    expect(paid()).toMatchObject([{ amount: 1_000, customer: "cus_1", metadata: { organizationId, purpose: "credits", amountCents: "1000" } }]);
    expect([await states(), mails]).toEqual([["paid"], []]);
  });

  it("leaves alone who has credit enough, who is invoiced, and who is overdue", async () => {
    await sql.query(`UPDATE billing_account SET "creditNanoUsd" = 5000000000 WHERE "organizationId" = $1`, [organizationId]);
    await tick();
    await sql.query(`UPDATE billing_account SET "creditNanoUsd" = 0, mode = 'postpaid' WHERE "organizationId" = $1`, [organizationId]);
    await tick();
    await sql.query(`UPDATE billing_account SET mode = 'prepaid', state = 'past_due' WHERE "organizationId" = $1`, [organizationId]);
    await tick();
    expect(await states()).toEqual([]);
  });

  it("buys no more in a month of the organization's own time zone than its cap", async () => {
    for (let day = 0; day < 5; day++) { await tick(); await grantAndSpend(); nowMs += DAY_MS; }
    expect(paid()).toHaveLength(3);
    // Already December in UTC, still November in New York.
    nowMs = Date.UTC(2026, 11, 1, 4);
    await tick();
    expect(paid()).toHaveLength(3);
    nowMs = Date.UTC(2026, 11, 1, 5);
    await tick();
    expect(paid()).toHaveLength(4);
  });

  it("pays once where the answer was lost, also when Stripe has forgotten the key", async () => {
    standIn.setFaults([{ kind: "drop", path: "/v1/payment_intents", times: 2 }]);
    await tick();
    expect([await states(), outcomes.map(({ kind }) => kind)]).toEqual([["pending"], ["unknown"]]);
    standIn.state.replays.clear();
    nowMs += 2 * DAY_MS;
    await tick();
    expect([paid().length, await states()]).toEqual([1, ["paid"]]);
  });

  it("is told of by mail when the card is declined, tried again ever later, and off after the last try", async () => {
    behave("declined");
    for (const wait of [...TOP_UP_BACK_OFF_MS, 0]) {
      await tick();
      nowMs += wait - 1;
      await tick();
      nowMs += 1;
    }
    expect(await states()).toEqual(["failed", "failed", "failed", "failed"]);
    expect(mails).toHaveLength(4);
    expect(mails[0]?.text).toContain("Your card has insufficient funds.");
    expect(mails[0]?.to).toContain("@example.test");
    expect([mails[2]?.text.includes("is off now"), mails[3]?.text.includes("is off now"), await enabled()]).toEqual([false, true, false]);
  });

  it("offers a page where the bank wants its customer, cancels its own payment, and waits while the page lives", async () => {
    behave("authentication_required");
    await tick();
    nowMs += DAY_MS - 1;
    await tick();
    expect([await states(), paid().length]).toEqual([["action_required"], 0]);
    expect([...standIn.state.objects.values()].find((object) => object.object === "payment_intent")).toMatchObject({ status: "canceled" });
    const page = /http\S+\/checkout\/\S+/.exec(mails[0]?.text ?? "")?.[0] ?? "";
    await fetch(`${page}/pay`, { method: "POST", redirect: "manual" });
    expect(paid()).toMatchObject([{ amount: 1_000, setup_future_usage: "off_session", metadata: { organizationId, purpose: "credits" } }]);
  });

  it("tells again what no mail server took", async () => {
    behave("declined");
    mailFails = true;
    await tick();
    mailFails = false;
    await tick();
    await tick();
    expect(mails).toHaveLength(1);
  });
});
