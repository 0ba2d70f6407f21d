// The form for any number of gateways. Each decision is one script on the server, by the server's clock; this file only
// names keys, carries arguments and loads a budget's spend when the server holds no counter for it.
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { DependencyUnavailable } from "./dependency-unavailable.ts";
import { encodeInvalidation, HEARTBEAT_MS, INVALIDATION_CHANNEL, Listeners } from "./invalidation.ts";
import type { BudgetLine, Kv, LimitsAsk, LimitsDecision, RateBucket, RateDecision, ReserveDecision } from "./kv.ts";
import { LiveHolds, type HeldLine } from "./live-holds.ts";
import { burstOf, closedBucket, emissionIntervalUs, RATE_PER_MINUTE_MAX, rateState, refusedLimit, reservable, TOKEN_DEBT_US_MAX, tokensTaken, TOMBSTONE_MS } from "./limits.ts";
import { loadCounted } from "./load-counted.ts";
import { asked, createCommandClient, createSubscriberClient, firstReady, integers } from "./redis-client.ts";
import { SingleFlight } from "./single-flight.ts";
import { StoreEpoch } from "./store-epoch.ts";

/** A counter is not forgotten while usage is on its way by spool and job. */
const COUNTER_MS_MIN = 60_000;
/** A spend waits for its counter as long as usage may wait for a database that is away; whoever makes the counter asks the ledger. */
const SPEND_WAITS_MS = 86_400_000;
/** A counter can vanish between seeding and reserving only by eviction or a flush; more tries would hide a broken server. */
const SEED_ATTEMPTS_MAX = 3;
/** Spends that come in while a counter is made have it made anew; they are as many as there are gateways that come late. */
const SEED_LOOKS_MAX = 10;
/** A hold that is put back may be settled late into its life; longer than the longest request. */
const HOLD_AGAIN_MS = 960_000;
/** In no organization's slot: it is about the store. */
const EPOCH_KEY = "trunkline:epoch";

export interface RedisKvOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  /** Milliseconds since the epoch; the server's own clock when absent, as several gateways need. */
  readonly clock?: () => number;
}

/** Connects at once and in the background. While Redis is away every call rejects with `DependencyUnavailable`, within about a second. */
export function createRedisKv({ url, clock }: RedisKvOptions): Kv {
  return new RedisKv(createCommandClient(url), createSubscriberClient(url), clock);
}

/** A cluster needs the keys of one script in one slot: a caller that puts `{organization}` into its keys gets that; other keys are their own tag. */
const tagged = (key: string): string => (/\{.+\}/.test(key) ? key : `{${key}}`);
const rateKey = (key: string): string => `trunkline:rate:${tagged(key)}`;
const slotKey = (key: string): string => `trunkline:slots:${tagged(key)}`;
const spentKey = (key: string): string => `trunkline:spent:${tagged(key)}`;

function budgetKeys(lines: readonly Pick<BudgetLine, "key">[]): string[] {
  const keys: string[] = [];
  for (const line of lines) {
    const tag = tagged(line.key);
    keys.push(`trunkline:spent:${tag}`, `trunkline:holds:${tag}`, `trunkline:deadlines:${tag}`);
  }
  return keys;
}

class RedisKv implements Kv {
  readonly #commands: Redis;
  readonly #subscriber: Redis;
  readonly #clock: (() => number) | undefined;
  readonly #loading = new SingleFlight();
  readonly #listeners = new Listeners();
  readonly #live = new LiveHolds();
  readonly #store = new StoreEpoch({ ask: () => this.#askStore(), announce: () => this.#announceAll() });
  #announceMore: () => Promise<void> = () => Promise.resolve();
  #everReady = false;
  #waiting: Promise<void> | null = null;
  #heartbeat: NodeJS.Timeout | undefined;
  #subscribed: Promise<void> | null = null;

