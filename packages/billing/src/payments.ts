// Payments that buy credit, read from Stripe as they are now: what was paid, what went back of it by refund or dispute, and payments with a kept
// card while nobody is there. Which of it was booked before is the database's knowledge.
import Stripe from "stripe";
import { CREDIT_PURPOSE } from "./checkout.ts";
import type { StripeClient } from "./stripe.ts";

const NANO_USD_PER_CENT = 10_000_000n;
/** Far above the refunds, disputes or payments that one payment or customer has in a day. */
const ROWS_MAX = 100;

const DISPUTED: ReadonlySet<string> = new Set(["needs_response", "under_review", "lost", "won"]);

export interface CreditPayment {
  readonly organizationId: string;
  readonly stripeCustomerId: string;
  /** The payment: it counts once, whichever event tells of it. */
  readonly sourceId: string;
  readonly amountNanoUsd: bigint;
  /** The card, where the customer let it be kept for payments by itself. */
  readonly paymentMethodId: string | null;
}
/** Money that went back. `standing` is false, for good, for a refund that failed and a dispute that was won: the credit is whole again. */
export interface CreditReturn { readonly kind: "refund" | "dispute"; readonly sourceId: string; readonly amountNanoUsd: bigint; readonly standing: boolean }

/** null: not paid, or not a payment for credit. Throws where another amount was paid than was sold. */
export async function loadCreditPayment(stripe: StripeClient, paymentIntentId: string): Promise<CreditPayment | null> {
  const intent = await stripe.paymentIntents.retrieve(paymentIntentId);
  const organizationId = intent.metadata["organizationId"];
  const stripeCustomerId = idOf(intent.customer);
  if (intent.status !== "succeeded" || intent.metadata["purpose"] !== CREDIT_PURPOSE || !organizationId || stripeCustomerId === null) return null;
  if (intent.currency !== "usd" || String(intent.amount_received) !== intent.metadata["amountCents"]) throw new Error(`payment ${paymentIntentId} was paid with another amount than it sold`);
  return { organizationId, stripeCustomerId, sourceId: intent.id, amountNanoUsd: BigInt(intent.amount_received) * NANO_USD_PER_CENT, paymentMethodId: intent.setup_future_usage === "off_session" ? idOf(intent.payment_method) : null };
}

/** Every refund and dispute of a payment. A dispute takes the money when it opens; an inquiry (`warning_…`) takes none and is left out, as it may still become one. */
export async function loadCreditReturns(stripe: StripeClient, paymentIntentId: string): Promise<readonly CreditReturn[]> {
  const [refunds, disputes] = [await stripe.refunds.list({ payment_intent: paymentIntentId, limit: ROWS_MAX }), await stripe.disputes.list({ payment_intent: paymentIntentId, limit: ROWS_MAX })];
  return [
    ...refunds.data.map(({ id, amount, status }) => ({ kind: "refund" as const, sourceId: id, amountNanoUsd: BigInt(amount) * NANO_USD_PER_CENT, standing: status !== "failed" && status !== "canceled" })),
    ...disputes.data.filter(({ status }) => DISPUTED.has(status)).map(({ id, amount, status }) => ({ kind: "dispute" as const, sourceId: id, amountNanoUsd: BigInt(amount) * NANO_USD_PER_CENT, standing: status !== "won" })),
  ];
}

/**
 * Gives a payment back, whole or in part. `requestId` makes it one refund however often it is asked for. Rejects with the library's error.
 */
export async function refundPayment(stripe: StripeClient, { paymentIntentId, amountCents, requestId }: { readonly paymentIntentId: string; readonly amountCents: number; readonly requestId: string }): Promise<void> {
  await stripe.refunds.create({ payment_intent: paymentIntentId, amount: amountCents }, { idempotencyKey: requestId });
}

export interface OffSessionPayment { readonly topUpId: string; readonly organizationId: string; readonly customerId: string; readonly paymentMethodId: string; readonly amountCents: number }
/** `unknown`: no answer, or one that does not say; the same id may be sent again. */
export type PaymentOutcome =
  | { readonly kind: "paid"; readonly paymentIntentId: string }
  | { readonly kind: "declined" | "action_required"; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string };

/** Pays with the kept card. The id is the idempotency key. Never rejects for what Stripe, the bank or the network did. */
export async function payOffSession(stripe: StripeClient, payment: OffSessionPayment): Promise<PaymentOutcome> {
  const { topUpId, organizationId, amountCents } = payment;
  try {
    const intent = await stripe.paymentIntents.create({
      amount: amountCents, currency: "usd", customer: payment.customerId, payment_method: payment.paymentMethodId, off_session: true, confirm: true,
      metadata: { organizationId, purpose: CREDIT_PURPOSE, amountCents: String(amountCents), topUpId },
    }, { idempotencyKey: topUpId });
    if (intent.status === "succeeded" || intent.status === "processing") return { kind: "paid", paymentIntentId: intent.id };
    await cancelIntent(stripe, intent.id);
    return { kind: intent.status === "requires_action" ? "action_required" : "declined", message: `The payment stands at ${intent.status}.` };
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError) {
      // The customer pays on a page instead: this one must not go through as well.
      if (error.payment_intent) await cancelIntent(stripe, error.payment_intent.id);
      return { kind: error.code === "authentication_required" ? "action_required" : "declined", message: error.message };
    }
    if (error instanceof Stripe.errors.StripeInvalidRequestError) return { kind: "declined", message: error.message };
    if (error instanceof Stripe.errors.StripeError) return { kind: "unknown", message: error.message };
    throw error;
  }
}

/** A top-up whose first call got no answer: the payment it made, if it made one. Stripe forgets idempotency keys after a day, not payments. */
export async function findOffSessionPayment(stripe: StripeClient, { customerId, topUpId }: Pick<OffSessionPayment, "customerId" | "topUpId">): Promise<string | null> {
  const { data } = await stripe.paymentIntents.list({ customer: customerId, limit: ROWS_MAX });
  return data.find((intent) => intent.metadata["topUpId"] === topUpId && (intent.status === "succeeded" || intent.status === "processing"))?.id ?? null;
}

const cancelIntent = (stripe: StripeClient, id: string): Promise<unknown> => stripe.paymentIntents.cancel(id).catch(() => null);

export const idOf = (value: string | { readonly id: string } | null | undefined): string | null => (typeof value === "string" ? value : value?.id ?? null);
