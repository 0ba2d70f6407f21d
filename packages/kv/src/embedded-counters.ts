// Counters of one process, in memory. Decides admission with the same arithmetic as the Lua scripts. Nothing here waits,
// but for the first load of a budget's spend: on the hot path a decision is a few map reads.
import { EmbeddedSlots } from "./embedded-slots.ts";
import { loadCounted } from "./load-counted.ts";
import type { BudgetLine, Kv, LimitsAsk, LimitsDecision, RateBucket, RateDecision, RateState, ReserveDecision } from "./kv.ts";
import { burstOf, closedBucket, emissionIntervalUs, rateState, refusedLimit, reservable, TOKEN_DEBT_US_MAX, tokensTaken, TOMBSTONE_MS } from "./limits.ts";
import { SingleFlight } from "./single-flight.ts";

/** A bucket untouched for this long is full again (a minute, doubled against rounding), so its generation can be dropped whole. */
const RATE_GENERATION_MS = 120_000;
/** Budgets whose window has ended are dropped this often. */
const BUDGET_SWEEP_MS = 60_000;

interface Hold { readonly amount: bigint; readonly expiresAtMs: number }
interface Counter {
  spent: bigint;
  held: bigint;
  /** No hold and no tombstone ends before this. */
  nextExpiryMs: number;
  expiresAtMs: number | null;
  readonly holds: Map<string, Hold>;
  /** Expired and not settled: id → forgotten at. */
  readonly tombstones: Map<string, number>;
  /** Whose spend was told by who takes up an earlier process's work, which happens once a start. */
  readonly told: Set<string>;
}

export type EmbeddedCounters = Pick<Kv, "takeRate" | "takeLimits" | "returnLimits" | "reserve" | "settle" | "release" | "announceSpent">;

const RESERVED: Promise<ReserveDecision> = Promise.resolve(Object.freeze({ reserved: true }));
const NO_BUCKETS: Promise<RateDecision> = Promise.resolve(Object.freeze({ admitted: true, tightest: null }));
const NOTHING_WAITS: ReadonlyMap<string, bigint> = new Map();
const DONE: Promise<void> = Promise.resolve();

/** `clock` in milliseconds since the epoch. */
export function createEmbeddedCounters({ clock = Date.now }: { clock?: () => number } = {}): EmbeddedCounters {
  return new MemoryCounters(clock);
}

