import { appendFileSync, mkdtempSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStripeStandIn } from "./stand-in.ts";
import type { StripeStandIn } from "./stand-in.ts";

const DAY_MS = 86_400_000;
let nowMs = Date.UTC(2026, 10, 1);
let standIn: StripeStandIn;
let stripe: Stripe;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 1);
  standIn = await createStripeStandIn({ clock: () => nowMs });
  const { hostname, port } = new URL(standIn.url);
  stripe = new Stripe("sk_test_standin000", { host: hostname, port, protocol: "http", maxNetworkRetries: 0, telemetry: false });
});
afterEach(() => standIn.close());

async function customerWithMeter(): Promise<{ customer: string; meter: string }> {
  const customer = await stripe.customers.create({ name: "Acme", metadata: { organizationId: "org_1" } });
  const meter = await stripe.billing.meters.create({ display_name: "Spend", event_name: "spend", default_aggregation: { formula: "sum" } });
  return { customer: customer.id, meter: meter.id };
}
const send = (customer: string, value: string, extra: { identifier?: string; timestamp?: string } = {}) =>
  stripe.v2.billing.meterEvents.create({ event_name: "spend", payload: { stripe_customer_id: customer, value }, ...extra });

describe("the Stripe stand-in, through the official client", () => {
  it("keeps customers and answers an idempotency key with its first answer", async () => {
    const first = await stripe.customers.create({ name: "Acme" }, { idempotencyKey: "k1" });
    expect((await stripe.customers.create({ name: "Acme" }, { idempotencyKey: "k1" })).id).toBe(first.id);
    await expect(stripe.customers.create({ name: "Other" }, { idempotencyKey: "k1" })).rejects.toMatchObject({ type: "StripeIdempotencyError" });
    expect((await stripe.customers.retrieve(first.id)).id).toBe(first.id);
    await expect(stripe.customers.retrieve("cus_none")).rejects.toMatchObject({ statusCode: 404, code: "resource_missing" });
  });

  it("sums meter events of both API versions into the customer's summary", async () => {
    const { customer, meter } = await customerWithMeter();
    await send(customer, "40");
    await stripe.billing.meterEvents.create({ event_name: "spend", payload: { stripe_customer_id: customer, value: "2" } });
    const summary = await stripe.billing.meters.listEventSummaries(meter, { customer, start_time: nowMs / 1000, end_time: nowMs / 1000 + 60 });
    expect(summary.data[0]?.aggregated_value).toBe(42);
  });

  it("counts an identifier once in a rolling 24 hours, and again after them", async () => {
    const { customer } = await customerWithMeter();
    await send(customer, "1", { identifier: "i" });
    nowMs += DAY_MS - 1;
    await expect(send(customer, "1", { identifier: "i" })).rejects.toMatchObject({ code: "duplicate_meter_event" });
    nowMs += 1;
    await send(customer, "1", { identifier: "i" });
    expect(standIn.state.meterEvents).toHaveLength(2);
  });

  it("refuses fractions, unknown customers and meters, and timestamps out of range", async () => {
    const { customer } = await customerWithMeter();
    await expect(send(customer, "1.5")).rejects.toMatchObject({ statusCode: 400, code: "meter_event_invalid_value" });
    await expect(send("cus_none", "1")).rejects.toMatchObject({ code: "meter_event_customer_not_found" });
    await expect(send(customer, "1", { timestamp: new Date(nowMs - 35 * DAY_MS - 1).toISOString() })).rejects.toMatchObject({ code: "timestamp_too_far_in_past" });
    await expect(send(customer, "1", { timestamp: new Date(nowMs + 300_001).toISOString() })).rejects.toMatchObject({ code: "timestamp_in_future" });
    await expect(send(customer, "1", { identifier: "x".repeat(101) })).rejects.toMatchObject({ statusCode: 400 });
    expect(standIn.state.meterEvents).toHaveLength(0);
  });

  it("allows one call at a time for a customer and meter", async () => {
    const { customer } = await customerWithMeter();
    const results = await Promise.allSettled([send(customer, "1"), send(customer, "1"), send(customer, "1")]);
    const refused = results.filter((result) => result.status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((result) => (result.reason as { statusCode: number }).statusCode === 429)).toBe(true);
    expect(standIn.state.meterEvents).toHaveLength(3 - refused.length);
  });

  it("sells a metered subscription over a page with a button and tells a webhook, signed", async () => {
    const received: Stripe.Event[] = [];
    const receiver = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => { body += chunk.toString(); }).on("end", () => {
        received.push(stripe.webhooks.constructEvent(body, request.headers["stripe-signature"] ?? "", endpoint.secret ?? "", 300, undefined, nowMs));
        response.end("{}");
      });
    });
    await new Promise<void>((resolve) => { receiver.listen(0, "127.0.0.1", resolve); });
    const endpoint = await stripe.webhookEndpoints.create({ url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`, enabled_events: ["checkout.session.completed"] });
    const { customer, meter } = await customerWithMeter();
    const price = await stripe.prices.create({ currency: "usd", unit_amount_decimal: Stripe.Decimal.from("0.0001"), lookup_key: "usage", product_data: { name: "Usage" }, recurring: { interval: "month", usage_type: "metered", meter } });
    expect((await stripe.prices.list({ lookup_keys: ["usage"] })).data[0]?.id).toBe(price.id);
    const session = await stripe.checkout.sessions.create({ mode: "subscription", customer, line_items: [{ price: price.id }], success_url: "http://127.0.0.1/ok?session={CHECKOUT_SESSION_ID}", cancel_url: "http://127.0.0.1/no" });
    expect(await (await fetch(session.url ?? "")).text()).toContain("Pay</button>");
    const paid = await fetch(`${session.url}/pay`, { method: "POST", redirect: "manual" });
    expect([paid.status, paid.headers.get("location")]).toEqual([303, `http://127.0.0.1/ok?session=${session.id}`]);
    await standIn.settled();
    receiver.close();
    expect(received.map((event) => event.type)).toEqual(["checkout.session.completed"]);
    const subscriptions = await stripe.subscriptions.list({ customer });
    expect(subscriptions.data[0]?.items.data[0]?.price.id).toBe(price.id);
    expect((await stripe.events.list({ type: "checkout.session.completed" })).data[0]?.id).toBe(received[0]?.id);
    expect((await stripe.events.retrieve(received[0]?.id ?? "")).type).toBe("checkout.session.completed");
    const portal = await stripe.billingPortal.sessions.create({ customer, return_url: "http://127.0.0.1/back" });
    expect(await (await fetch(portal.url)).text()).toContain("active");
  });

  it("does the work and drops the answer, refuses with 429 and fails with 500 when told to", async () => {
    const { customer } = await customerWithMeter();
    const control = (fault: object) => fetch(`${standIn.url}/_admin/faults`, { method: "PUT", body: JSON.stringify(fault) });
    await control({ kind: "drop", path: "/v2/billing/meter_events" });
    await expect(send(customer, "5")).rejects.toMatchObject({ type: "StripeConnectionError" });
    await control({ faults: [{ kind: 429, times: 1 }, { kind: 500, times: 1 }] });
    await expect(send(customer, "5")).rejects.toMatchObject({ statusCode: 429 });
    await expect(send(customer, "5")).rejects.toMatchObject({ statusCode: 500 });
    const state = (await (await fetch(`${standIn.url}/_admin/state`)).json()) as { meterEvents: { value: number }[] };
    expect(state.meterEvents.map((event) => event.value)).toEqual([5]);
  });

  it("knows its customers and identifiers again after a restart over the same file", async () => {
    const stateFile = join(mkdtempSync(join(tmpdir(), "stand-in-")), "state.json");
    const restart = async () => {
      await standIn.close();
      standIn = await createStripeStandIn({ clock: () => nowMs, stateFile });
      stripe = new Stripe("sk_test_standin000", { host: "127.0.0.1", port: new URL(standIn.url).port, protocol: "http", maxNetworkRetries: 0 });
    };
    await restart();
    const { customer } = await customerWithMeter();
    await send(customer, "5", { identifier: "kept" });
    await restart();
    expect((await stripe.customers.retrieve(customer)).id).toBe(customer);
    await expect(send(customer, "5", { identifier: "kept" })).rejects.toMatchObject({ code: "duplicate_meter_event" });
  });

  it("comes back from a kill with every meter event it answered, and with half a line behind them", async () => {
    const stateFile = join(mkdtempSync(join(tmpdir(), "stand-in-")), "state.json");
    const another = () => createStripeStandIn({ clock: () => nowMs, stateFile });
    const speakTo = (port: string) => new Stripe("sk_test_standin000", { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 });
    await standIn.close();
    standIn = await another();
    stripe = speakTo(new URL(standIn.url).port);
    const { customer } = await customerWithMeter();
    for (const identifier of ["first", "second"]) await send(customer, "5", { identifier });
    // A process that was killed closes nothing: the next one reads what lies there, while this one still lives.
    const [log] = readdirSync(dirname(stateFile)).filter((name) => name.endsWith(".log"));
    appendFileSync(join(dirname(stateFile), log ?? ""), '{"sequence":9,"meterEv');
    for (let kills = 0; kills < 2; kills++) {
      const next = await another();
      stripe = speakTo(new URL(next.url).port);
      expect(next.state.meterEvents.map(({ identifier }) => identifier)).toEqual(["first", "second", ...(kills === 0 ? [] : ["after 0"])]);
      await expect(send(customer, "5", { identifier: "second" })).rejects.toMatchObject({ code: "duplicate_meter_event" });
      await send(customer, "5", { identifier: `after ${kills}` });
      await next.close();
    }
  });

  it("answers nobody without a key", async () => {
    expect((await fetch(`${standIn.url}/v1/customers`)).status).toBe(401);
  });
});
