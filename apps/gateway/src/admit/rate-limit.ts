import { GatewayError } from "@trunkline/contracts";
import type { ApiKeyRecord } from "@trunkline/db/gateway";
import { DependencyUnavailable, type Kv, type RateBucket, type RateState } from "@trunkline/kv";

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
 * One all-or-nothing check of every bucket; no limit, no store call. Returns the `x-ratelimit-*` headers. Throws GatewayError
 * tenant.rate_limited. Rate limits share the load fairly and guard no money, so while the store is away they let pass.
 */
export async function takeRate(kv: Pick<Kv, "takeRate">, key: ApiKeyRecord, onStoreAway: () => void): Promise<Readonly<Record<string, string>>> {
  const buckets = rateBuckets(key);
  if (buckets.length === 0) return {};
  let decision;
  try {
    decision = await kv.takeRate(buckets);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    onStoreAway();
    return {};
  }
  const headers = rateHeaders(decision.tightest);
  if (decision.admitted) return headers;
  const seconds = Math.max(1, Math.ceil(decision.retryAfterMs / 1000));
  throw new GatewayError("tenant.rate_limited", `The limit of ${decision.bucket} is reached (${decision.tightest.limit} per minute). Retry in ${seconds} s, or raise the limit in the dashboard.`, { retryAfterMs: decision.retryAfterMs, headers, metadata: { bucket: decision.bucket } });
}

function rateHeaders(state: RateState | null): Readonly<Record<string, string>> {
  if (!state) return {};
  return { "x-ratelimit-limit-requests": String(state.limit), "x-ratelimit-remaining-requests": String(state.remaining), "x-ratelimit-reset-requests": `${Math.ceil(state.resetMs / 1000)}s` };
}
