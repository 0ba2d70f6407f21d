import type { InvalidationTopic } from "@trunkline/contracts";

/** One request-per-minute bucket of an all-or-nothing check. */
export interface RateBucket { readonly key: string; readonly limitPerMinute: number; readonly name: string }

export type RateDecision =
  | { readonly admitted: true; readonly tightest: RateState | null }
  | { readonly admitted: false; readonly bucket: string; readonly retryAfterMs: number; readonly tightest: RateState };
/** For `x-ratelimit-*`. */
export interface RateState { readonly name: string; readonly limit: number; readonly remaining: number; readonly resetMs: number }

/** How many calls may be under way at a time. */
export interface SlotLimit { readonly key: string; readonly limit: number; readonly name: string }

/** One call's share of every limit that binds it. */
export interface LimitsAsk {
  readonly call: string;
  readonly requests: readonly RateBucket[];
  /** Buckets of tokens; a call that wants more than a whole bucket takes the whole of it. */
  readonly tokens: readonly RateBucket[];
  readonly tokenCount: number;
  readonly slots: readonly SlotLimit[];
  /** A slot that nobody gives back is free again after this long. */
  readonly slotMs: number;
}
export interface LimitsDecision {
  readonly refused: { readonly name: string; readonly limit: number; readonly unit: "requests" | "tokens" | "calls"; readonly retryAfterMs: number } | null;
  readonly requests: RateState | null;
  readonly tokens: RateState | null;
}

/** One budget of an all-or-nothing reservation. `key` already names the period's window. */
export interface BudgetLine {
  readonly budgetId: string;
  readonly key: string;
  readonly limitNanoUsd: bigint;
  /** Spend of the window from the ledger; asked for once, when the store holds no counter for `key` yet. */
  loadSpent(): Promise<bigint>;
  /** Which of these holds' spends the ledger has, as far as `loadSpent` sees it. */
  bookedOf(holdIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** When the counter may be forgotten; null never. */
  readonly expiresAtMs: number | null;
}
export type ReserveDecision = { readonly reserved: true } | { readonly reserved: false; readonly budgetId: string; readonly spentNanoUsd: bigint; readonly heldNanoUsd: bigint };

/**
 * Counters, reservations and invalidation. Two forms behind one contract test: redis (Lua, pub/sub; any number of gateways)
 * and embedded (memory, Postgres LISTEN/NOTIFY; one gateway). A limit is never over-admitted. Holds live beside the spent
 * counter, with an expiry, never inside it.
 */
export interface Kv {
  /** GCRA over all buckets at once, server time. All or nothing. */
  takeRate(buckets: readonly RateBucket[]): Promise<RateDecision>;
  /** Requests, tokens and slots at once: all or nothing. */
  takeLimits(ask: LimitsAsk): Promise<LimitsDecision>;
  /** The call has ended: its slots are free, and the tokens it took too many are back, or those it took too few are taken. Once a call. */
  returnLimits(ask: LimitsAsk, usedTokens: number): Promise<void>;
  /** `spent + live holds + amount ≤ limit` on every line, each with the amount at its own place, or nothing is held. `holdId` is the request id; a repeated reserve with the same id replaces the hold. */
  reserve(lines: readonly BudgetLine[], holdId: string, amountsNanoUsd: readonly bigint[], holdMs: number): Promise<ReserveDecision>;
  /** Removes the hold and adds what was spent, each line's at its own place. Idempotent by holdId within the hold's life. */
  settle(lines: readonly Pick<BudgetLine, "key">[], holdId: string, spentNanoUsd: readonly bigint[]): Promise<void>;
  /** A spend, each line's at its own place, of which the store may know nothing, because it was emptied since the call was reserved. Ends the call's hold, if any; counts once, however often it is told. */
  announceSpent(lines: readonly Pick<BudgetLine, "key">[], holdId: string, spentNanoUsd: readonly bigint[]): Promise<void>;
  /** Name of the store's present contents, as last seen; null before the first reservation. Another name: it was emptied since. */
  readonly epoch: string | null;
  /** Asks for it. */
  askEpoch(): Promise<string>;
  /** `announce` is called when the store was emptied, after this process has put its live holds back; what it knows to be spent and not booked is its part. */
  onEmptied(announce: () => Promise<void>): void;
  /** Removes the hold and adds nothing. */
  release(lines: readonly Pick<BudgetLine, "key">[], holdId: string): Promise<void>;
  publish(topic: InvalidationTopic, id: string): Promise<void>;
  /** At-most-once delivery; `onGap` fires after a reconnect, when messages may have been missed. */
  subscribe(onMessage: (topic: InvalidationTopic, id: string) => void, onGap: () => void): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
