import { page, seconds } from "./call.ts";
import type { Call, Route } from "./call.ts";
import { textAt } from "./form.ts";
import { all, find, nextId, store } from "./state.ts";
import type { StripeObject } from "./state.ts";

interface NewInvoice { readonly customer: string; readonly subscription: string | null; readonly cents: number; readonly paid: boolean }

/** Files an invoice of a subscription as it stands after the try to collect it, and tells the webhooks. */
export function fileInvoice(call: Call, { customer, subscription, cents, paid }: NewInvoice): StripeObject {
  const id = nextId(call.state, "in");
  const invoice = store(call.state, {
    id, object: "invoice", number: `STANDIN-${id.slice(-4)}`, customer, currency: "usd", livemode: false, created: seconds(call.nowMs), status: "open", total: cents, amount_due: cents, amount_paid: 0, amount_remaining: cents,
    customer_tax_ids: all(call.state, "tax_id").filter((one) => one["customer"] === customer).map(({ type, value }) => ({ type, value })),
    hosted_invoice_url: `${call.origin}/invoice/${id}`, parent: subscription === null ? null : { type: "subscription_details", subscription_details: { subscription } },
  });
  return paid ? payInvoice(call, id) : failInvoice(call, invoice);
}

function failInvoice(call: Call, invoice: StripeObject): StripeObject {
  settleSubscription(call, invoice, "past_due");
  call.emit("invoice.payment_failed", invoice);
  return invoice;
}

function payInvoice(call: Call, id: string): StripeObject {
  const invoice = find(call.state, id, "invoice");
  Object.assign(invoice, { status: "paid", amount_paid: invoice["total"], amount_remaining: 0 });
  settleSubscription(call, invoice, "active");
  call.emit("invoice.paid", invoice);
  return invoice;
}

function settleSubscription(call: Call, invoice: StripeObject, status: "active" | "past_due"): void {
  const parent = invoice["parent"] as { subscription_details: { subscription: string } } | null;
  const subscription = parent === null ? undefined : call.state.objects.get(parent.subscription_details.subscription);
  if (subscription === undefined || subscription["status"] === status || subscription["status"] === "canceled") return;
  subscription["status"] = status;
  call.emit("customer.subscription.updated", subscription);
}

/** `POST /_admin/invoices`: the end of a billing period, with a card that pays or does not. */
export function closePeriod(call: Call, { subscription, cents, paid }: { readonly subscription: string; readonly cents: number; readonly paid: boolean }): StripeObject {
  return fileInvoice(call, { customer: String(find(call.state, subscription, "subscription")["customer"]), subscription, cents, paid });
}

export const invoiceRoutes: readonly Route[] = [
  { method: "GET", path: "/v1/invoices", run: (call) => {
    const customer = textAt(call.query, "customer");
    return page(call, "/v1/invoices", all(call.state, "invoice").filter((invoice) => customer === undefined || invoice["customer"] === customer).reverse());
  } },
  { method: "GET", path: "/v1/invoices/:id", run: (call, [id = ""]) => find(call.state, id, "invoice") },
  { method: "POST", path: "/v1/invoices/:id/pay", run: (call, [id = ""]) => payInvoice(call, id) },
];