class MemoryCounters implements EmbeddedCounters {
  readonly #clock: () => number;
  readonly #loading = new SingleFlight();
  readonly #slots = new EmbeddedSlots();
  readonly #counters = new Map<string, Counter>();
  /** What an earlier process spent and nobody asked about yet: counter → hold → amount. */
  readonly #waiting = new Map<string, Map<string, bigint>>();
  #arrivals = new Map<string, number>();
  #olderArrivals = new Map<string, number>();
  #rotateAtMs: number;
  #sweepAtMs: number;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#rotateAtMs = clock() + RATE_GENERATION_MS;
    this.#sweepAtMs = clock() + BUDGET_SWEEP_MS;
  }

  takeRate(buckets: readonly RateBucket[]): Promise<RateDecision> {
    if (buckets.length === 0) return NO_BUCKETS;
    const nowMs = this.#clock();
    this.#rotate(nowMs);
    const nowUs = nowMs * 1000;
    const refused = closedBucket(buckets) ?? this.#refusal(buckets, nowUs);
    if (refused) return Promise.resolve(refused);
    let tightest: RateState | null = null;
    for (const bucket of buckets) {
      const interval = emissionIntervalUs(bucket.limitPerMinute);
      const after = this.#arrival(bucket.key, nowUs) + interval;
      this.#arrivals.set(bucket.key, after);
      const remaining = Math.floor((interval * burstOf(bucket) - (after - nowUs)) / interval);
      if (tightest === null || remaining < tightest.remaining) {
        tightest = { name: bucket.name, limit: bucket.limitPerMinute, remaining, resetMs: Math.ceil((after - nowUs) / 1000) };
      }
    }
    return Promise.resolve({ admitted: true, tightest });
  }

  /** The bucket that would make the caller wait longest, or null when all admit. Writes nothing. */
  #refusal(buckets: readonly RateBucket[], nowUs: number): RateDecision | null {
    let longestUs = 0;
    let worst: RateBucket | null = null;
    for (const bucket of buckets) {
      const interval = emissionIntervalUs(bucket.limitPerMinute);
      const waitUs = this.#arrival(bucket.key, nowUs) + interval - interval * burstOf(bucket) - nowUs;
      if (waitUs > longestUs) { longestUs = waitUs; worst = bucket; }
    }
    if (worst === null) return null;
    const resetMs = Math.ceil((this.#arrival(worst.key, nowUs) - nowUs) / 1000);
    return { admitted: false, bucket: worst.name, retryAfterMs: Math.ceil(longestUs / 1000), tightest: { name: worst.name, limit: worst.limitPerMinute, remaining: 0, resetMs } };
  }

  takeLimits(ask: LimitsAsk): Promise<LimitsDecision> {
    const nowMs = this.#clock();
    this.#rotate(nowMs);
    const nowUs = nowMs * 1000;
    const costs = [...ask.requests.map((bucket) => ({ bucket, cost: 1 })), ...ask.tokens.map((bucket) => ({ bucket, cost: tokensTaken(bucket, ask.tokenCount) }))];
    let [refused, longestUs] = [-1, 0];
    costs.forEach(({ bucket, cost }, index) => {
      const waitUs = this.#arrival(bucket.key, nowUs) + emissionIntervalUs(bucket.limitPerMinute) * (cost - burstOf(bucket)) - nowUs;
      if (waitUs > longestUs) [refused, longestUs] = [index, waitUs];
    });
    if (refused < 0) {
      const full = ask.slots.findIndex(({ key, limit }) => this.#slots.isFull(key, limit, nowMs));
      if (full >= 0) refused = costs.length + full;
    }
    if (refused < 0) {
      for (const { bucket, cost } of costs) this.#arrivals.set(bucket.key, this.#arrival(bucket.key, nowUs) + emissionIntervalUs(bucket.limitPerMinute) * cost);
      for (const { key } of ask.slots) this.#slots.enter(key, ask.call, nowMs + ask.slotMs);
    }
    return Promise.resolve({ refused: refused < 0 ? null : refusedLimit(ask, refused, Math.ceil(longestUs / 1000)), requests: this.#tightest(ask.requests, nowUs), tokens: this.#tightest(ask.tokens, nowUs) });
  }

  returnLimits({ call, tokens, tokenCount, slots }: LimitsAsk, usedTokens: number): Promise<void> {
    const nowUs = this.#clock() * 1000;
    for (const bucket of tokens) {
      const back = emissionIntervalUs(bucket.limitPerMinute) * (tokensTaken(bucket, tokenCount) - usedTokens);
      this.#arrivals.set(bucket.key, Math.min(this.#arrival(bucket.key, nowUs) - back, nowUs + TOKEN_DEBT_US_MAX));
    }
    for (const { key } of slots) this.#slots.leave(key, call);
    return DONE;
  }

  #tightest(buckets: readonly RateBucket[], nowUs: number): RateState | null {
    let tightest: RateState | null = null;
    for (const bucket of buckets) {
      const aheadUs = this.#arrival(bucket.key, nowUs) - nowUs;
      const remaining = Math.max(0, Math.floor(burstOf(bucket) - aheadUs / emissionIntervalUs(bucket.limitPerMinute)));
      if (tightest === null || remaining < tightest.remaining) tightest = rateState(bucket, remaining, Math.ceil(aheadUs / 1000));
    }
    return tightest;
  }

  #arrival(key: string, nowUs: number): number {
    const known = this.#arrivals.get(key) ?? this.#olderArrivals.get(key) ?? 0;
    return known > nowUs ? known : nowUs;
  }

  #rotate(nowMs: number): void {
    if (nowMs < this.#rotateAtMs) return;
    this.#olderArrivals = this.#arrivals;
    this.#arrivals = new Map();
    this.#rotateAtMs = nowMs + RATE_GENERATION_MS;
  }

  reserve(lines: readonly BudgetLine[], holdId: string, amountsNanoUsd: readonly bigint[], holdMs: number): Promise<ReserveDecision> {
    const nowMs = this.#clock();
    this.#sweep(nowMs);
    for (const [index, line] of lines.entries()) {
      reservable(line, amountsNanoUsd[index]);
      if (!this.#counters.has(line.key)) return this.#loadThenReserve(lines, holdId, amountsNanoUsd, holdMs);
    }
    const refusal = this.#overrun(lines, holdId, amountsNanoUsd, nowMs);
    if (refusal) return Promise.resolve(refusal);
    for (const [index, line] of lines.entries()) {
      const counter = this.#counters.get(line.key);
      if (counter) place(counter, holdId, { amount: reservable(line, amountsNanoUsd[index]), expiresAtMs: nowMs + holdMs });
    }
    return RESERVED;
  }

  async #loadThenReserve(lines: readonly BudgetLine[], holdId: string, amountsNanoUsd: readonly bigint[], holdMs: number): Promise<ReserveDecision> {
    await Promise.all(lines.map((line) => (this.#counters.has(line.key) ? DONE : this.#loading.run(line.key, () => this.#load(line)))));
    return this.reserve(lines, holdId, amountsNanoUsd, holdMs);
  }

  async #load(line: BudgetLine): Promise<void> {
    const waiting = this.#waiting.get(line.key) ?? NOTHING_WAITS;
    const looked = waiting.size;
    const spent = await loadCounted(line, waiting);
    if (waiting.size !== looked) return this.#load(line);
    this.#waiting.delete(line.key);
    this.#counters.set(line.key, { spent, held: 0n, nextExpiryMs: Infinity, expiresAtMs: line.expiresAtMs, holds: new Map(), tombstones: new Map(), told: new Set(waiting.keys()) });
  }

  #overrun(lines: readonly BudgetLine[], holdId: string, amounts: readonly bigint[], nowMs: number): ReserveDecision | null {
    for (const [index, line] of lines.entries()) {
      const counter = this.#counters.get(line.key);
      if (!counter) continue;
      if (nowMs >= counter.nextExpiryMs) expire(counter, nowMs);
      const others = counter.held - (counter.holds.get(holdId)?.amount ?? 0n);
      if (counter.spent + others + (amounts[index] ?? 0n) > line.limitNanoUsd) return { reserved: false, budgetId: line.budgetId, spentNanoUsd: counter.spent, heldNanoUsd: others };
    }
    return null;
  }

  settle(lines: readonly Pick<BudgetLine, "key">[], holdId: string, spentNanoUsd: readonly bigint[]): Promise<void> {
    for (const [index, line] of lines.entries()) {
      const counter = this.#counters.get(line.key);
      if (counter && lift(counter, holdId)) counter.spent += spentNanoUsd[index] ?? 0n;
    }
    return DONE;
  }

  announceSpent(lines: readonly Pick<BudgetLine, "key">[], holdId: string, spentNanoUsd: readonly bigint[]): Promise<void> {
    for (const [index, { key }] of lines.entries()) {
      const spent = spentNanoUsd[index] ?? 0n;
      const counter = this.#counters.get(key);
      if (counter) {
        if (counter.told.has(holdId)) continue;
        lift(counter, holdId);
        counter.told.add(holdId);
        counter.spent += spent;
      } else this.#waiting.set(key, (this.#waiting.get(key) ?? new Map<string, bigint>()).set(holdId, spent));
    }
    return DONE;
  }

  release(lines: readonly Pick<BudgetLine, "key">[], holdId: string): Promise<void> {
    for (const line of lines) {
      const counter = this.#counters.get(line.key);
      if (counter) lift(counter, holdId);
    }
    return DONE;
  }

  /** A counter whose window ended still serves the request that named it first, so it goes only by the clock of its own window. */
  #sweep(nowMs: number): void {
    if (nowMs < this.#sweepAtMs) return;
    this.#sweepAtMs = nowMs + BUDGET_SWEEP_MS;
    for (const [key, counter] of this.#counters) {
      if (counter.expiresAtMs !== null && counter.expiresAtMs <= nowMs) this.#counters.delete(key);
    }
  }
}

function place(counter: Counter, holdId: string, hold: Hold): void {
  lift(counter, holdId);
  counter.holds.set(holdId, hold);
  counter.held += hold.amount;
  if (hold.expiresAtMs < counter.nextExpiryMs) counter.nextExpiryMs = hold.expiresAtMs;
}

/** Removes the hold or its tombstone; false when neither is there, that is: already settled or released. */
function lift(counter: Counter, holdId: string): boolean {
  const hold = counter.holds.get(holdId);
  if (!hold) return counter.tombstones.delete(holdId);
  counter.holds.delete(holdId);
  counter.held -= hold.amount;
  return true;
}

function expire(counter: Counter, nowMs: number): void {
  let next = Infinity;
  for (const [id, hold] of counter.holds) {
    if (hold.expiresAtMs <= nowMs) {
      lift(counter, id);
      counter.tombstones.set(id, nowMs + TOMBSTONE_MS);
    } else if (hold.expiresAtMs < next) next = hold.expiresAtMs;
  }
  for (const [id, forgetAtMs] of counter.tombstones) {
    if (forgetAtMs <= nowMs) counter.tombstones.delete(id);
    else if (forgetAtMs < next) next = forgetAtMs;
  }
  counter.nextExpiryMs = next;
}
