import { createStripe, ensureMeters, ensureSpendPrice, loadEffect, type StripeClient } from "@trunkline/billing";
import { createWebDb } from "@trunkline/db/web";
import { createStripeStandIn, type StripeStandIn } from "@trunkline/testkit/stripe";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const run = `${Date.now()}${process.pid}`;
const DAY_S = 86_400;
const FEE_CENTS = 4_900;
/** 1.234567 USD: invoiced as 123 cents. */
const USED_MICRO_USD = 1_234_567;
let standIn: StripeStandIn;
let stripe: StripeClient;
let number = 0;
let organizationId = "";
let customer = "";
let subscription = "";

beforeAll(async () => {
  standIn = await createStripeStandIn();
  stripe = createStripe({ secretKey: "sk_test_standin000", apiBase: standIn.url });
});
afterAll(async () => { await standIn.close(); await db.close(); await sql.end(); });

/** A customer whose subscription bills a fee and what its meter counts, and who has used `USED_MICRO_USD`, as the ledger knows. */
beforeEach(async () => {
  const user = await db.accounts.createUser({ email: `invoice${++number}-${run}@example.test`, name: `Invoice ${number} ${run}`, passwordHash: "x" });
  ({ organizationId } = await db.accounts.ensureOrganization(user));
  customer = (await stripe.customers.create({ name: "Acme" })).id;
  await sql.query(`UPDATE organization SET "stripeCustomerId" = $2 WHERE id = $1`, [organizationId, customer]);
  const { spend } = await ensureMeters(stripe);
  const metered = await ensureSpendPrice(stripe, spend);
  const fee = (await stripe.prices.create({ currency: "usd", unit_amount: FEE_CENTS, recurring: { interval: "month" }, product_data: { name: "Plan" } })).id;
  subscription = `sub_${run}${number}`;
  const start = Math.floor(Date.now() / 1000) - DAY_S;
  const items = [metered, fee].map((price, at) => ({ id: `si_${subscription}${at}`, object: "subscription_item", price: standIn.state.objects.get(price), current_period_start: start, current_period_end: start + DAY_S }));
  standIn.state.objects.set(subscription, { id: subscription, object: "subscription", customer, status: "active", created: start, start_date: start, ended_at: null, items: { object: "list", data: items } } as never);
  await stripe.v2.billing.meterEvents.create({ event_name: "trunkline_spend_micro_usd", identifier: `event-${subscription}`, timestamp: new Date(Date.now() - DAY_S * 500).toISOString(), payload: { stripe_customer_id: customer, value: String(USED_MICRO_USD) } });
  await sql.query(`INSERT INTO ledger_transaction (id, kind, "sourceId", "organizationId", "createdAt", "customerReceivableNanoUsd", "revenueNanoUsd") VALUES ('txn_' || $2, 'usage', $2, $1, now(), $3::bigint, -$3::bigint)`, [organizationId, `req_${subscription}`, USED_MICRO_USD * 1_000]);
});

async function closePeriod(paid: boolean): Promise<string> {
  return ((await (await fetch(`${standIn.url}/_admin/invoices`, { method: "POST", body: JSON.stringify({ subscription, paid }) })).json()) as { id: string }).id;
}
const tell = async (type: string, objectId: string): Promise<void> => {
  await db.stripeEvents.apply({ id: `evt_${run}${++number}`, type, effect: await loadEffect(stripe, { id: `evt_${number}`, type, objectId }) });
};
const balances = async (): Promise<Readonly<Record<string, string>>> => {
  const { rows } = await sql.query<{ account: string; sum: string }>(`SELECT account, sum("amountNanoUsd")::text AS sum FROM ledger_entry WHERE "organizationId" = $1 GROUP BY 1`, [organizationId]);
  return Object.fromEntries(rows.map(({ account, sum }) => [account, sum]));
};
const CENT = 10_000_000;
const TOTAL = (FEE_CENTS + 123) * CENT;
const intentOf = async (invoice: string): Promise<string> => {
  const found = [...standIn.state.objects.values()].find((object) => object.object === "invoice_payment" && object["invoice"] === invoice)?.["payment"] as { payment_intent: string };
  return found.payment_intent;
};

