// Invoices of subscriptions, read from Stripe as they are now: what they ask beyond the usage that the ledger holds already, what was paid of them, and what of
// that went back. It leaves what was booked before to the database, and invoices of credit purchases alone: their payment is booked as credit.
import { idOf, loadCreditReturns, type CreditReturn } from "./payments.ts";
import type { StripeClient } from "./stripe.ts";

export interface SubscriptionInvoice {
  readonly id: string;
  readonly number: string | null;
  readonly status: "open" | "paid" | "uncollectible" | "void";
  readonly totalNanoUsd: bigint;
  /** The plan's fee, and what whole cents add to metered usage; negative where they take away more. */
  readonly extraNanoUsd: bigint;
  readonly paidNanoUsd: bigint;
  readonly createdAtMs: number;
}
export interface InvoiceReturns { readonly stripeCustomerId: string; readonly returns: readonly CreditReturn[] }

const NANO_USD_PER_CENT = 10_000_000n;
/** The unit of the spend meter. */
const NANO_USD_PER_MICRO = 1_000n;
const LINES_PER_PAGE = 100;
const STATUSES: ReadonlySet<string> = new Set(["open", "paid", "uncollectible", "void"]);

/** null: a draft, which may still change, or no invoice of a subscription. Rejects with the library's error, and for another currency. */
export async function readSubscriptionInvoice(stripe: StripeClient, invoice: Awaited<ReturnType<StripeClient["invoices"]["retrieve"]>>): Promise<SubscriptionInvoice | null> {
  const { id, number, status, parent, total, amount_paid: paid, created, currency } = invoice;
  if (!id || !parent?.subscription_details || status === null || !STATUSES.has(status)) return null;
  if (currency !== "usd") throw new Error(`invoice ${id} is in another currency than USD`);
  const lines = invoice.lines.has_more ? await stripe.invoices.listLineItems(id, { limit: LINES_PER_PAGE }).autoPagingToArray({ limit: LINES_PER_PAGE * LINES_PER_PAGE }) : invoice.lines.data;
  const metered = new Map<string, boolean>();
  let usedNanoUsd = 0n;
  for (const { pricing, quantity } of lines) {
    const priceId = idOf(pricing?.price_details?.price ?? null);
    if (priceId === null) continue;
    if (!metered.has(priceId)) metered.set(priceId, await isSpend(stripe, priceId));
    if (metered.get(priceId) === true) usedNanoUsd += BigInt(quantity ?? 0) * NANO_USD_PER_MICRO;
  }
  const totalNanoUsd = BigInt(total) * NANO_USD_PER_CENT;
  return { id, number, status: status as SubscriptionInvoice["status"], totalNanoUsd, extraNanoUsd: totalNanoUsd - usedNanoUsd, paidNanoUsd: BigInt(paid) * NANO_USD_PER_CENT, createdAtMs: created * 1000 };
}

/** Metered usage is the only price that follows a meter; a plan's is by the month. */
async function isSpend(stripe: StripeClient, priceId: string): Promise<boolean> {
  return (await stripe.prices.retrieve(priceId)).recurring?.meter != null;
}

/** What went back of a payment, if it paid an invoice of a customer; null otherwise. */
export async function loadInvoiceReturns(stripe: StripeClient, paymentIntentId: string): Promise<InvoiceReturns | null> {
  const { data: [payment] } = await stripe.invoicePayments.list({ payment: { type: "payment_intent", payment_intent: paymentIntentId }, limit: 1 });
  const invoiceId = idOf(payment?.invoice ?? null);
  if (invoiceId === null) return null;
  const { parent, customer } = await stripe.invoices.retrieve(invoiceId);
  const stripeCustomerId = idOf(customer);
  return parent?.subscription_details && stripeCustomerId !== null ? { stripeCustomerId, returns: await loadCreditReturns(stripe, paymentIntentId) } : null;
}
