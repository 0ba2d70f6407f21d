import { page, seconds } from "./call.ts";
import type { Call, Route } from "./call.ts";
import { objectAt, textAt } from "./form.ts";
import { all, find, invalid, nextId, store, StripeFault } from "./state.ts";
import type { StripeObject } from "./state.ts";

interface NewIntent { readonly amount: number; readonly currency: string; readonly customer: string; readonly metadata: unknown; readonly setupFutureUsage: string | null; readonly paymentMethod: string }

/** A payment that went through, with its charge, told to the webhooks. */
export function payIntent(call: Call, intent: StripeObject): StripeObject {
  const charge = store(call.state, {
    id: nextId(call.state, "ch"), object: "charge", created: seconds(call.nowMs), livemode: false, amount: intent["amount"], amount_refunded: 0, refunded: false, currency: intent["currency"],
    customer: intent["customer"], payment_intent: intent.id, payment_method: intent["payment_method"], metadata: intent["metadata"], status: "succeeded", paid: true, disputed: false,
  });
  Object.assign(intent, { status: "succeeded", amount_received: intent["amount"], latest_charge: charge.id, last_payment_error: null });
  call.emit("charge.succeeded", charge);
  call.emit("payment_intent.succeeded", intent);
  return intent;
}

export function newIntent(call: Call, { amount, currency, customer, metadata, setupFutureUsage, paymentMethod }: NewIntent): StripeObject {
  return store(call.state, {
    id: nextId(call.state, "pi"), object: "payment_intent", created: seconds(call.nowMs), livemode: false, amount, amount_received: 0, currency, customer, metadata, payment_method: paymentMethod,
    setup_future_usage: setupFutureUsage, status: "requires_confirmation", latest_charge: null, last_payment_error: null, capture_method: "automatic",
  });
}

/** A card as the hosted page keeps it. `standin_behaviour` (`declined`, `authentication_required`) makes the next payments with it fail so. */
export const newCard = (call: Call, customer: string): StripeObject =>
  store(call.state, { id: nextId(call.state, "pm"), object: "payment_method", type: "card", created: seconds(call.nowMs), livemode: false, customer, card: { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2030 }, metadata: {} });

const REFUSALS: Readonly<Record<string, { readonly code: string; readonly decline_code: string; readonly message: string }>> = {
  declined: { code: "card_declined", decline_code: "insufficient_funds", message: "Your card has insufficient funds." },
  authentication_required: { code: "authentication_required", decline_code: "authentication_required", message: "Your card was declined. This transaction requires authentication." },
};

function createIntent(call: Call): StripeObject {
  const { body, state } = call;
  const customer = find(state, textAt(body, "customer") ?? "", "customer").id;
  const method = find(state, textAt(body, "payment_method") ?? "", "payment_method");
  const amount = Number(textAt(body, "amount"));
  if (!Number.isInteger(amount) || amount < 50) throw invalid("Amount must be at least $0.50 usd.", { param: "amount", code: "amount_too_small" });
  if (method["customer"] !== customer) throw invalid("The payment method must be attached to the customer.", { param: "payment_method" });
  const intent = newIntent(call, { amount, currency: textAt(body, "currency") ?? "usd", customer, metadata: objectAt(body, "metadata"), setupFutureUsage: textAt(body, "setup_future_usage") ?? null, paymentMethod: method.id });
  if (textAt(body, "confirm") !== "true") return intent;
  const refusal = REFUSALS[String(method["standin_behaviour"])];
  if (refusal === undefined) return payIntent(call, intent);
  Object.assign(intent, { status: "requires_payment_method", last_payment_error: { type: "card_error", ...refusal } });
  call.emit("payment_intent.payment_failed", intent);
  throw new StripeFault(402, { type: "card_error", ...refusal, payment_intent: structuredClone(intent) });
}

function cancelIntent(call: Call, [id = ""]: readonly string[]): StripeObject {
  const intent = find(call.state, id, "payment_intent");
  if (intent["status"] === "succeeded") throw invalid("You cannot cancel this PaymentIntent because it has a status of succeeded.", { code: "payment_intent_unexpected_state" });
  return Object.assign(intent, { status: "canceled" });
}

const ofIntent = (call: Call, object: string, intent: string | undefined): StripeObject[] => all(call.state, object).filter((one) => intent === undefined || one["payment_intent"] === intent).reverse();

