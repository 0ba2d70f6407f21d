import type { StripeClient } from "./stripe.ts";

export interface CheckoutOptions {
  readonly customerId: string;
  /** Metered prices to subscribe to; see `ensureSpendPrice`. */
  readonly priceIds: readonly string[];
  readonly organizationId: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

/** A hosted page on which the customer leaves a card and subscribes. Returns its address; the webhook tells what came of it. */
export async function createCheckout(stripe: StripeClient, options: CheckoutOptions): Promise<{ readonly id: string; readonly url: string }> {
  const session = await stripe.checkout.sessions.create({
    mode: "subscription", customer: options.customerId, client_reference_id: options.organizationId, metadata: { organizationId: options.organizationId },
    // A metered price takes no quantity.
    line_items: options.priceIds.map((price) => ({ price })),
    success_url: options.successUrl, cancel_url: options.cancelUrl,
  });
  if (!session.url) throw new Error("Stripe opened a checkout session without a page");
  return { id: session.id, url: session.url };
}

/** The hosted page for cards, invoices and cancelling. */
export async function createPortal(stripe: StripeClient, options: { readonly customerId: string; readonly returnUrl: string }): Promise<string> {
  const session = await stripe.billingPortal.sessions.create({ customer: options.customerId, return_url: options.returnUrl });
  return session.url;
}
