import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebDb } from "@trunkline/db/web";
import { createStripeStandIn, type StripeStandIn } from "@trunkline/testkit/stripe";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import { receiveStripe } from "../stripe-webhook.ts";
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
      expect(standIn.state.deliveries.at(-1)?.status).toBe(500);
    }
    expect((await creditsOf(tenant)).data).toEqual([]);
  });

  it.each(["4.99", "10000.01", "5.001", "-5", "free"])("are not sold for %s USD", async (amountUsd) => {
    expect((await (await newTenant()).call("POST", "/billing/credits", { amountUsd })).status).toBe(400);
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

  it("pays for what is used while it runs: credit bought before or during it is whole when it ends", async () => {
    const tenant = await newTenant();
    await charge(tenant.organizationId, 1_000_000_000);
    await buy(tenant, "20.00");
    await charge(tenant.organizationId, 2_000_000_000);
    await pay((await tenant.call<{ url: string }>("POST", "/billing/subscription", { plan: "scale" })).body.url);
    const subscription = [...standIn.state.objects.values()].findLast((object) => object.object === "subscription")?.id;
    await charge(tenant.organizationId, 300_000_000_000);
    await buy(tenant, "5.00");
    expect((await creditsOf(tenant)).balance_usd).toBeNull();
    await fetch(`${standIn.url}/v1/subscriptions/${subscription}`, { method: "DELETE", headers: { authorization: "Bearer sk_test_standin000" } });
    await standIn.settled();
    expect((await creditsOf(tenant)).balance_usd).toBe("23.00");
    await charge(tenant.organizationId, 4_000_000_000);
    expect((await creditsOf(tenant)).balance_usd).toBe("19.00");
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
