import { PLANS, type PlanId } from "@trunkline/contracts";
import type { StripeClient } from "./stripe.ts";

interface CheckoutParties {
  readonly customerId: string;
  readonly organizationId: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
}
export interface CheckoutOptions extends CheckoutParties {
  /** Metered prices to subscribe to; see `ensureSpendPrice`. */
  readonly priceIds: readonly string[];
  /** The plan's monthly price; see `ensurePlanPrice`. */
  readonly planPriceId?: string;
}
export interface HostedPage { readonly id: string; readonly url: string }

/** Marks the sessions and payments that buy credit, for the webhook. */
export const CREDIT_PURPOSE = "credits";

/** A hosted page on which the customer leaves a card and subscribes. Returns its address; the webhook tells what came of it. */
export async function createCheckout(stripe: StripeClient, options: CheckoutOptions): Promise<HostedPage> {
  const session = await stripe.checkout.sessions.create({
    ...parties(options), mode: "subscription", metadata: { organizationId: options.organizationId },
    // A metered price takes no quantity.
    line_items: [...(options.planPriceId === undefined ? [] : [{ price: options.planPriceId, quantity: 1 }]), ...options.priceIds.map((price) => ({ price }))],
  });
  return hosted(session);
}

/** A hosted page that sells credit, in whole cents, with an invoice. `keepCard`: the customer agrees that later payments are made with the card by itself. What was paid is read from Stripe again before it counts. */
export async function createCreditCheckout(stripe: StripeClient, options: CheckoutParties & { readonly amountCents: number; readonly keepCard?: boolean }): Promise<HostedPage> {
  const metadata = { organizationId: options.organizationId, purpose: CREDIT_PURPOSE, amountCents: String(options.amountCents) };
  const session = await stripe.checkout.sessions.create({
    ...parties(options), mode: "payment", metadata, payment_intent_data: { metadata, ...(options.keepCard ? { setup_future_usage: "off_session" as const } : {}) }, invoice_creation: { enabled: true },
    line_items: [{ quantity: 1, price_data: { currency: "usd", unit_amount: options.amountCents, product_data: { name: "Trunkline credits" } } }],
  });
  return hosted(session);
}

const planLookupKey = (plan: PlanId): string => `trunkline_plan_${plan}_${PLANS[plan].monthlyCents}`;

/** The plan that a price sells, by its lookup key; null for any other price. A price of an earlier amount still names its plan. */
export function planOfLookupKey(key: string | null): PlanId | null {
  const plan = /^trunkline_plan_([a-z]+)_\d+$/.exec(key ?? "")?.[1];
  return plan === "free" || plan === "pro" || plan === "scale" ? plan : null;
}

/** The monthly price of a plan; found by its lookup key, else created with its product. Returns its id. */
export async function ensurePlanPrice(stripe: StripeClient, plan: PlanId): Promise<string> {
  const lookupKey = planLookupKey(plan);
  const found = await stripe.prices.list({ lookup_keys: [lookupKey], active: true, limit: 1 });
  const price = found.data[0] ?? await stripe.prices.create({
    currency: "usd", unit_amount: PLANS[plan].monthlyCents, lookup_key: lookupKey, product_data: { name: `Trunkline ${PLANS[plan].name}` }, recurring: { interval: "month" },
  }, { idempotencyKey: `price-${lookupKey}` });
  return price.id;
}

const ENDED: ReadonlySet<string> = new Set(["canceled", "incomplete", "incomplete_expired"]);
/** Far above the subscriptions that one customer can come to have here. */
const SUBSCRIPTIONS_MAX = 100;

/**
 * Moves a running subscription to another plan, what is left of the month set against it. `none`: there is no subscription to move. A second one beside it
 * would bill the same usage twice. Rejects with the library's error.
 */
export async function changePlan(stripe: StripeClient, { customerId, plan }: { readonly customerId: string; readonly plan: PlanId }): Promise<"none" | "same" | "changed"> {
  const { data } = await stripe.subscriptions.list({ customer: customerId, status: "all", limit: SUBSCRIPTIONS_MAX });
  const live = data.find(({ status }) => !ENDED.has(status));
  if (live === undefined) return "none";
  const item = live.items.data.find(({ price }) => planOfLookupKey(price.lookup_key) !== null);
  if (planOfLookupKey(item?.price.lookup_key ?? null) === plan) return "same";
  const price = await ensurePlanPrice(stripe, plan);
  await stripe.subscriptions.update(live.id, { items: [item === undefined ? { price, quantity: 1 } : { id: item.id, price }], proration_behavior: "create_prorations" });
  return "changed";
}

/** The hosted page for cards, invoices and cancelling. */
export async function createPortal(stripe: StripeClient, options: { readonly customerId: string; readonly returnUrl: string }): Promise<string> {
  const session = await stripe.billingPortal.sessions.create({ customer: options.customerId, return_url: options.returnUrl });
  return session.url;
}

const parties = ({ customerId, organizationId, successUrl, cancelUrl }: CheckoutParties) => ({
  customer: customerId, client_reference_id: organizationId, success_url: successUrl, cancel_url: cancelUrl,
  // Businesses may leave their tax id on the page; it then stands on their invoices.
  tax_id_collection: { enabled: true }, customer_update: { name: "auto" as const, address: "auto" as const },
});

function hosted(session: { readonly id: string; readonly url: string | null }): HostedPage {
  if (!session.url) throw new Error("Stripe opened a checkout session without a page");
  return { id: session.id, url: session.url };
}
