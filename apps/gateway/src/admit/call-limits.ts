// Limits beyond requests a minute of key and organization: tokens a minute and calls at a time, of key, project and organization, and a project's
// requests. A key without any of them never comes here. It promises all or nothing in one question, and that what was taken is given back when
// the call has ended; like every rate limit it guards no money, so while the store is away it lets pass.
import { GatewayError, type Spend } from "@trunkline/contracts";
import type { ApiKeyRecord, KeyLimits } from "@trunkline/db/gateway";
import { DependencyUnavailable, type Kv, type LimitsAsk, type LimitsDecision, type RateBucket, type RateState, type SlotLimit } from "@trunkline/kv";
import type { AuthenticatedCall, InboundFacts, Reservation } from "../stages.ts";
import { rateBuckets } from "./rate-limit.ts";
import { HOLD_MS } from "./reservation.ts";

/** What an answer likely has where the caller sets no limit; the difference is returned when it is known. */
const OUTPUT_TOKENS_LIKELY = 1_000;

type Limits = Pick<LimitsAsk, "requests" | "tokens" | "slots">;
/** Records are replaced, never changed, so what follows from one is worked out once. */
const limitsOf = new WeakMap<ApiKeyRecord, Limits>();

function limitsFor(key: ApiKeyRecord, limits: KeyLimits): Limits {
  const known = limitsOf.get(key);
  if (known) return known;
  const [requests, tokens, slots]: [RateBucket[], RateBucket[], SlotLimit[]] = [[...rateBuckets(key)], [], []];
  const scopes = [
    { at: `key:${key.id}`, of: `the key "${key.name}"`, rpm: null, ...limits.key },
    { at: `project:${key.projectId}`, of: "the project", ...limits.project },
    { at: "organization", of: "the organization", rpm: null, ...limits.organization },
  ];
  for (const { at, of, rpm, tpm, concurrency } of scopes) {
    if (rpm !== null) requests.push({ key: `rate:{${key.organizationId}}:${at}`, limitPerMinute: rpm, name: `requests per minute of ${of}` });
    if (tpm !== null) tokens.push({ key: `tokens:{${key.organizationId}}:${at}`, limitPerMinute: tpm, name: `tokens per minute of ${of}` });
    if (concurrency !== null) slots.push({ key: `calls:{${key.organizationId}}:${at}`, limit: concurrency, name: `calls at a time of ${of}` });
  }
  const made = { requests, tokens, slots };
  limitsOf.set(key, made);
  return made;
}

const tokensLikely = ({ inputTokens, maxOutputTokens, answers }: InboundFacts): number => inputTokens + (maxOutputTokens ?? OUTPUT_TOKENS_LIKELY) * answers;

/** Adds the `x-ratelimit-*` headers to the answer. Returns what has to be given back; null while the store is away. Throws GatewayError tenant.rate_limited. */
export async function takeLimits(kv: Pick<Kv, "takeLimits">, { key, exchange, facts }: AuthenticatedCall, options: { readonly limits: KeyLimits; onStoreAway(): void }): Promise<LimitsAsk | null> {
  const ask: LimitsAsk = { call: exchange.requestId, ...limitsFor(key, options.limits), tokenCount: tokensLikely(facts), slotMs: HOLD_MS };
  let decision: LimitsDecision;
  try {
    decision = await kv.takeLimits(ask);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    options.onStoreAway();
    return null;
  }
  exchange.answerHeaders.push(...stateHeaders("requests", decision.requests), ...stateHeaders("tokens", decision.tokens));
  if (decision.refused) throw refusal(decision.refused);
  return ask;
}

function stateHeaders(what: "requests" | "tokens", state: RateState | null): string[] {
  return state ? [`x-ratelimit-limit-${what}`, String(state.limit), `x-ratelimit-remaining-${what}`, String(state.remaining), `x-ratelimit-reset-${what}`, `${Math.ceil(state.resetMs / 1000)}s`] : [];
}

function refusal({ name, limit, unit, retryAfterMs }: NonNullable<LimitsDecision["refused"]>): GatewayError {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new GatewayError("tenant.rate_limited", `The limit of ${name} is reached (${limit}${unit === "calls" ? "" : " per minute"}). Retry in ${seconds} s, or raise the limit in the dashboard.`, { retryAfterMs, metadata: { bucket: name } });
}

/** The call's reservation, which at its end also gives back slot and tokens. An ending that knows no tokens keeps the estimate; one that used nothing returns all. */
export class LimitedReservation implements Reservation {
  #usedTokens = 0;
  #open = true;

  constructor(readonly inner: Reservation, readonly ask: LimitsAsk, readonly kv: Pick<Kv, "returnLimits">) {}

  get lineKeys(): readonly string[] { return this.inner.lineKeys; }
  get heldNanoUsd(): bigint { return this.inner.heldNanoUsd; }
  cover(...asked: Parameters<Reservation["cover"]>): Promise<void> { return this.inner.cover(...asked); }
  settle(spent: Spend, tokens: number = this.ask.tokenCount): void {
    this.#usedTokens = tokens;
    this.inner.settle(spent);
  }
  release(): void {
    this.inner.release();
    if (!this.#open) return;
    this.#open = false;
    // Where the store is away the slot ends by its own expiry, and the bucket fills by itself.
    this.kv.returnLimits(this.ask, this.#usedTokens).catch(() => undefined);
  }
}
