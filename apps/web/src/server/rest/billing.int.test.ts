import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebDb } from "@trunkline/db/web";
import { createStripeStandIn, type StripeStandIn } from "@trunkline/testkit/stripe";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import { receiveStripe } from "../stripe-webhook.ts";
import "./answers/checked-answers.ts";
import { dispatchRest } from "./dispatch.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const SECRET = `whsec_${"s".repeat(32)}`;
const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const peppers = new Map([[1, new Uint8Array(32).fill(7)]]);
const published: string[] = [];
const kv = { publish: async (topic: string, id: string) => { published.push(`${topic} ${id}`); } };
const run = `${Date.now()}${process.pid}`;
let standIn: StripeStandIn;
let server: Server;
let url = "";
let number = 0;

async function answer(incoming: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const { method = "GET" } = incoming;
  const target = new URL(incoming.url ?? "/", url);
  const request = new Request(target, { method, headers: incoming.headers as Record<string, string>, ...(method === "GET" ? {} : { body: Buffer.concat(chunks) }) });
  if (target.pathname === "/api/webhooks/stripe") return receiveStripe(request, { db, kv });
  return dispatchRest(request, target.pathname.split("/").slice(3).map(decodeURIComponent), { db, kv: kv as never, peppers });
}

/** The management API and the webhook on one socket, Stripe's stand-in on another. */
beforeAll(async () => {
  standIn = await createStripeStandIn();
  vi.stubEnv("AUTH_SECRET", "secret-of-the-billing-tests").stubEnv("API_KEY_PEPPERS", `1:${Buffer.alloc(32, 7).toString("base64")}`).stubEnv("PUBLIC_WEB_URL", "http://127.0.0.1:1").stubEnv("PUBLIC_GATEWAY_URL", "http://127.0.0.1:2")
    .stubEnv("STRIPE_SECRET_KEY", "sk_test_standin000").stubEnv("STRIPE_API_BASE", standIn.url).stubEnv("STRIPE_WEBHOOK_SECRET", SECRET);
  server = createServer((incoming, outgoing) => {
    void answer(incoming).catch(() => new Response(null, { status: 500 })).then(async (response) => outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  standIn.state.webhooks.push({ id: "we_billing", url: `${url}/api/webhooks/stripe`, secret: SECRET, types: ["*"] });
});
afterAll(async () => { vi.unstubAllEnvs(); server.close(); await standIn.close(); await db.close(); await sql.end(); });

interface Tenant { readonly organizationId: string; call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> }

async function newTenant(): Promise<Tenant> {
  const user = await db.accounts.createUser({ email: `bill${++number}-${run}@example.test`, name: `Bill ${number} ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(user);
  const { secret } = await issueKey(db, peppers, { actor: { organizationId, role: "owner", userId: user.id, label: "test" }, projectId, input: { name: "management", kind: "mgmt" } });
  return {
    organizationId,
    async call<T>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${secret}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      return { status: response.status, body: (await response.json()) as T };
    },
  };
}

/** Presses the button of the hosted page and waits until every webhook was answered. */
async function pay(page: string): Promise<void> {
  await fetch(`${page}/pay`, { method: "POST", redirect: "manual" });
  await standIn.settled();
}
const buy = async (tenant: Tenant, amountUsd: string): Promise<void> => pay((await tenant.call<{ url: string }>("POST", "/billing/credits", { amountUsd })).body.url);
const charge = (organizationId: string, nanoUsd: number): Promise<unknown> => sql.query(
  `INSERT INTO usage_rollup (bucket, "organizationId", "projectId", "apiKeyId", mode, provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount")
   VALUES (date_trunc('minute', now()), $1, 'p', 'k', 'live', 'openai', 'm', '', $3, 1, 1, 0, 0, 0, 0, 0, $2, 0, 0, 0, 0)`, [organizationId, nanoUsd, `s${++number}`]);

/** A row of the meter export that named a moment so long ago to Stripe. */
const told = (organizationId: string, microUsd: number, ago: string, state = "sent"): Promise<unknown> => sql.query(
  `INSERT INTO meter_export ("organizationId", meter, "windowStart", sequence, state, identifier, "stripeCustomerId", "amountNanoUsd", requests, value, "remainderNanoUsd", "eventAt")
   VALUES ($1, 'trunkline_spend_micro_usd', now(), $2, $3, $4, 'cus', $5, 0, $6, 0, now() - $7::interval)`, [organizationId, ++number, state, `told-${organizationId}-${number}`, microUsd * 1000, microUsd, ago]);

interface Credits { readonly balance_usd: string | null; readonly granted_usd: string; readonly data: readonly { readonly kind: string; readonly amount_usd: string }[] }
interface Billing { readonly plan: { readonly id: string; readonly monthlyUsd: string }; readonly mode: string; readonly state: string }
const creditsOf = async (tenant: Tenant): Promise<Credits> => (await tenant.call<Credits>("GET", "/billing/credits")).body;
const billingOf = async (tenant: Tenant): Promise<Billing> => (await tenant.call<Billing>("GET", "/billing")).body;

describe("credits", () => {
  it("count when Stripe says they are paid, and the gateways hear of it", async () => {
    const tenant = await newTenant();
    expect(await billingOf(tenant)).toMatchObject({ plan: { id: "free" }, mode: "open", state: "active" });
    const { status, body } = await tenant.call<{ url: string }>("POST", "/billing/credits", { amountUsd: "20.00" });
    expect(status).toBe(201);
    expect((await creditsOf(tenant)).balance_usd).toBeNull();
    published.length = 0;
    await pay(body.url);
    expect(await creditsOf(tenant)).toMatchObject({ balance_usd: "20.00", data: [{ kind: "purchase", amount_usd: "20.00" }] });
    expect(await billingOf(tenant)).toMatchObject({ mode: "prepaid" });
    expect(published).toContain(`budget ${tenant.organizationId}`);
  });

  it("are explained posting by posting, and the postings balance", async () => {
    const tenant = await newTenant();
    await buy(tenant, "20.00");
    await buy(tenant, "5.50");
    const { body } = await tenant.call<{ data: { kind: string; amount_usd: string; balance_usd: string }[]; next_cursor: string | null }>("GET", "/billing/statement");
    expect(body.data.map(({ kind, amount_usd, balance_usd }) => [kind, amount_usd, balance_usd])).toEqual([["credit", "-20.00", "-20.00"], ["credit", "-5.50", "-25.50"]]);
    const first = (await tenant.call<{ data: unknown[]; next_cursor: string }>("GET", "/billing/statement?limit=1")).body;
    const second = (await tenant.call<{ data: unknown[]; next_cursor: null }>("GET", `/billing/statement?limit=1&after=${first.next_cursor}`)).body;
    expect([...first.data, ...second.data]).toEqual(body.data);
    expect(second.next_cursor).toBeNull();
    expect((await tenant.call<{ data: unknown[] }>("GET", "/billing/statement?after=txn_of_nobody")).body.data).toEqual([]);
  });

  it("do not pay for what was used before the first purchase, and pay for what is used after it", async () => {
    const tenant = await newTenant();
    await charge(tenant.organizationId, 3_000_000_000);
    await buy(tenant, "20.00");
    expect((await creditsOf(tenant)).balance_usd).toBe("20.00");
    await charge(tenant.organizationId, 1_500_000_001);
    expect((await creditsOf(tenant)).balance_usd).toBe("18.499999999");
  });

  it("count once, however often and under whatever event the payment is told of", async () => {
    const tenant = await newTenant();
    await buy(tenant, "20.00");
    const event = standIn.state.events.findLast((candidate) => candidate["type"] === "checkout.session.completed");
    const copies = [{ ...event, id: `evt_copy1_${run}` }, { ...event, id: `evt_copy2_${run}`, type: "checkout.session.async_payment_succeeded" }];
    for (const copy of [event, ...copies]) {
      const payload = JSON.stringify(copy);
      const at = Math.floor(Date.now() / 1000);
      const signature = createHmac("sha256", SECRET).update(`${at}.${payload}`).digest("hex");
      const response = await fetch(`${url}/api/webhooks/stripe`, { method: "POST", headers: { "stripe-signature": `t=${at},v1=${signature}` }, body: payload });
      expect(response.status).toBe(200);
    }
    expect((await creditsOf(tenant)).granted_usd).toBe("20.00");
  });

  it("are not granted for another amount than was sold, nor for an unpaid session", async () => {
    const tenant = await newTenant();
    for (const change of [{ amount_total: 1 }, { currency: "jpy" }]) {
      const { body } = await tenant.call<{ url: string }>("POST", "/billing/credits", { amountUsd: "20.00" });
      Object.assign(standIn.state.objects.get(body.url.split("/").at(-1) ?? "") ?? {}, change);
      await pay(body.url);
      const { id } = standIn.state.events.findLast((event) => event["type"] === "checkout.session.completed") ?? {};
      expect(standIn.state.deliveries.find(({ eventId }) => eventId === id)?.status).toBe(500);
    }
    expect((await creditsOf(tenant)).data).toEqual([]);
  });

  it.each(["4.99", "10000.01", "5.001", "-5", "free"])("are not sold for %s USD", async (amountUsd) => {
    expect((await (await newTenant()).call("POST", "/billing/credits", { amountUsd })).status).toBe(400);
  });
});

/** Stripe's own view of the payment behind a tenant's latest purchase. */
const purchaseOf = async (tenant: Tenant): Promise<{ id: string; source: string }> => (await tenant.call<{ data: { id: string; kind: string; source: string }[] }>("GET", "/billing/credits")).body.data.find(({ kind }) => kind === "purchase") ?? { id: "", source: "" };
const admin = async (path: string, body: object): Promise<{ id: string }> => {
  const made = await (await fetch(`${standIn.url}/_admin${path}`, { method: "POST", body: JSON.stringify(body) })).json() as { id: string };
  await standIn.settled();
  return made;
};
const kindsOf = async (tenant: Tenant): Promise<string[][]> => (await creditsOf(tenant)).data.map(({ kind, amount_usd }) => [kind, amount_usd]).reverse();

describe("money that goes back", () => {
  it("is what was not used, in part or whole, once, and the ledger says so", async () => {
    const tenant = await newTenant();
    await buy(tenant, "20.00");
    await charge(tenant.organizationId, 4_000_000_000);
    const { id } = await purchaseOf(tenant);
    published.length = 0;
    expect(await tenant.call("POST", "/billing/refunds", { credit: id, amountUsd: "5.00" })).toMatchObject({ status: 201, body: { amount_usd: "5.00" } });
    expect(published).toContain(`budget ${tenant.organizationId}`);
    await standIn.settled();
    expect((await tenant.call<{ detail: string }>("POST", "/billing/refunds", { credit: id, amountUsd: "11.01" })).status).toBe(422);
    expect(await tenant.call("POST", "/billing/refunds", { credit: id })).toMatchObject({ status: 201, body: { amount_usd: "11.00" } });
    await standIn.settled();
    expect((await tenant.call("POST", "/billing/refunds", { credit: id })).status).toBe(422);
    expect([await kindsOf(tenant), (await creditsOf(tenant)).balance_usd]).toEqual([[["purchase", "20.00"], ["refund", "-5.00"], ["refund", "-11.00"]], "0.00"]);
    const { rows } = await sql.query<{ account: string; sum: string }>(`SELECT account, sum("amountNanoUsd")::text AS sum FROM ledger_entry WHERE "organizationId" = $1 GROUP BY 1 ORDER BY 1`, [tenant.organizationId]);
    expect(rows).toEqual([{ account: "cash", sum: "4000000000" }, { account: "customer_receivable", sum: "-4000000000" }]);
  });

  it("is refunded by its owner alone, and within a day", async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    await buy(tenant, "20.00");
    const { id } = await purchaseOf(tenant);
    expect((await other.call("POST", "/billing/refunds", { credit: id })).status).toBe(404);
    await sql.query(`ALTER TABLE credit_entry DISABLE TRIGGER append_only`);
    await sql.query(`UPDATE credit_entry SET "createdAt" = now() - interval '25 hours' WHERE id = $1`, [id]);
    await sql.query(`ALTER TABLE credit_entry ENABLE TRIGGER append_only`);
    expect((await tenant.call("POST", "/billing/refunds", { credit: id })).status).toBe(422);
  });

  it("counts when Stripe's dashboard refunded it, before or after the purchase was told of, and is whole again when the refund fails", async () => {
    const tenant = await newTenant();
    const page = (await tenant.call<{ url: string }>("POST", "/billing/credits", { amountUsd: "20.00" })).body.url;
    const webhooks = standIn.state.webhooks.splice(0);
    await pay(page);
    const intent = [...standIn.state.objects.values()].findLast((object) => object.object === "payment_intent")?.id ?? "";
    const asked = await fetch(`${standIn.url}/v1/refunds`, { method: "POST", headers: { authorization: "Bearer sk_test_standin000" }, body: new URLSearchParams({ payment_intent: intent, amount: "500" }) });
    const refund = (await asked.json() as { id: string }).id;
    standIn.state.webhooks.push(...webhooks);
    // The newest first: the refund, then the purchase, then all of it again.
    const told = standIn.state.events.slice(-5).toReversed();
    expect(told.map((event) => event["type"])).toEqual(["charge.refunded", "refund.created", "checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"]);
    for (const event of [...told, ...told.map((one) => ({ ...one, id: `${one.id}_again_${run}` }))]) {
      const payload = JSON.stringify(event);
      const at = Math.floor(Date.now() / 1000);
      const signature = createHmac("sha256", SECRET).update(`${at}.${payload}`).digest("hex");
      expect((await fetch(`${url}/api/webhooks/stripe`, { method: "POST", headers: { "stripe-signature": `t=${at},v1=${signature}` }, body: payload })).status).toBe(200);
    }
    expect([await kindsOf(tenant), (await creditsOf(tenant)).balance_usd]).toEqual([[["refund", "-5.00"], ["purchase", "20.00"]], "15.00"]);
    await admin("/refunds/fail", { id: refund });
    expect((await creditsOf(tenant)).balance_usd).toBe("20.00");
  });

  it("is taken by a dispute when it opens, given again when it is won, and left alone by an inquiry", async () => {
    const tenant = await newTenant();
    await buy(tenant, "20.00");
    const { source } = await purchaseOf(tenant);
    await admin("/disputes", { paymentIntent: source, status: "warning_needs_response" });
    expect((await creditsOf(tenant)).balance_usd).toBe("20.00");
    const { id } = await admin("/disputes", { paymentIntent: source });
    expect((await creditsOf(tenant)).balance_usd).toBe("0.00");
    await admin("/disputes", { id, status: "won" });
    expect([await kindsOf(tenant), (await creditsOf(tenant)).balance_usd]).toEqual([[["purchase", "20.00"], ["dispute", "-20.00"], ["dispute_reversal", "20.00"]], "20.00"]);
  });
});

describe("automatic top-up", () => {
  const wish = { enabled: true, thresholdUsd: "5.00", amountUsd: "10.00", monthlyCapUsd: "30.00" };
  it("needs a card that its owner let be kept, and says what it will do", async () => {
    const tenant = await newTenant();
    await buy(tenant, "20.00");
    expect((await tenant.call("PATCH", "/billing/auto-top-up", wish)).status).toBe(422);
    await pay((await tenant.call<{ url: string }>("POST", "/billing/credits", { amountUsd: "5.00", keepCard: true })).body.url);
    expect(await tenant.call("PATCH", "/billing/auto-top-up", wish)).toMatchObject({ status: 200, body: { enabled: true, card_kept: true, threshold_usd: "5.00", amount_usd: "10.00", monthly_cap_usd: "30.00", recent: [] } });
    const { rows } = await sql.query<{ method: string }>(`SELECT "paymentMethodId" AS method FROM billing_account WHERE "organizationId" = $1`, [tenant.organizationId]);
    expect(standIn.state.objects.get(rows[0]?.method ?? "")).toMatchObject({ object: "payment_method" });
    expect((await creditsOf(tenant)).balance_usd).toBe("25.00");
  });
  it.each([{ amountUsd: "4.00" }, { amountUsd: "10.001" }, { monthlyCapUsd: "9.99" }, { thresholdUsd: "0" }])("is refused with %j", async (change) => {
    expect((await (await newTenant()).call("PATCH", "/billing/auto-top-up", { ...wish, ...change })).status).toBe(400);
  });
});

describe("a tax id", () => {
  it("stands on the invoices that follow, and is its owner's to remove", async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const { status, body } = await tenant.call<{ id: string }>("POST", "/billing/tax-ids", { type: "eu_vat", value: "DE123456789" });
    expect(status).toBe(201);
    expect((await tenant.call("POST", "/billing/tax-ids", { type: "eu_vat", value: "DE1" })).status).toBe(422);
    await buy(tenant, "20.00");
    expect((await tenant.call<{ data: unknown[] }>("GET", "/billing/invoices")).body.data).toMatchObject([{ status: "paid", total_usd: "20.00", tax_ids: ["DE123456789"] }]);
    expect((await other.call("DELETE", `/billing/tax-ids/${body.id}`)).status).toBe(404);
    expect((await tenant.call("DELETE", `/billing/tax-ids/${body.id}`)).status).toBe(200);
    expect((await tenant.call<{ data: unknown[] }>("GET", "/billing/tax-ids")).body.data).toEqual([]);
  });
});

describe("a subscription", () => {
  it("sets the plan, shows its invoice, is restricted by a failed payment and restored by the paid one", async () => {
    const tenant = await newTenant();
    await pay((await tenant.call<{ url: string }>("POST", "/billing/subscription", { plan: "pro" })).body.url);
    expect(await billingOf(tenant)).toMatchObject({ plan: { id: "pro", monthlyUsd: "49.00" }, mode: "postpaid", state: "active" });
    expect((await tenant.call<{ data: unknown[] }>("GET", "/billing/invoices")).body.data).toMatchObject([{ status: "paid", total_usd: "49.00", paid_usd: "49.00" }]);
    const subscription = [...standIn.state.objects.values()].findLast((object) => object.object === "subscription")?.id;
    published.length = 0;
    const invoice = await (await fetch(`${standIn.url}/_admin/invoices`, { method: "POST", body: JSON.stringify({ subscription, cents: 4_900, paid: false }) })).json() as { id: string };
    await standIn.settled();
    expect(await billingOf(tenant)).toMatchObject({ plan: { id: "pro" }, state: "past_due" });
    expect(published).toContain(`budget ${tenant.organizationId}`);
    await fetch(`${standIn.url}/v1/invoices/${invoice.id}/pay`, { method: "POST", headers: { authorization: "Bearer sk_test_standin000" } });
    await standIn.settled();
    expect(await billingOf(tenant)).toMatchObject({ state: "active" });
    await fetch(`${standIn.url}/v1/subscriptions/${subscription}`, { method: "DELETE", headers: { authorization: "Bearer sk_test_standin000" } });
    await standIn.settled();
    expect(await billingOf(tenant)).toMatchObject({ plan: { id: "free" }, mode: "prepaid", state: "active" });
  });

  it("pays for what Stripe was told of while it ran, whenever that was used, and for nothing else: credit pays for the rest, once", async () => {
    const tenant = await newTenant();
    await charge(tenant.organizationId, 1_000_000_000);
    await buy(tenant, "20.00");
    await charge(tenant.organizationId, 2_000_000_000);
    await pay((await tenant.call<{ url: string }>("POST", "/billing/subscription", { plan: "scale" })).body.url);
    const subscription = [...standIn.state.objects.values()].findLast((object) => object.object === "subscription")?.id;
    // It began an hour ago. Of the last two dollars before it, Stripe was told within it, as of the hour in which both lie; of the last dollar within it, never.
    await sql.query(`UPDATE billing_account SET "postpaidFrom" = now() - interval '1 hour' WHERE "organizationId" = $1`, [tenant.organizationId]);
    await charge(tenant.organizationId, 300_000_000_000);
    await told(tenant.organizationId, 300_000_000, "30 minutes");
    await told(tenant.organizationId, 7_000_000, "70 minutes");
    await buy(tenant, "5.00");
    expect((await creditsOf(tenant)).balance_usd).toBeNull();
    await charge(tenant.organizationId, 1_000_000_000);
    await told(tenant.organizationId, 2_000_000, "20 minutes");
    await told(tenant.organizationId, 1_000_000, "0 minutes", "pending");
    await fetch(`${standIn.url}/v1/subscriptions/${subscription}`, { method: "DELETE", headers: { authorization: "Bearer sk_test_standin000" } });
    await standIn.settled();
    expect((await creditsOf(tenant)).balance_usd).toBe("24.00");
    await charge(tenant.organizationId, 4_000_000_000);
    expect((await creditsOf(tenant)).balance_usd).toBe("20.00");
  });

  it("is moved to another plan, and is never two: the same usage would be billed by both", async () => {
    const tenant = await newTenant();
    await pay((await tenant.call<{ url: string }>("POST", "/billing/subscription", { plan: "pro" })).body.url);
    const customer = [...standIn.state.objects.values()].findLast((object) => object.object === "subscription")?.["customer"];
    expect((await tenant.call("POST", "/billing/subscription", { plan: "pro" })).status).toBe(422);
    expect((await tenant.call("POST", "/billing/subscription", { plan: "scale" })).status).toBe(201);
    await standIn.settled();
    expect(await billingOf(tenant)).toMatchObject({ plan: { id: "scale" }, mode: "postpaid" });
    expect([...standIn.state.objects.values()].filter((object) => object.object === "subscription" && object["customer"] === customer)).toHaveLength(1);
  });

  it("is managed on Stripe's page, of the caller's own customer", async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const pages = await Promise.all([tenant, other].map((one) => one.call<{ url: string }>("POST", "/billing/portal")));
    expect(pages.map(({ status }) => status)).toEqual([201, 201]);
    const customers = pages.map(({ body }) => standIn.state.objects.get(body.url.split("/").at(-1) ?? "")?.["customer"]);
    expect(new Set(customers).size).toBe(2);
    expect((await tenant.call<{ data: unknown[] }>("GET", "/billing/invoices")).body.data).toEqual([]);
  });
});

describe("the reconciliation with Stripe", () => {
  /** A customer whom Stripe was told five and seven micro-USD of, in two hours, and of which it counted what is given. */
  const exported = async (counted: readonly number[]): Promise<Tenant> => {
    const tenant = await newTenant();
    await buy(tenant, "5.00");
    await charge(tenant.organizationId, 12_900);
    await told(tenant.organizationId, 5, "5 hours");
    await told(tenant.organizationId, 7, "3 hours");
    await tenant.call("GET", "/billing/reconciliation");
    const { rows } = await sql.query<{ identifier: string; eventAt: Date; value: string; customer: string }>(`SELECT m.identifier, m."eventAt", m.value::text, o."stripeCustomerId" AS customer FROM meter_export m JOIN organization o ON o.id = m."organizationId" WHERE o.id = $1`, [tenant.organizationId]);
    await sql.query(`UPDATE meter_export SET "sentAt" = now() - interval '2 hours' WHERE "organizationId" = $1`, [tenant.organizationId]);
    for (const { identifier, eventAt, value, customer } of rows) {
      for (let times = counted.filter((one) => one === Number(value)).length; times > 0; times--) standIn.state.meterEvents.push({ eventName: "trunkline_spend_micro_usd", identifier: `${identifier}${times === 1 ? "" : times}`, customerId: customer, value: Number(value), timestampMs: eventAt.getTime(), receivedAtMs: Date.now(), payload: {} });
    }
    return tenant;
  };
  interface Found { readonly meters: readonly { readonly meter: string; readonly agrees: boolean; readonly told: string; readonly stripe: string; readonly gaps: readonly { readonly class: string; readonly amount: string; readonly resendable: number }[] }[] }
  const spendOf = async (tenant: Tenant) => (await tenant.call<Found>("GET", "/billing/reconciliation")).body.meters.find(({ meter }) => meter === "spend");

  it("names each gap by its class, and agrees where there is none", async () => {
    expect(await spendOf(await exported([5, 7]))).toMatchObject({ agrees: true, told: "0.000012", stripe: "0.000012", gaps: [{ class: "in_flight", amount: "0.0000009" }] });
    expect(await spendOf(await exported([5, 7, 7]))).toMatchObject({ agrees: false, gaps: [{ class: "duplicate", amount: "0.000007", resendable: 0 }, { class: "in_flight" }] });
    expect((await (await newTenant()).call<Found>("GET", "/billing/reconciliation")).body.meters).toEqual([]);
  });

  it("gives back to the exporter what Stripe certainly does not hold, once, and the audit log tells of it", async () => {
    const tenant = await exported([5]);
    expect((await spendOf(tenant))?.gaps[0]).toMatchObject({ class: "missing", amount: "0.000007", resendable: 1 });
    const answers = [await tenant.call("POST", "/billing/reconciliation/resend", { meter: "spend" }), await tenant.call("POST", "/billing/reconciliation/resend", { meter: "spend" })];
    expect(answers.map(({ body }) => body)).toMatchObject([{ events: 1 }, { events: 0 }]);
    expect((await sql.query(`SELECT state FROM meter_export WHERE "organizationId" = $1 AND value = 7`, [tenant.organizationId])).rows).toEqual([{ state: "pending" }]);
    expect((await sql.query(`SELECT action FROM audit_entry WHERE "organizationId" = $1 AND action = 'billing.resend'`, [tenant.organizationId])).rows).toHaveLength(1);
  });
});
