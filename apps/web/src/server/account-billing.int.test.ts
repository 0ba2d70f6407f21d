import { createHmac } from "node:crypto";
import { createCheckout, createStripe, ensureCustomer, ensureMeters, ensureSpendPrice, METERS } from "@trunkline/billing";
import { createStripeStandIn } from "@trunkline/testkit/stripe";
import type { StripeStandIn } from "@trunkline/testkit/stripe";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDashboard, Visitor, type Dashboard } from "./account-server.fixture.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const OLD_SECRET = `whsec_${"a".repeat(32)}`;
const NEW_SECRET = `whsec_${"b".repeat(32)}`;
const STRIPE_KEY = "sk_test_standin000";
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
let dashboard: Dashboard;
let standIn: StripeStandIn;
let number = 0;

beforeAll(async () => {
  standIn = await createStripeStandIn();
  dashboard = await startDashboard({ env: { STRIPE_SECRET_KEY: STRIPE_KEY, STRIPE_API_BASE: standIn.url, STRIPE_WEBHOOK_SECRET: `${NEW_SECRET},${OLD_SECRET}` } });
  standIn.state.webhooks.push({ id: "we_dashboard", url: `${dashboard.url}/api/webhooks/stripe`, secret: OLD_SECRET, types: ["*"] });
});
afterAll(async () => { await dashboard?.close(); await standIn?.close(); await sql.end(); });

async function newOrganization(): Promise<string> {
  const response = await new Visitor(dashboard).account("sign-up", { email: `payer${++number}-${Date.now()}@example.test`, password: "Correct-horse-9", name: `Payer ${number}` });
  return ((await response.json()) as { organizationId: string }).organizationId;
}

/** Subscribes on the hosted page, and waits until every webhook was answered. */
async function subscribe(organizationId: string): Promise<string> {
  const stripe = createStripe({ secretKey: STRIPE_KEY, apiBase: standIn.url });
  const customerId = await ensureCustomer(stripe, { id: organizationId, name: "Payer" });
  const priceId = await ensureSpendPrice(stripe, (await ensureMeters(stripe)).spend);
  const { url } = await createCheckout(stripe, { customerId, organizationId, priceIds: [priceId], successUrl: `${dashboard.url}/paid`, cancelUrl: dashboard.url });
  await fetch(`${url}/pay`, { method: "POST", redirect: "manual" });
  await standIn.settled();
  return customerId;
}

const customerOf = async (organizationId: string): Promise<string | null> => (await sql.query<{ id: string | null }>(`SELECT "stripeCustomerId" AS id FROM organization WHERE id = $1`, [organizationId])).rows[0]?.id ?? null;
const eventOf = (type: string) => standIn.state.events.findLast((event) => event["type"] === type);

/** A delivery as Stripe signs it: HMAC-SHA256 over `<seconds>.<body>`. */
function deliver(event: unknown, { secret = OLD_SECRET, ageS = 0, body = JSON.stringify(event) }: { secret?: string; ageS?: number; body?: string } = {}): Promise<Response> {
  const at = Math.floor(Date.now() / 1000) - ageS;
  const signature = createHmac("sha256", secret).update(`${at}.${JSON.stringify(event)}`).digest("hex");
  return fetch(`${dashboard.url}/api/webhooks/stripe`, { method: "POST", headers: { "content-type": "application/json", "stripe-signature": `t=${at},v1=${signature}` }, body });
}

