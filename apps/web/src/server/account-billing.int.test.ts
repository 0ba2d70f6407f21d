import { createHmac } from "node:crypto";
import { createCheckout, createStripe, ensureCustomer, ensureMeters, ensureSpendPrice } from "@trunkline/billing";
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
