// What follows from a notice. It reads the object from Stripe and never from the delivery: deliveries come twice, late and in any order.
// Applying it, once, is left to the database.
import type { PlanId } from "@trunkline/contracts";
import { CREDIT_PURPOSE, planOfLookupKey } from "./checkout.ts";
import { idOf, loadCreditPayment, loadCreditReturns, type CreditPayment, type CreditReturn } from "./payments.ts";
import type { StripeClient } from "./stripe.ts";
import { loadInvoiceReturns, readSubscriptionInvoice, type InvoiceReturns, type SubscriptionInvoice } from "./subscription-invoices.ts";
import type { StripeNotice } from "./webhook.ts";

/** What a customer's subscriptions say at this moment. */
export interface Standing {
  readonly plan: PlanId;
  readonly state: "active" | "past_due";
  readonly subscribed: boolean;
  /** Since when a subscription bills what is metered; null: none does. */
  readonly subscribedAtMs: number | null;
  /** When the last one that is over ended. */
  readonly endedAtMs: number | null;
}

export type StripeEffect =
  | { readonly kind: "link_customer"; readonly organizationId: string; readonly stripeCustomerId: string; readonly standing: Standing }
  /** `invoice`: the subscription's, as it stands; null where none is told of. */
  | { readonly kind: "set_standing"; readonly stripeCustomerId: string; readonly standing: Standing; readonly invoice: SubscriptionInvoice | null }
  /** What went back of payments for a subscription's invoice, whole. */
  | ({ readonly kind: "return_invoice_payment" } & InvoiceReturns)
  /** Money that has arrived. */
  | ({ readonly kind: "grant_credit" } & CreditPayment)
  /** What went back of a payment for credit, whole: each refund and dispute as it stands. */
  | { readonly kind: "return_credit"; readonly organizationId: string; readonly stripeCustomerId: string; readonly returns: readonly CreditReturn[] }
  /** Meter events that Stripe had accepted and then could not count; by the identifier of their export row. */
  | { readonly kind: "reopen_exports"; readonly identifiers: readonly string[]; readonly reason: string };

const NANO_USD_PER_CENT = 10_000_000n;
/** Far above the subscriptions that one customer can come to have here. */
const SUBSCRIPTIONS_MAX = 100;

/** Each tells of an invoice that is final; what became of it is read from Stripe. */
const INVOICE_EVENTS: ReadonlySet<string> = new Set(["invoice.finalized", "invoice.paid", "invoice.payment_failed", "invoice.voided", "invoice.marked_uncollectible"]);

/** null: nothing follows. Rejects with the library's error when Stripe cannot be asked; the delivery is then to fail, so that it comes again. */
export async function loadEffect(stripe: StripeClient, { id, type, objectId }: StripeNotice): Promise<StripeEffect | null> {
  if (type === "v1.billing.meter.error_report_triggered") return reopenOf(stripe, id);
  if (objectId === null) return null;
  if (type === "checkout.session.completed" || type === "checkout.session.async_payment_succeeded") return checkoutOf(stripe, objectId);
  if (INVOICE_EVENTS.has(type)) return invoiceEffect(stripe, objectId);
  if (type === "payment_intent.succeeded") return grantOf(await loadCreditPayment(stripe, objectId));
  if (type.startsWith("charge.dispute.")) return returnsOf(stripe, idOf((await stripe.disputes.retrieve(objectId)).payment_intent));
  if (type === "charge.refunded") return returnsOf(stripe, idOf((await stripe.charges.retrieve(objectId)).payment_intent));
  if (type.startsWith("refund.")) return returnsOf(stripe, idOf((await stripe.refunds.retrieve(objectId)).payment_intent));
  if (type.startsWith("customer.subscription.")) return standingEffect(stripe, idOf((await stripe.subscriptions.retrieve(objectId)).customer));
  return null;
}

