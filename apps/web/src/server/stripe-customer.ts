import { createStripe, ensureCustomer, type StripeClient } from "@trunkline/billing";
import { UnprocessableError, type Actor, type WebDb } from "@trunkline/db/web";
import { webEnv } from "../env.ts";

export function stripeClient(): StripeClient {
  const { STRIPE_SECRET_KEY, STRIPE_API_BASE } = webEnv();
  if (STRIPE_SECRET_KEY === undefined) throw new UnprocessableError("Stripe is not configured on this installation (STRIPE_SECRET_KEY); nothing is sold or invoiced here.");
  return createStripe({ secretKey: STRIPE_SECRET_KEY, ...(STRIPE_API_BASE === undefined ? {} : { apiBase: STRIPE_API_BASE }) });
}

/** The organization's customer at Stripe, made on first need. */
export async function customerOf(stripe: StripeClient, db: WebDb, actor: Actor): Promise<string> {
  db.billing.assertMayPay(actor);
  const known = await db.billing.find(actor);
  if (known.stripeCustomerId !== null) return known.stripeCustomerId;
  const created = await ensureCustomer(stripe, { id: actor.organizationId, name: known.name });
  await db.billing.linkCustomer(actor, created);
  return (await db.billing.find(actor)).stripeCustomerId ?? created;
}