  constructor(commands: Redis, subscriber: Redis, clock: (() => number) | undefined) {
    this.#commands = commands;
    this.#subscriber = subscriber;
    this.#clock = clock;
    commands.once("ready", () => { this.#everReady = true; });
    commands.on("ready", () => this.#store.lookAgain());
  }

  #ready(): Promise<void> {
    return (this.#waiting ??= asked(firstReady(this.#commands)).finally(() => { this.#waiting = null; }));
  }

  async takeRate(buckets: readonly RateBucket[]): Promise<RateDecision> {
    if (buckets.length === 0) return { admitted: true, tightest: null };
    const closed = closedBucket(buckets);
    if (closed) return closed;
    const args: (string | number)[] = buckets.map((bucket) => rateKey(bucket.key));
    args.push(this.#clock ? String(this.#clock() * 1000) : "");
    for (const { limitPerMinute } of buckets) args.push(emissionIntervalUs(limitPerMinute), Math.min(Math.floor(limitPerMinute), RATE_PER_MINUTE_MAX));
    if (!this.#everReady) await this.#ready();
    const [refused = 0, retryAfterMs = 0, tightest = 0, remaining = 0, resetMs = 0] = integers(await asked(this.#commands.trunklineTakeRate(buckets.length, ...args)));
    const bucket = buckets[tightest - 1];
    if (!bucket) throw new DependencyUnavailable("redis", new RangeError("a script named no bucket"));
    const state = { name: bucket.name, limit: bucket.limitPerMinute, remaining, resetMs };
    return refused > 0 ? { admitted: false, bucket: bucket.name, retryAfterMs, tightest: state } : { admitted: true, tightest: state };
  }

  async takeLimits(ask: LimitsAsk): Promise<LimitsDecision> {
    const { call, requests, tokens, tokenCount, slots, slotMs } = ask;
    const rates = [...requests, ...tokens];
    const args: (string | number)[] = [this.#nowUs(), requests.length, tokens.length, slots.length, call, slotMs];
    for (const bucket of requests) args.push(emissionIntervalUs(bucket.limitPerMinute), burstOf(bucket), 1);
    for (const bucket of tokens) args.push(emissionIntervalUs(bucket.limitPerMinute), burstOf(bucket), tokensTaken(bucket, tokenCount));
    for (const { limit } of slots) args.push(limit);
    if (!this.#everReady) await this.#ready();
    const [refused = 0, waitMs = 0, request = 0, requestsLeft = 0, requestsResetMs = 0, token = 0, tokensLeft = 0, tokensResetMs = 0] = integers(await asked(this.#commands.trunklineTakeLimits(rates.length + slots.length, ...rates.map(({ key }) => rateKey(key)), ...slots.map(({ key }) => slotKey(key)), ...args)));
    return {
      refused: refused === 0 ? null : refusedLimit(ask, refused - 1, waitMs),
      requests: rateState(rates[request - 1], requestsLeft, requestsResetMs), tokens: rateState(rates[token - 1], tokensLeft, tokensResetMs),
    };
  }

  async returnLimits({ call, tokens, tokenCount, slots }: LimitsAsk, usedTokens: number): Promise<void> {
    const args: (string | number)[] = [this.#nowUs(), tokens.length, call, TOKEN_DEBT_US_MAX];
    for (const bucket of tokens) args.push(emissionIntervalUs(bucket.limitPerMinute), tokensTaken(bucket, tokenCount) - usedTokens);
    if (!this.#everReady) await this.#ready();
    await asked(this.#commands.trunklineReturnLimits(tokens.length + slots.length, ...tokens.map(({ key }) => rateKey(key)), ...slots.map(({ key }) => slotKey(key)), ...args));
  }

  #nowUs(): string { return this.#clock ? String(this.#clock() * 1000) : ""; }

  async reserve(lines: readonly BudgetLine[], holdId: string, amountsNanoUsd: readonly bigint[], holdMs: number): Promise<ReserveDecision> {
    const amounts = lines.map((line, index) => reservable(line, amountsNanoUsd[index]));
    if (lines.length === 0) return { reserved: true };
    if (!this.#everReady) await this.#ready();
    if (this.#store.name === null) await this.#store.watch();
    const keys = budgetKeys(lines);
    const held = lines.map(({ key }, index) => ({ key, amountNanoUsd: amounts[index] ?? 0n }));
    const limits = lines.flatMap((line, index) => [line.limitNanoUsd.toString(), String(amounts[index])]);
    for (let attempt = 0; attempt < SEED_ATTEMPTS_MAX; attempt++) {
      const reply = await asked(this.#commands.trunklineReserve(keys.length, ...keys, this.#now(), holdId, holdMs, TOMBSTONE_MS, ...limits)).catch((error: unknown) => {
        // What timed out may be held there all the same, until it is released.
        this.#live.place(holdId, held);
        throw error;
      });
      const [code, ...rest] = integers(reply);
      if (code === 0) { this.#live.place(holdId, held); return { reserved: true }; }
      if (code === 1) return refusal(lines, reply);
      await Promise.all(rest.map((index) => this.#seed(lines[index - 1])));
    }
    throw new DependencyUnavailable("redis", new Error("a budget counter vanished as often as it was written"));
  }

  async #seed(line: BudgetLine | undefined): Promise<void> {
    if (!line) throw new DependencyUnavailable("redis", new RangeError("a script named no line"));
    await this.#loading.run(line.key, async () => {
      for (let looks = 0; looks < SEED_LOOKS_MAX; looks++) if (await this.#makeCounter(line)) return;
      throw new DependencyUnavailable("redis", new Error("a budget counter could not be made as often as it was tried"));
    });
  }

  /** False where something changed meanwhile: spends that wait, or the store itself. */
  async #makeCounter(line: BudgetLine): Promise<boolean> {
    const name = await this.#store.settled();
    const keys = budgetKeys([line]);
    const waiting = waitingIn(await asked(this.#commands.hgetall(keys[1] ?? "")));
    const spent = await loadCounted(line, waiting);
    const lifeMs = line.expiresAtMs === null ? "" : Math.max(COUNTER_MS_MIN, line.expiresAtMs - this.#nowMs());
    const made = await asked(this.#commands.trunklineSeed(keys.length, ...keys, this.#now(), spent.toString(), lifeMs, TOMBSTONE_MS, ...[...waiting.keys()].map((id) => `${id}!`)));
    if ((await this.#store.look()).name === name) return made === 1;
    await asked(this.#commands.del(spentKey(line.key)));
    return false;
  }

  async #askStore(): Promise<{ readonly name: string; readonly ageMs: number }> {
    const reply = await asked(this.#commands.trunklineEpoch(1, EPOCH_KEY, randomUUID()));
    const [name, ageMs] = Array.isArray(reply) ? reply : [];
    return { name: String(name), ageMs: Number(ageMs) };
  }

  async #announceAll(): Promise<void> {
    await Promise.all(this.#live.all().map(([holdId, lines]) => this.#announce(lines, holdId, "held")));
    await this.#announceMore();
  }

  async #announce(lines: readonly HeldLine[], holdId: string, as: "held" | "spent"): Promise<void> {
    const keys = budgetKeys(lines);
    await asked(this.#commands.trunklineAnnounce(keys.length, ...keys, this.#now(), holdId, as === "held" ? HOLD_AGAIN_MS : SPEND_WAITS_MS, TOMBSTONE_MS, as, ...lines.map(({ amountNanoUsd }) => amountNanoUsd.toString())));
  }

  async announceSpent(lines: readonly Pick<BudgetLine, "key">[], holdId: string, spentNanoUsd: readonly bigint[]): Promise<void> {
    if (lines.length === 0) return;
    if (!this.#everReady) await this.#ready();
    await this.#announce(lines.map(({ key }, index) => ({ key, amountNanoUsd: spentNanoUsd[index] ?? 0n })), holdId, "spent");
  }

  get epoch(): string | null { return this.#store.name; }

  async askEpoch(): Promise<string> {
    if (!this.#everReady) await this.#ready();
    await this.#store.watch();
    return (await this.#store.look()).name;
  }

  onEmptied(announce: () => Promise<void>): void { this.#announceMore = announce; }

  async settle(lines: readonly Pick<BudgetLine, "key">[], holdId: string, spentNanoUsd: readonly bigint[]): Promise<void> {
    if (lines.length === 0) return;
    this.#live.lift(holdId, lines);
    if (!this.#everReady) await this.#ready();
    const keys = budgetKeys(lines);
    await asked(this.#commands.trunklineSettle(keys.length, ...keys, this.#now(), holdId, TOMBSTONE_MS, SPEND_WAITS_MS, ...lines.map((_line, index) => String(spentNanoUsd[index] ?? 0n))));
  }

  async release(lines: readonly Pick<BudgetLine, "key">[], holdId: string): Promise<void> {
    if (lines.length === 0) return;
    this.#live.lift(holdId, lines);
    if (!this.#everReady) await this.#ready();
    const keys = budgetKeys(lines);
    await asked(this.#commands.trunklineRelease(keys.length, ...keys, holdId));
  }

  #now(): string { return this.#clock ? String(this.#clock()) : ""; }
  #nowMs(): number { return this.#clock ? this.#clock() : Date.now(); }

  async publish(topic: Parameters<Kv["publish"]>[0], id: string): Promise<void> {
    if (!this.#everReady) await this.#ready();
    await asked(this.#commands.publish(INVALIDATION_CHANNEL, encodeInvalidation(topic, id)));
  }

  async subscribe(...[onMessage, onGap]: Parameters<Kv["subscribe"]>): Promise<void> {
    await (this.#subscribed ??= this.#startSubscriber().catch((error: unknown) => { this.#subscribed = null; throw error; }));
    this.#listeners.add(onMessage, onGap);
  }

  async #startSubscriber(): Promise<void> {
    const subscriber = this.#subscriber;
    if (subscriber.status === "wait") subscriber.connect().catch(() => {});
    await asked(firstReady(subscriber));
    await asked(subscriber.subscribe(INVALIDATION_CHANNEL));
    subscriber.on("message", (_channel, message) => this.#listeners.message(message));
    subscriber.on("ready", () => {
      subscriber.subscribe(INVALIDATION_CHANNEL).then(() => this.#listeners.gap(), () => subscriber.disconnect(true));
    });
    this.#heartbeat = setInterval(() => {
      if (subscriber.status === "ready") subscriber.ping().catch(() => subscriber.disconnect(true));
    }, HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  async ping(): Promise<void> {
    if (!this.#everReady) await this.#ready();
    await asked(this.#commands.ping());
  }

  close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#store.close();
    this.#subscriber.disconnect();
    this.#commands.disconnect();
    return Promise.resolve();
  }
}

/** Spends that wait for their counter, by hold id. */
function waitingIn(holds: Readonly<Record<string, string>>): ReadonlyMap<string, bigint> {
  return new Map(Object.entries(holds).filter(([field, amount]) => field.endsWith("!") && amount !== "e").map(([field, amount]) => [field.slice(0, -1), BigInt(amount)]));
}

/** Amounts are read from the reply's text: a number would lose digits above 2^53. */
function refusal(lines: readonly BudgetLine[], reply: unknown): ReserveDecision {
  const [, index, spent, held] = Array.isArray(reply) ? reply : [];
  const line = lines[Number(index) - 1];
  if (!line) throw new DependencyUnavailable("redis", new RangeError("a script named no line"));
  return { reserved: false, budgetId: line.budgetId, spentNanoUsd: BigInt(String(spent)), heldNanoUsd: BigInt(String(held)) };
}
