import { createStripe, loadEffect, parseWebhookSecrets, verifyWebhook, WebhookRefused } from "@trunkline/billing";
import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { webEnv } from "../env.ts";
import { problem } from "./problem.ts";
import { publishChange } from "./publish.ts";
import type { Services } from "./services.ts";

/** Stripe's events are far smaller. */
const BODY_BYTES_MAX = 1_000_000;

/**
 * The raw bytes are verified before anything is parsed, the object is read from Stripe, and the event's id and its effect commit
 * together; then the gateways are told. Rejects on a failure on the way, which is to answer 500, so that Stripe delivers again.
 */
export async function receiveStripe(request: Request, { db, kv }: Pick<Services, "db"> & { readonly kv: Pick<Services["kv"], "publish"> }): Promise<Response> {
  const { STRIPE_WEBHOOK_SECRET, STRIPE_SECRET_KEY, STRIPE_API_BASE } = webEnv();
  if (STRIPE_WEBHOOK_SECRET === undefined || STRIPE_SECRET_KEY === undefined) return problem({ status: 404, title: "Not found", detail: "Stripe is not configured." });
  const rawBody = new Uint8Array(await request.arrayBuffer());
  if (rawBody.byteLength > BODY_BYTES_MAX) return problem({ status: 413, title: "Too large" });
  try {
    const notice = verifyWebhook({ rawBody, header: request.headers.get("stripe-signature"), secrets: parseWebhookSecrets(STRIPE_WEBHOOK_SECRET) });
    const stripe = createStripe({ secretKey: STRIPE_SECRET_KEY, ...(STRIPE_API_BASE === undefined ? {} : { apiBase: STRIPE_API_BASE }) });
    const { outcome, organizationId } = await db.stripeEvents.apply({ id: notice.id, type: notice.type, effect: await loadEffect(stripe, notice) });
    if (organizationId !== null) await publishChange(kv, INVALIDATION_TOPICS.budget, organizationId);
    return Response.json({ received: true, outcome });
  } catch (error) {
    if (error instanceof WebhookRefused) return problem({ status: 400, title: "Webhook refused", detail: error.message });
    throw error;
  }
}
