// What follows from a notice. It reads the object from Stripe and never from the delivery: deliveries come twice, late and in any order.
import type { StripeClient } from "./stripe.ts";
import type { StripeNotice } from "./webhook.ts";

export type StripeEffect =
  | { readonly kind: "link_customer"; readonly organizationId: string; readonly stripeCustomerId: string }
  /** Meter events that Stripe had accepted and then could not count; by the identifier of their export row. */
  | { readonly kind: "reopen_exports"; readonly identifiers: readonly string[]; readonly reason: string };

/** null: nothing follows. Rejects with the library's error when Stripe cannot be asked; the delivery is then to fail, so that it comes again. */
export async function loadEffect(stripe: StripeClient, { id, type, objectId }: StripeNotice): Promise<StripeEffect | null> {
  if (type === "checkout.session.completed" && objectId !== null) return linkOf(stripe, objectId);
  if (type === "v1.billing.meter.error_report_triggered") return reopenOf(stripe, id);
  return null;
}

/** `organizationId` is the metadata that our own checkout set; a session of another origin has none and changes nothing. */
async function linkOf(stripe: StripeClient, sessionId: string): Promise<StripeEffect | null> {
  const { status, customer, metadata } = await stripe.checkout.sessions.retrieve(sessionId);
  const organizationId = metadata?.["organizationId"];
  const stripeCustomerId = typeof customer === "string" ? customer : customer?.id;
  return status === "complete" && organizationId && stripeCustomerId ? { kind: "link_customer", organizationId, stripeCustomerId } : null;
}

/** The report names samples only; what it leaves out is found by the nightly comparison. */
async function reopenOf(stripe: StripeClient, eventId: string): Promise<StripeEffect | null> {
  const event = await stripe.v2.core.events.retrieve(eventId);
  if (event.type !== "v1.billing.meter.error_report_triggered" || !event.data) return null;
  const identifiers = event.data.reason.error_types.flatMap(({ sample_errors }) => sample_errors.map(({ request }) => request.identifier));
  return identifiers.length === 0 ? null : { kind: "reopen_exports", identifiers, reason: event.data.developer_message_summary };
}
