import { parseWebhookSecrets, verifyWebhook, WebhookRefused, type StripeEvent } from "@trunkline/billing";
import type { StripeEventFact } from "@trunkline/db/web";
import { webEnv } from "../../../../env.ts";
import { problem } from "../../../../server/problem.ts";
import { services } from "../../../../server/services.ts";

/** Stripe's events are far smaller. */
const BODY_BYTES_MAX = 1_000_000;

/** `organizationId` is the metadata that our own checkout set; a session of another origin has none and changes nothing. */
function effectOf(event: StripeEvent): StripeEventFact["effect"] {
  if (event.type !== "checkout.session.completed") return null;
  const { customer, metadata } = event.data.object;
  const organizationId = metadata?.["organizationId"];
  const stripeCustomerId = typeof customer === "string" ? customer : customer?.id;
  return organizationId && stripeCustomerId ? { kind: "link_customer", organizationId, stripeCustomerId } : null;
}

/** The raw bytes are verified before anything is parsed; the event's id and its effect commit together. */
export async function POST(request: Request): Promise<Response> {
  const secrets = webEnv().STRIPE_WEBHOOK_SECRET;
  if (secrets === undefined) return problem({ status: 404, title: "Not found", detail: "Stripe is not configured." });
  const rawBody = new Uint8Array(await request.arrayBuffer());
  if (rawBody.byteLength > BODY_BYTES_MAX) return problem({ status: 413, title: "Too large" });
  try {
    const event = verifyWebhook({ rawBody, header: request.headers.get("stripe-signature"), secrets: parseWebhookSecrets(secrets) });
    const outcome = await services().db.stripeEvents.apply({ id: event.id, type: event.type, effect: effectOf(event) });
    return Response.json({ received: true, outcome });
  } catch (error) {
    if (error instanceof WebhookRefused) return problem({ status: 400, title: "Webhook refused", detail: error.message });
    throw error;
  }
}
