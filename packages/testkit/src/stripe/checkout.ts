import { page, seconds } from "./call.ts";
import type { Call, Route } from "./call.ts";
import { listAt, objectAt, textAt } from "./form.ts";
import type { FormObject } from "./form.ts";
import { fileInvoice } from "./invoices.ts";
import { newCard, newIntent, payIntent } from "./payments.ts";
import { all, find, invalid, nextId, store } from "./state.ts";
import type { State, StripeObject } from "./state.ts";

const MONTH_S = 30 * 86_400;
const SESSION_LIFE_S = 86_400;

function createSession(call: Call): StripeObject {
  const { body, state, origin } = call;
  const mode = textAt(body, "mode") ?? "payment";
  const successUrl = textAt(body, "success_url");
  if (successUrl === undefined) throw invalid("Missing required param: success_url.", { param: "success_url", code: "parameter_missing" });
  const customer = textAt(body, "customer");
  if (customer !== undefined) find(state, customer, "customer");
  const items = (listAt(body, "line_items") as readonly FormObject[]).map((item) => lineOf(state, item));
  if (items.length === 0 && mode !== "setup") throw invalid("Missing required param: line_items.", { param: "line_items", code: "parameter_missing" });
  const id = nextId(state, "cs_test");
  const session = store(state, {
    id, object: "checkout.session", mode, livemode: false, created: seconds(call.nowMs), expires_at: seconds(call.nowMs) + SESSION_LIFE_S, status: "open", payment_status: mode === "payment" ? "unpaid" : "no_payment_required",
    url: `${origin}/checkout/${id}`, success_url: successUrl, cancel_url: textAt(body, "cancel_url") ?? null, customer: customer ?? null, subscription: null, payment_intent: null,
    client_reference_id: textAt(body, "client_reference_id") ?? null, metadata: objectAt(body, "metadata"), currency: "usd", amount_total: items.reduce((sum, item) => sum + item.amount, 0),
  });
  state.objects.set(`${id}:prices`, { id: `${id}:prices`, object: "standin.line_items", prices: items.map((item) => item.price), payment: objectAt(body, "payment_intent_data"), invoiced: textAt(objectAt(body, "invoice_creation"), "enabled") === "true", taxIds: textAt(objectAt(body, "tax_id_collection"), "enabled") === "true" });
  if (textAt(objectAt(body, "tax_id_collection"), "enabled") === "true" && customer !== undefined && textAt(objectAt(body, "customer_update"), "name") !== "auto") throw invalid("Tax ID collection requires updating business name on the customer: set `customer_update[name]` to `auto`.", { param: "customer_update[name]" });
  return session;
}

/** Cents due now: nothing for a metered price. */
function lineOf(state: State, item: FormObject): { readonly price: string | null; readonly amount: number } {
  const quantity = Number(textAt(item, "quantity") ?? 1);
  const price = textAt(item, "price");
  if (price === undefined) return { price: null, amount: quantity * Number(textAt(objectAt(item, "price_data"), "unit_amount") ?? 0) };
  const found = find(state, price, "price");
  const metered = (found["recurring"] as { usage_type?: string } | null)?.usage_type === "metered";
  if (metered && textAt(item, "quantity") !== undefined) throw invalid("A metered price takes no quantity.", { param: "line_items[0][quantity]" });
  return { price, amount: metered ? 0 : quantity * Number(found["unit_amount"] ?? 0) };
}

/** What the page's button does: completes the session, opens the subscription, and tells the webhooks. */
export function completeSession(call: Call, id: string): StripeObject {
  const session = find(call.state, id, "checkout.session");
  if (session["status"] !== "open") return session;
  session["customer"] ??= store(call.state, { id: nextId(call.state, "cus"), object: "customer", created: seconds(call.nowMs), livemode: false, name: null, email: null, metadata: {} }).id;
  session["status"] = "complete";
  if (session["mode"] === "subscription") session["subscription"] = createSubscription(call, session).id;
  if (session["mode"] === "payment") { session["payment_status"] = "paid"; session["payment_intent"] = paySession(call, session).id; }
  session["url"] = null;
  call.emit("checkout.session.completed", session);
  return session;
}

