// Decides whether a delivery came from Stripe. It leaves deduplication by event id, and what follows from the event, to the caller.
import Stripe from "stripe";

/** What a delivery is taken for: that something happened to an object. Its contents are as old as the delivery and are not passed on. */
export interface StripeNotice {
  readonly id: string;
  readonly type: string;
  /** The object it tells of; null when it names none. */
  readonly objectId: string | null;
}

/** The delivery proves nothing; answer 400 and change nothing. The message names no secret and no signature. */
export class WebhookRefused extends Error {
  override readonly name = "WebhookRefused";
}

/** Shorter ones are placeholders: an empty key would let anybody sign. */
const SECRET = /^whsec_[\x21-\x7e]{24,}$/;
/** Stripe's own default. Never 0: that would switch the replay check off. */
const TOLERANCE_S = 300;
const SECRETS_MAX = 2;

/** Reads one secret, or two separated by a comma while one replaces the other. Throws RangeError naming the fault, never the value. */
export function parseWebhookSecrets(text: string): readonly string[] {
  const secrets = text.split(",").map((secret) => secret.trim());
  assertSecrets(secrets);
  return secrets;
}

function assertSecrets(secrets: readonly string[]): void {
  if (secrets.length < 1 || secrets.length > SECRETS_MAX) throw new RangeError(`one or two webhook secrets are needed, not ${secrets.length}`);
  if (!secrets.every((secret) => SECRET.test(secret))) throw new RangeError("a webhook secret must be whsec_ and at least 24 characters more");
}

export interface WebhookDelivery {
  /** The bytes as they came, before any parse. */
  readonly rawBody: string | Uint8Array;
  readonly header: string | null | undefined;
  readonly secrets: readonly string[];
  readonly nowMs?: number;
}

/**
 * The notice of a delivery that one of the secrets signed within the last 300 s, whether a whole event (v1) or a thin one (v2). Throws
 * `WebhookRefused` when none did, RangeError when the secrets themselves are unfit.
 */
export function verifyWebhook({ rawBody, header, secrets, nowMs = Date.now() }: WebhookDelivery): StripeNotice {
  assertSecrets(secrets);
  if (typeof header !== "string" || header === "") throw new WebhookRefused("the delivery carries no signature");
  const { signature } = Stripe.webhooks;
  if (signature === null) throw new Error("this build of the Stripe library cannot verify signatures");
  const body = typeof rawBody === "string" ? rawBody : Buffer.from(rawBody);
  for (const secret of secrets) {
    try {
      // Not constructEvent: it refuses thin events.
      signature.verifyHeader(body, header, secret, TOLERANCE_S, undefined, nowMs);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) continue;
      throw error;
    }
    return toNotice(body.toString());
  }
  throw new WebhookRefused("no secret signed this delivery within the last 300 s");
}

function toNotice(text: string): StripeNotice {
  try {
    const { id, type, data, related_object: related } = JSON.parse(text) as { id?: unknown; type?: unknown; data?: { object?: { id?: unknown } }; related_object?: { id?: unknown } | null };
    const objectId = data?.object?.id ?? related?.id;
    if (typeof id === "string" && typeof type === "string") return { id, type, objectId: typeof objectId === "string" ? objectId : null };
  } catch {
    // falls through to the one refusal below
  }
  throw new WebhookRefused("the delivery is not an event");
}
