import type { LimitsAsk, LimitsDecision, RateBucket, RateDecision, RateState } from "./kv.ts";

/**
 * Largest budget limit, in nano-USD (about 9 million USD): Lua compares in doubles, which are exact up to 2^53.
 * Both forms refuse more, so that moving from the embedded form to Redis changes no answer.
 */
export const BUDGET_LIMIT_NANO_USD_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Requests a minute above this are counted as this: the emission interval would fall below the clock's microsecond. */
export const RATE_PER_MINUTE_MAX = 60_000_000;

/** An expired hold is remembered this long, so that a late settlement is still added, once. Longer than any request's deadline. */
export const TOMBSTONE_MS = 3_600_000;

/** The furthest that tokens used beyond the estimate reach into the future: one call must not shut a bucket for long. */
export const TOKEN_DEBT_US_MAX = 120_000_000;
/** A slot is free when some call ends, which nobody can foretell. */
export const SLOT_RETRY_MS = 1_000;

/** What an ask takes of a bucket: never more than it holds. */
export const tokensTaken = (bucket: RateBucket, tokenCount: number): number => Math.min(Math.max(0, Math.ceil(tokenCount)), burstOf(bucket));
export const burstOf = ({ limitPerMinute }: RateBucket): number => Math.min(Math.floor(limitPerMinute), RATE_PER_MINUTE_MAX);

const MINUTE_MS = 60_000;
const MINUTE_US = 60_000_000;

/**
 * Microseconds between two admissions. Rounded up, so that rounding never admits more than the limit; the loss is below
 * one microsecond a request. `limitPerMinute` is at least 1: `closedBucket` has sorted out the others.
 */
export function emissionIntervalUs(limitPerMinute: number): number {
  return Math.ceil(MINUTE_US / Math.min(Math.floor(limitPerMinute), RATE_PER_MINUTE_MAX));
}

/** A limit below one request a minute, or one that is no number, admits nothing: the first such bucket's refusal, else null. */
export function closedBucket(buckets: readonly RateBucket[]): RateDecision | null {
  for (const { name, limitPerMinute: limit } of buckets) {
    if (!(limit >= 1)) return { admitted: false, bucket: name, retryAfterMs: MINUTE_MS, tightest: { name, limit, remaining: 0, resetMs: MINUTE_MS } };
  }
  return null;
}

/** The amount that a line is asked for. @throws RangeError when its limit cannot be compared exactly, or the amount is missing or negative. */
export function reservable({ limitNanoUsd }: { readonly limitNanoUsd: bigint }, amountNanoUsd: bigint | undefined): bigint {
  if (limitNanoUsd > BUDGET_LIMIT_NANO_USD_MAX) throw new RangeError(`a budget limit is at most ${BUDGET_LIMIT_NANO_USD_MAX} nano-USD`);
  if (amountNanoUsd === undefined || amountNanoUsd < 0n || amountNanoUsd > BUDGET_LIMIT_NANO_USD_MAX) throw new RangeError("the amount to reserve is out of range");
  return amountNanoUsd;
}

/** The limit that refused, by its place among requests, tokens and slots. */
export function refusedLimit({ requests, tokens, slots }: LimitsAsk, index: number, waitMs: number): NonNullable<LimitsDecision["refused"]> {
  const bucket = requests[index] ?? tokens[index - requests.length];
  if (bucket) return { name: bucket.name, limit: bucket.limitPerMinute, unit: index < requests.length ? "requests" : "tokens", retryAfterMs: waitMs };
  const slot = slots[index - requests.length - tokens.length];
  return { name: slot?.name ?? "", limit: slot?.limit ?? 0, unit: "calls", retryAfterMs: SLOT_RETRY_MS };
}

export const rateState = (bucket: RateBucket | undefined, remaining: number, resetMs: number): RateState | null => bucket ? { name: bucket.name, limit: bucket.limitPerMinute, remaining, resetMs } : null;