function paySession(call: Call, session: StripeObject): StripeObject {
  const asked = call.state.objects.get(`${session.id}:prices`) ?? {};
  const payment = ("payment" in asked ? asked["payment"] : {}) as FormObject;
  const customer = String(session["customer"]);
  const intent = newIntent(call, { amount: Number(session["amount_total"]), currency: String(session["currency"]), customer, metadata: objectAt(payment, "metadata"), setupFutureUsage: textAt(payment, "setup_future_usage") ?? null, paymentMethod: newCard(call, customer).id });
  if ("invoiced" in asked && asked["invoiced"] === true) fileInvoice(call, { customer, subscription: null, cents: Number(session["amount_total"]), paid: true });
  return payIntent(call, intent);
}

function createSubscription(call: Call, session: StripeObject): StripeObject {
  const start = seconds(call.nowMs);
  const prices = (call.state.objects.get(`${session.id}:prices`)?.["prices"] ?? []) as string[];
  const subscription = store(call.state, {
    id: nextId(call.state, "sub"), object: "subscription", customer: session["customer"], status: "active", created: start, start_date: start, ended_at: null, livemode: false, cancel_at_period_end: false, currency: "usd", metadata: session["metadata"],
    items: { object: "list", has_more: false, url: "/v1/subscription_items", data: prices.map((price) => ({ id: nextId(call.state, "si"), object: "subscription_item", price: call.state.objects.get(price), current_period_start: start, current_period_end: start + MONTH_S })) },
  });
  call.emit("customer.subscription.created", subscription);
  const cents = Number(session["amount_total"]);
  if (cents > 0) fileInvoice(call, { customer: String(session["customer"]), subscription: subscription.id, cents, paid: true });
  return subscription;
}

/** Without a status, Stripe lists what is not cancelled. */
const isListed = (subscription: StripeObject, status: string | undefined): boolean => status === "all" || (status === undefined ? subscription["status"] !== "canceled" : subscription["status"] === status);

function cancelSubscription(call: Call, [id = ""]: readonly string[]): StripeObject {
  const subscription = Object.assign(find(call.state, id, "subscription"), { status: "canceled", canceled_at: seconds(call.nowMs), ended_at: seconds(call.nowMs) });
  call.emit("customer.subscription.deleted", subscription);
  return subscription;
}

function addItem(call: Call, items: { id: string; price: StripeObject }[], price: string): void {
  const [first] = items;
  items.push({ ...first, id: nextId(call.state, "si"), price: find(call.state, price, "price") });
}

/** Swaps the prices of items, as a change of plan does. What it comes to for the rest of the period is not computed. */
function updateSubscription(call: Call, [id = ""]: readonly string[]): StripeObject {
  const subscription = find(call.state, id, "subscription");
  const known = (subscription["items"] as { data: { id: string; price: StripeObject }[] }).data;
  for (const change of listAt(call.body, "items") as readonly FormObject[]) {
    const id = textAt(change, "id");
    const item = known.find((candidate) => candidate.id === id);
    if (id === undefined) { addItem(call, known, textAt(change, "price") ?? ""); continue; }
    if (item === undefined) throw invalid("No such subscription item.", { param: "items[0][id]" });
    item.price = find(call.state, textAt(change, "price") ?? item.price.id, "price");
  }
  call.emit("customer.subscription.updated", subscription);
  return subscription;
}

function createPortal(call: Call): StripeObject {
  const customer = find(call.state, textAt(call.body, "customer") ?? "", "customer").id;
  const id = nextId(call.state, "bps");
  return store(call.state, { id, object: "billing_portal.session", created: seconds(call.nowMs), livemode: false, customer, return_url: textAt(call.body, "return_url") ?? null, url: `${call.origin}/portal/${id}` });
}

export const checkoutRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/checkout/sessions", run: createSession },
  { method: "GET", path: "/v1/checkout/sessions/:id", run: (call, [id = ""]) => find(call.state, id, "checkout.session") },
  { method: "POST", path: "/v1/billing_portal/sessions", run: createPortal },
  { method: "GET", path: "/v1/subscriptions", run: (call) => {
    const customer = textAt(call.query, "customer");
    return page(call, "/v1/subscriptions", all(call.state, "subscription").filter((subscription) => (customer === undefined || subscription["customer"] === customer) && isListed(subscription, textAt(call.query, "status"))).reverse());
  } },
  { method: "GET", path: "/v1/subscriptions/:id", run: (call, [id = ""]) => find(call.state, id, "subscription") },
  { method: "POST", path: "/v1/subscriptions/:id", run: updateSubscription },
  { method: "DELETE", path: "/v1/subscriptions/:id", run: cancelSubscription },
];
