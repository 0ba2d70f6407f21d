// Invoices: what a purchase or a billing period came to. A period is computed from its prices, the events of their meters, and the customer's balance,
// in whole cents, as Stripe does; a caller that names an amount gets an invoice over it.
import { page, seconds } from "./call.ts";
import type { Call, Route } from "./call.ts";
import { objectAt, textAt } from "./form.ts";
import { newCard, newIntent, payIntent } from "./payments.ts";
import { all, find, invalid, nextId, store } from "./state.ts";
import type { StripeObject } from "./state.ts";

interface InvoiceLine { readonly priceId: string; readonly quantity: number; readonly amount: number }
interface NewInvoice { readonly customer: string; readonly subscription: string | null; readonly cents: number; readonly paid: boolean; readonly lines?: readonly InvoiceLine[]; readonly period?: { readonly start: number; readonly end: number } }

/** Files an invoice of a subscription as it stands after the try to collect it, and tells the webhooks. */
export function fileInvoice(call: Call, { customer, subscription, cents, paid, lines = [], period = { start: seconds(call.nowMs), end: seconds(call.nowMs) } }: NewInvoice): StripeObject {
  const id = nextId(call.state, "in");
  // A page that sells credit asks for the whole price: the balance is for what is invoiced later.
  const { due, before, after } = subscription === null ? { due: cents, before: 0, after: 0 } : netted(call, customer, cents);
  const invoice = store(call.state, {
    id, object: "invoice", number: `STANDIN-${id.slice(-4)}`, customer, currency: "usd", livemode: false, created: seconds(call.nowMs), status: "open", total: cents, amount_due: due, amount_paid: 0, amount_remaining: due,
    starting_balance: before, ending_balance: after, period_start: period.start, period_end: period.end,
    lines: { object: "list", has_more: false, url: `/v1/invoices/${id}/lines`, data: lines.map(({ priceId, quantity, amount }, index) => ({ id: `il_${id}${index}`, object: "line_item", amount, currency: "usd", quantity, period, pricing: { type: "price_details", price_details: { price: priceId } } })) },
    customer_tax_ids: all(call.state, "tax_id").filter((one) => one["customer"] === customer).map(({ type, value }) => ({ type, value })),
    hosted_invoice_url: `${call.origin}/invoice/${id}`, parent: subscription === null ? null : { type: "subscription_details", subscription_details: { subscription } },
  });
  call.emit("invoice.finalized", invoice);
  return paid ? payInvoice(call, id) : failInvoice(call, invoice);
}

/** Stripe nets a customer's balance with an invoice: never below nothing, the rest stays. */
function netted(call: Call, customerId: string, cents: number): { readonly due: number; readonly before: number; readonly after: number } {
  const customer = find(call.state, customerId, "customer");
  const before = Number(customer["balance"] ?? 0);
  const due = Math.max(0, cents + before);
  // A balance that the customer owes is asked for with the invoice; one that is owed to the customer shrinks by what it paid.
  const after = Math.min(0, cents + before);
  customer["balance"] = after;
  return { due, before, after };
}

function failInvoice(call: Call, invoice: StripeObject): StripeObject {
  settleSubscription(call, invoice, "past_due");
  call.emit("invoice.payment_failed", invoice);
  return invoice;
}

function payInvoice(call: Call, id: string): StripeObject {
  const invoice = find(call.state, id, "invoice");
  if (invoice["status"] === "paid" || invoice["status"] === "void") throw invalid(`Invoice is already ${String(invoice["status"])}`, { code: "invoice_not_payable" });
  Object.assign(invoice, { status: "paid", amount_paid: invoice["amount_due"], amount_remaining: 0 });
  if (invoice["parent"] !== null && Number(invoice["amount_due"]) > 0) collect(call, invoice);
  settleSubscription(call, invoice, "active");
  call.emit("invoice.paid", invoice);
  return invoice;
}

/** The payment of a subscription's invoice is an object of its own, as its refunds and disputes name it. */
function collect(call: Call, invoice: StripeObject): void {
  const amount = Number(invoice["amount_due"]);
  const intent = payIntent(call, newIntent(call, { amount, currency: "usd", customer: String(invoice["customer"]), metadata: {}, setupFutureUsage: null, paymentMethod: newCard(call, String(invoice["customer"])).id }));
  store(call.state, {
    id: nextId(call.state, "inpay"), object: "invoice_payment", created: seconds(call.nowMs), livemode: false, invoice: invoice.id, amount_requested: amount, amount_paid: amount, currency: "usd", is_default: true, status: "paid",
    payment: { type: "payment_intent", payment_intent: intent.id },
  });
}