describe("invoices of a subscription in the ledger", () => {
  it("are owed from when they are final, with the fee and the cent they round to, and settled by their payment", async () => {
    const invoice = await closePeriod(false);
    await tell("invoice.finalized", invoice);
    expect(await balances()).toEqual({ customer_receivable: String(TOTAL), revenue: String(-TOTAL) });
    await stripe.invoices.pay(invoice);
    await tell("invoice.paid", invoice);
    expect(await balances()).toEqual({ customer_receivable: "0", revenue: String(-TOTAL), cash: String(TOTAL) });
  });

  it("are posted once, however often, late or out of order Stripe tells of them", async () => {
    const invoice = await closePeriod(false);
    const early = await loadEffect(stripe, { id: "evt_early", type: "invoice.payment_failed", objectId: invoice });
    await stripe.invoices.pay(invoice);
    await Promise.all([tell("invoice.paid", invoice), tell("invoice.finalized", invoice), tell("invoice.paid", invoice)]);
    await db.stripeEvents.apply({ id: `evt_early${run}`, type: "invoice.payment_failed", effect: early });
    expect(await balances()).toEqual({ customer_receivable: "0", revenue: String(-TOTAL), cash: String(TOTAL) });
    expect((await sql.query(`SELECT status, "paidNanoUsd" FROM stripe_invoice WHERE id = $1`, [invoice])).rows).toEqual([{ status: "paid", paidNanoUsd: String(TOTAL) }]);
  });

  it("are given up when they are voided, and a balance that had paid a part of them is a balance again", async () => {
    await stripe.customers.createBalanceTransaction(customer, { amount: -100, currency: "usd" });
    await sql.query(`INSERT INTO ledger_transaction (id, kind, "sourceId", "organizationId", "createdAt", "customerReceivableNanoUsd", "revenueNanoUsd") VALUES ('txn_cor' || $2, 'correction', $2, $1, now(), -1000000000, 1000000000)`, [organizationId, `cor_${subscription}`]);
    const invoice = await closePeriod(false);
    await tell("invoice.finalized", invoice);
    expect((await balances())["customer_receivable"]).toBe(String(TOTAL - 100 * CENT));
    await stripe.invoices.voidInvoice(invoice);
    await tell("invoice.voided", invoice);
    await tell("invoice.finalized", invoice);
    expect(await balances()).toMatchObject({ customer_receivable: String(-100 * CENT), absorbed: String(TOTAL) });
    expect(standIn.state.objects.get(customer)?.["balance"]).toBe(-100);
  });

  it("stay paid when money goes back, which is ours to bear, and comes again where a refund fails or a dispute is won", async () => {
    const invoice = await closePeriod(true);
    await tell("invoice.paid", invoice);
    const intent = await intentOf(invoice);
    const refund = await stripe.refunds.create({ payment_intent: intent, amount: 1_000 });
    await tell("refund.created", refund.id);
    await tell("charge.refunded", String(refund.charge));
    expect(await balances()).toEqual({ customer_receivable: "0", revenue: String(-TOTAL), cash: String(TOTAL - 1_000 * CENT), absorbed: String(1_000 * CENT) });
    await fetch(`${standIn.url}/_admin/refunds/fail`, { method: "POST", body: JSON.stringify({ id: refund.id }) });
    await tell("refund.failed", refund.id);
    await tell("refund.created", refund.id);
    expect(await balances()).toMatchObject({ customer_receivable: "0", cash: String(TOTAL), absorbed: "0" });
    const opened = await (await fetch(`${standIn.url}/_admin/disputes`, { method: "POST", body: JSON.stringify({ paymentIntent: intent }) })).json() as { id: string };
    await tell("charge.dispute.created", opened.id);
    expect(await balances()).toMatchObject({ cash: "0", absorbed: String(TOTAL) });
    await fetch(`${standIn.url}/_admin/disputes`, { method: "POST", body: JSON.stringify({ id: opened.id, status: "won" }) });
    await tell("charge.dispute.closed", opened.id);
    expect(await balances()).toMatchObject({ cash: String(TOTAL), absorbed: "0" });
  });

  it("leave purchases of credit to their payment", async () => {
    const effect = await loadEffect(stripe, { id: "evt_x", type: "invoice.paid", objectId: await closePeriod(true) });
    expect(effect).toMatchObject({ kind: "set_standing", invoice: { extraNanoUsd: BigInt(FEE_CENTS * CENT) - BigInt(USED_MICRO_USD * 1_000 - 123 * CENT) } });
    const bought = [...standIn.state.objects.values()].findLast((object) => object.object === "invoice");
    if (bought) bought["parent"] = null;
    expect(await loadEffect(stripe, { id: "evt_y", type: "invoice.paid", objectId: String(bought?.id) })).toMatchObject({ kind: "set_standing", invoice: null });
  });
});