function createRefund(call: Call): StripeObject {
  const intent = find(call.state, textAt(call.body, "payment_intent") ?? "", "payment_intent");
  const charge = find(call.state, String(intent["latest_charge"]), "charge");
  const left = Number(charge["amount"]) - Number(charge["amount_refunded"]);
  const amount = Number(textAt(call.body, "amount") ?? left);
  if (left === 0) throw invalid("Charge has already been refunded.", { code: "charge_already_refunded" });
  if (!Number.isInteger(amount) || amount < 1 || amount > left) throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, { param: "amount" });
  charge["amount_refunded"] = Number(charge["amount_refunded"]) + amount;
  charge["refunded"] = charge["amount_refunded"] === charge["amount"];
  const refund = store(call.state, { id: nextId(call.state, "re"), object: "refund", created: seconds(call.nowMs), amount, currency: charge["currency"], charge: charge.id, payment_intent: intent.id, status: "succeeded", reason: textAt(call.body, "reason") ?? null, metadata: objectAt(call.body, "metadata") });
  call.emit("refund.created", refund);
  call.emit("charge.refunded", charge);
  return refund;
}

/** `POST /_admin/refunds/fail`: the bank sends a refund back. */
export function failRefund(call: Call, id: string): StripeObject {
  const refund = Object.assign(find(call.state, id, "refund"), { status: "failed", failure_reason: "expired_or_canceled_card" });
  const charge = find(call.state, String(refund["charge"]), "charge");
  Object.assign(charge, { amount_refunded: Number(charge["amount_refunded"]) - Number(refund["amount"]), refunded: false });
  call.emit("refund.failed", refund);
  return refund;
}

/** `POST /_admin/disputes`: opens a dispute over a payment, or moves one on (`id`). */
export function dispute(call: Call, wish: { readonly id?: string; readonly paymentIntent?: string; readonly status?: string }): StripeObject {
  if (wish.id !== undefined) {
    const known = Object.assign(find(call.state, wish.id, "dispute"), { status: wish.status ?? "won" });
    call.emit("charge.dispute.closed", known);
    return known;
  }
  const intent = find(call.state, wish.paymentIntent ?? "", "payment_intent");
  const opened = store(call.state, { id: nextId(call.state, "dp"), object: "dispute", created: seconds(call.nowMs), amount: intent["amount"], currency: intent["currency"], charge: intent["latest_charge"], payment_intent: intent.id, status: wish.status ?? "needs_response", reason: "fraudulent", metadata: {} });
  call.emit("charge.dispute.created", opened);
  return opened;
}

function createTaxId(call: Call, [customer = ""]: readonly string[]): StripeObject {
  find(call.state, customer, "customer");
  const [type, value] = [textAt(call.body, "type"), textAt(call.body, "value")];
  if (type === undefined || value === undefined || value.length < 4) throw invalid("Invalid value for tax id.", { param: "value", code: "tax_id_invalid" });
  return store(call.state, { id: nextId(call.state, "txi"), object: "tax_id", created: seconds(call.nowMs), livemode: false, customer, country: value.slice(0, 2), type, value, verification: { status: "pending", verified_name: null, verified_address: null } });
}

function removeTaxId(call: Call, [customer = "", id = ""]: readonly string[]): unknown {
  if (find(call.state, id, "tax_id")["customer"] !== customer) throw invalid("No such tax id of this customer.", { param: "id" });
  call.state.objects.delete(id);
  return { id, object: "tax_id", deleted: true };
}

export const paymentRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/payment_intents", run: createIntent },
  { method: "GET", path: "/v1/payment_intents", run: (call) => { const customer = textAt(call.query, "customer"); return page(call, "/v1/payment_intents", all(call.state, "payment_intent").filter((one) => customer === undefined || one["customer"] === customer).reverse()); } },
  { method: "GET", path: "/v1/payment_intents/:id", run: (call, [id = ""]) => find(call.state, id, "payment_intent") },
  { method: "POST", path: "/v1/payment_intents/:id/cancel", run: cancelIntent },
  { method: "GET", path: "/v1/payment_methods/:id", run: (call, [id = ""]) => find(call.state, id, "payment_method") },
  { method: "GET", path: "/v1/charges/:id", run: (call, [id = ""]) => find(call.state, id, "charge") },
  { method: "POST", path: "/v1/refunds", run: createRefund },
  { method: "GET", path: "/v1/refunds", run: (call) => page(call, "/v1/refunds", ofIntent(call, "refund", textAt(call.query, "payment_intent"))) },
  { method: "GET", path: "/v1/refunds/:id", run: (call, [id = ""]) => find(call.state, id, "refund") },
  { method: "GET", path: "/v1/disputes", run: (call) => page(call, "/v1/disputes", ofIntent(call, "dispute", textAt(call.query, "payment_intent"))) },
  { method: "GET", path: "/v1/disputes/:id", run: (call, [id = ""]) => find(call.state, id, "dispute") },
  { method: "POST", path: "/v1/customers/:id/tax_ids", run: createTaxId },
  { method: "GET", path: "/v1/customers/:id/tax_ids", run: (call, [customer = ""]) => page(call, `/v1/customers/${customer}/tax_ids`, all(call.state, "tax_id").filter((one) => one["customer"] === customer).reverse()) },
  { method: "DELETE", path: "/v1/customers/:id/tax_ids/:taxId", run: removeTaxId },
];
