import Stripe from "stripe";

export type StripeClient = Stripe;

export interface StripeOptions {
  readonly secretKey: string;
  /** Origin of a stand-in, for example `http://127.0.0.1:12111`; absent: Stripe itself. */
  readonly apiBase?: string;
  readonly timeoutMs?: number;
}

/** A meter event is answered in well under a second; past this the outcome is treated as unknown and settled by the identifier. */
const TIMEOUT_MS_DEFAULT = 20_000;

/**
 * The official client. It repeats nothing by itself: repetition is the state machine's decision. (One closed connection is still
 * retried by the library, under the same idempotency key.) Throws RangeError when `apiBase` is not an http or https URL.
 */
export function createStripe({ secretKey, apiBase, timeoutMs = TIMEOUT_MS_DEFAULT }: StripeOptions): StripeClient {
  const config = { maxNetworkRetries: 0, timeout: timeoutMs, telemetry: false };
  if (apiBase === undefined) return new Stripe(secretKey, config);
  const url = URL.canParse(apiBase) ? new URL(apiBase) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) throw new RangeError("the Stripe API base must be an http or https URL");
  const protocol = url.protocol === "http:" ? "http" : "https";
  return new Stripe(secretKey, { ...config, host: url.hostname, port: url.port || (protocol === "http" ? "80" : "443"), protocol });
}

/** Creates the customer of an organization; asked again within a day, Stripe answers with the first one. Rejects with the library's error. */
export async function ensureCustomer(stripe: StripeClient, organization: { readonly id: string; readonly name: string; readonly email?: string }): Promise<string> {
  const customer = await stripe.customers.create(
    { name: organization.name, metadata: { organizationId: organization.id }, ...(organization.email === undefined ? {} : { email: organization.email }) },
    { idempotencyKey: `customer-${organization.id}` },
  );
  return customer.id;
}
