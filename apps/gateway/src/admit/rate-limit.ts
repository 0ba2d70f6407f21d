import { GatewayError } from "@trunkline/contracts";
import type { ApiKeyRecord } from "@trunkline/db/gateway";
import type { AuthenticatedCall } from "../stages.ts";
import { DependencyUnavailable, type Kv, type RateBucket } from "@trunkline/kv";

/** Records are replaced, never changed, so what follows from one is worked out once. */
const bucketsOf = new WeakMap<ApiKeyRecord, readonly RateBucket[]>();

export function rateBuckets(key: ApiKeyRecord): readonly RateBucket[] {
  const known = bucketsOf.get(key);
  if (known) return known;
  const buckets = makeBuckets(key);
  bucketsOf.set(key, buckets);
  return buckets;
}

/** Hash tags keep the buckets of one organization in one slot of a Redis cluster. */
function makeBuckets(key: ApiKeyRecord): readonly RateBucket[] {
  const buckets: RateBucket[] = [];
  if (key.rpmLimit !== null) buckets.push({ key: `rate:{${key.organizationId}}:key:${key.id}`, limitPerMinute: key.rpmLimit, name: `requests per minute of the key "${key.name}"` });
  if (key.organizationRpmLimit !== null) buckets.push({ key: `rate:{${key.organizationId}}:organization`, limitPerMinute: key.organizationRpmLimit, name: "requests per minute of the organization" });
  return buckets;
}

/**
 * One all-or-nothing check of every bucket; no limit, no store call. Adds the `x-ratelimit-*` headers to the answer. Throws GatewayError
 * tenant.rate_limited. Rate limits share the load fairly and guard no money, so while the store is away they let pass.
 */
export async function takeRate(kv: Pick<Kv, "takeRate">, { key, exchange }: Pick<AuthenticatedCall, "key" | "exchange">, onStoreAway: () => void): Promise<null> {
  const buckets = rateBuckets(key);
  if (buckets.length === 0) return null;
  let decision;
  try {
    decision = await kv.takeRate(buckets);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    onStoreAway();
    return null;
  }
  const { tightest } = decision;
  if (tightest) exchange.answerHeaders.push("x-ratelimit-limit-requests", String(tightest.limit), "x-ratelimit-remaining-requests", String(tightest.remaining), "x-ratelimit-reset-requests", `${Math.ceil(tightest.resetMs / 1000)}s`);
  if (decision.admitted) return null;
  const seconds = Math.max(1, Math.ceil(decision.retryAfterMs / 1000));
  throw new GatewayError("tenant.rate_limited", `The limit of ${decision.bucket} is reached (${decision.tightest.limit} per minute). Retry in ${seconds} s, or raise the limit in the dashboard.`, { retryAfterMs: decision.retryAfterMs, metadata: { bucket: decision.bucket } });
}