/** `organizationId` is the metadata that our own checkout set; a session of another origin has none and changes nothing. */
async function checkoutOf(stripe: StripeClient, sessionId: string): Promise<StripeEffect | null> {
  const session = await stripe.checkout.sessions.retrieve(sessionId);
  const organizationId = session.metadata?.["organizationId"];
  const stripeCustomerId = idOf(session.customer);
  if (session.status !== "complete" || !organizationId || !stripeCustomerId) return null;
  if (session.mode !== "payment") return { kind: "link_customer", organizationId, stripeCustomerId, standing: await standingOf(stripe, stripeCustomerId) };
  if (session.metadata?.["purpose"] !== CREDIT_PURPOSE || session.payment_status !== "paid") return null;
  // The amount that was sold and the amount that was paid are compared: another currency or a changed total grants nothing.
  if (session.currency !== "usd" || String(session.amount_total) !== session.metadata["amountCents"]) throw new Error(`checkout session ${sessionId} was paid with another amount than it sold`);
  return { kind: "grant_credit", organizationId, stripeCustomerId, sourceId: idOf(session.payment_intent) ?? sessionId, amountNanoUsd: BigInt(session.amount_total ?? 0) * NANO_USD_PER_CENT, paymentMethodId: null };
}

const grantOf = (payment: CreditPayment | null): StripeEffect | null => payment && { kind: "grant_credit", ...payment };

async function returnsOf(stripe: StripeClient, paymentIntentId: string | null): Promise<StripeEffect | null> {
  if (paymentIntentId === null) return null;
  const payment = await loadCreditPayment(stripe, paymentIntentId);
  if (payment === null) {
    const ofInvoice = await loadInvoiceReturns(stripe, paymentIntentId);
    return ofInvoice && { kind: "return_invoice_payment", ...ofInvoice };
  }
  return { kind: "return_credit", organizationId: payment.organizationId, stripeCustomerId: payment.stripeCustomerId, returns: await loadCreditReturns(stripe, payment.sourceId) };
}

async function standingEffect(stripe: StripeClient, stripeCustomerId: string | null, invoice: SubscriptionInvoice | null = null): Promise<StripeEffect | null> {
  return stripeCustomerId === null ? null : { kind: "set_standing", stripeCustomerId, standing: await standingOf(stripe, stripeCustomerId), invoice };
}

async function invoiceEffect(stripe: StripeClient, invoiceId: string): Promise<StripeEffect | null> {
  const invoice = await stripe.invoices.retrieve(invoiceId);
  return standingEffect(stripe, idOf(invoice.customer), await readSubscriptionInvoice(stripe, invoice));
}

/** From all subscriptions as they are now, so that the order in which events arrive does not matter. */
async function standingOf(stripe: StripeClient, customer: string): Promise<Standing> {
  const { data } = await stripe.subscriptions.list({ customer, status: "all", limit: SUBSCRIPTIONS_MAX });
  const live = data.filter(({ status }) => status !== "canceled" && status !== "incomplete" && status !== "incomplete_expired");
  const plans = live.flatMap(({ items }) => items.data.map(({ price }) => planOfLookupKey(price.lookup_key)));
  const plan = plans.includes("scale") ? "scale" : plans.includes("pro") ? "pro" : "free";
  const ends = data.flatMap(({ ended_at: endedAt }) => (typeof endedAt === "number" ? [endedAt * 1000] : []));
  return {
    plan, state: live.some(({ status }) => status === "past_due" || status === "unpaid") ? "past_due" : "active", subscribed: live.length > 0,
    subscribedAtMs: live.length === 0 ? null : Math.min(...live.map(({ start_date: startDate }) => startDate * 1000)), endedAtMs: ends.length === 0 ? null : Math.max(...ends),
  };
}

/** The report names samples only; what it leaves out is found by the nightly comparison. */
async function reopenOf(stripe: StripeClient, eventId: string): Promise<StripeEffect | null> {
  const event = await stripe.v2.core.events.retrieve(eventId);
  if (event.type !== "v1.billing.meter.error_report_triggered" || !event.data) return null;
  const identifiers = event.data.reason.error_types.flatMap(({ sample_errors }) => sample_errors.map(({ request }) => request.identifier));
  return identifiers.length === 0 ? null : { kind: "reopen_exports", identifiers, reason: event.data.developer_message_summary };
}