describe("Stripe's webhook, over HTTP", () => {
  it("links the customer of a finished checkout to its organization, by a delivery that Stripe signed", async () => {
    const organizationId = await newOrganization();
    const customerId = await subscribe(organizationId);
    expect(new Set(standIn.state.deliveries.map((delivery) => delivery.status))).toEqual(new Set([200]));
    expect(standIn.state.deliveries.length).toBeGreaterThan(1);
    expect(await customerOf(organizationId)).toBe(customerId);
  });

  it("believes Stripe and not the delivery: what the event says of the object is not what counts", async () => {
    const [organizationId, other] = [await newOrganization(), await newOrganization()];
    const customerId = await subscribe(organizationId);
    const real = eventOf("checkout.session.completed") as unknown as { data: { object: object } };
    const stale = { ...real, id: `evt_stale_${organizationId}`, data: { object: { ...real.data.object, customer: "cus_before", metadata: { organizationId: other } } } };
    expect(await (await deliver(stale)).json()).toEqual({ received: true, outcome: "applied" });
    expect([await customerOf(organizationId), await customerOf(other)]).toEqual([customerId, null]);
    const unknown = { id: `evt_unknown_${organizationId}`, object: "event", type: "checkout.session.completed", data: { object: { id: "cs_nowhere" } } };
    expect((await deliver(unknown)).status).toBe(500);
  });

  it("re-opens the export row of a meter event that Stripe could not count, and no other", async () => {
    const organizationId = await newOrganization();
    const customerId = await subscribe(organizationId);
    const stripe = createStripe({ secretKey: STRIPE_KEY, apiBase: standIn.url });
    const rows = [`lost-${organizationId}`, `kept-${organizationId}`];
    for (const [sequence, identifier] of rows.entries()) {
      await stripe.v2.billing.meterEvents.create({ event_name: METERS.spend.eventName, identifier, payload: { stripe_customer_id: customerId, value: "5" } });
      await sql.query(`INSERT INTO meter_export ("organizationId", meter, "windowStart", sequence, state, identifier, "stripeCustomerId", "amountNanoUsd", requests, value, "remainderNanoUsd", attempts, "sendingAt", "sentAt", "eventAt")
        VALUES ($1, $2, '2026-11-01', $3, 'sent', $4, $5, 5000, 0, 5, 0, 1, now(), now(), '2026-11-01')`, [organizationId, METERS.spend.eventName, sequence + 1, identifier, customerId]);
    }
    const report = await fetch(`${standIn.url}/_admin/meter-errors`, { method: "POST", body: JSON.stringify({ identifier: rows[0] }) });
    expect(report.status).toBe(200);
    await standIn.settled();
    expect(standIn.state.deliveries.at(-1)?.status).toBe(200);
    const stored = await sql.query(`SELECT identifier, state, "sendingAt", "lastError" FROM meter_export WHERE "organizationId" = $1 ORDER BY sequence`, [organizationId]);
    expect(stored.rows).toEqual([
      { identifier: rows[0], state: "pending", sendingAt: null, lastError: "There is 1 invalid event" }, { identifier: rows[1], state: "sent", sendingAt: expect.any(Date), lastError: null },
    ]);
  });

  it("applies an event once, however often it is delivered, and under either secret of a rotation", async () => {
    const organizationId = await newOrganization();
    await subscribe(organizationId);
    await sql.query(`UPDATE organization SET "stripeCustomerId" = NULL WHERE id = $1`, [organizationId]);
    const event = eventOf("checkout.session.completed");
    for (const secret of [OLD_SECRET, NEW_SECRET]) expect(await (await deliver(event, { secret })).json()).toEqual({ received: true, outcome: "repeated" });
    expect(await customerOf(organizationId)).toBeNull();
  });

  it("changes nothing for a delivery that Stripe did not sign, that was changed, or that is replayed later", async () => {
    const organizationId = await newOrganization();
    const forged = { id: `evt_forged_${organizationId}`, object: "event", type: "checkout.session.completed", data: { object: { customer: "cus_mallory", metadata: { organizationId } } } };
    const unsigned = await fetch(`${dashboard.url}/api/webhooks/stripe`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(forged) });
    const refused = [unsigned, await deliver(forged, { secret: `whsec_${"c".repeat(32)}` }), await deliver(forged, { body: JSON.stringify({ ...forged, id: "evt_other" }) }), await deliver(forged, { ageS: 301 })];
    expect(refused.map((response) => response.status)).toEqual([400, 400, 400, 400]);
    expect(await customerOf(organizationId)).toBeNull();
  });
});