/** An invoice that is taken back: what the customer's balance had paid of it is on the balance again. */
function voidInvoice(call: Call, id: string): StripeObject {
  const invoice = find(call.state, id, "invoice");
  if (invoice["status"] !== "open" && invoice["status"] !== "uncollectible") throw invalid(`You can only void open or uncollectible invoices. This invoice is ${String(invoice["status"])}.`, { code: "invoice_not_editable" });
  const customer = find(call.state, String(invoice["customer"]), "customer");
  customer["balance"] = Number(customer["balance"] ?? 0) + Number(invoice["starting_balance"]) - Number(invoice["ending_balance"]);
  Object.assign(invoice, { status: "void", amount_remaining: 0 });
  settleSubscription(call, invoice, "active");
  call.emit("invoice.voided", invoice);
  return invoice;
}

function settleSubscription(call: Call, invoice: StripeObject, status: "active" | "past_due"): void {
  const parent = invoice["parent"] as { subscription_details: { subscription: string } } | null;
  const subscription = parent === null ? undefined : call.state.objects.get(parent.subscription_details.subscription);
  if (subscription === undefined || subscription["status"] === status || subscription["status"] === "canceled") return;
  subscription["status"] = status;
  call.emit("customer.subscription.updated", subscription);
}

export interface PeriodEnd {
  readonly subscription: string;
  readonly paid: boolean;
  /** Absent: computed from the subscription's prices and meters. */
  readonly cents?: number;
  /** Seconds; absent: now. Stripe makes an invoice final about an hour after the period's end, with what was metered for it until then. */
  readonly periodEnd?: number;
  /** False for the last invoice of a subscription that ended: its plan is not billed ahead. Absent: true. */
  readonly goesOn?: boolean;
}

/** `POST /_admin/invoices`: the end of a billing period, with a card that pays or does not. */
export function closePeriod(call: Call, { subscription: id, paid, cents, periodEnd = seconds(call.nowMs), goesOn = true }: PeriodEnd): StripeObject {
  const subscription = find(call.state, id, "subscription");
  const customer = String(subscription["customer"]);
  if (cents !== undefined) return fileInvoice(call, { customer, subscription: id, cents, paid });
  const items = (subscription["items"] as { data: SubscriptionItem[] }).data;
  const start = Math.min(...items.map((item) => item.current_period_start));
  const lines = items.flatMap((item) => lineOf(call, { item, customer, start, end: periodEnd, goesOn }));
  for (const item of items) Object.assign(item, { current_period_start: periodEnd, current_period_end: periodEnd + (item.current_period_end - item.current_period_start) });
  return fileInvoice(call, { customer, subscription: id, cents: lines.reduce((sum, line) => sum + line.amount, 0), paid, lines, period: { start, end: periodEnd } });
}

interface SubscriptionItem { readonly price: StripeObject; current_period_start: number; current_period_end: number }
interface ItemPeriod { readonly item: SubscriptionItem; readonly customer: string; readonly start: number; readonly end: number; readonly goesOn: boolean }

/** A metered price: what its meter summed from the start of the period to before its end, half a cent up. A licensed one: the month ahead. */
function lineOf(call: Call, { item: { price }, customer, start, end, goesOn }: ItemPeriod): readonly InvoiceLine[] {
  const meterId = (price["recurring"] as { meter?: string | null } | null)?.meter;
  if (typeof meterId !== "string") return goesOn ? [{ priceId: price.id, quantity: 1, amount: Number(price["unit_amount"] ?? 0) }] : [];
  const { event_name: eventName } = find(call.state, meterId, "billing.meter");
  const quantity = call.state.meterEvents.filter((event) => event.eventName === eventName && event.customerId === customer && event.timestampMs >= start * 1000 && event.timestampMs < end * 1000).reduce((sum, { value }) => sum + value, 0);
  return [{ priceId: price.id, quantity, amount: Math.max(0, Math.round(quantity * Number(price["unit_amount_decimal"]))) }];
}

export const invoiceRoutes: readonly Route[] = [
  { method: "GET", path: "/v1/invoices", run: (call) => {
    const customer = textAt(call.query, "customer");
    return page(call, "/v1/invoices", all(call.state, "invoice").filter((invoice) => customer === undefined || invoice["customer"] === customer).reverse());
  } },
  { method: "GET", path: "/v1/invoices/:id", run: (call, [id = ""]) => find(call.state, id, "invoice") },
  { method: "POST", path: "/v1/invoices/:id/void", run: (call, [id = ""]) => voidInvoice(call, id) },
  { method: "GET", path: "/v1/invoices/:id/lines", run: (call, [id = ""]) => page(call, `/v1/invoices/${id}/lines`, (find(call.state, id, "invoice")["lines"] as { data: StripeObject[] }).data) },
  { method: "GET", path: "/v1/invoice_payments", run: (call) => {
    const intent = textAt(objectAt(call.query, "payment"), "payment_intent");
    return page(call, "/v1/invoice_payments", all(call.state, "invoice_payment").filter(({ payment }) => intent === undefined || (payment as { payment_intent: string }).payment_intent === intent));
  } },
  { method: "POST", path: "/v1/invoices/:id/pay", run: (call, [id = ""]) => payInvoice(call, id) },
];
