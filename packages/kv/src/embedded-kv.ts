import type { InvalidationBus } from "./bus.ts";
import { createEmbeddedCounters } from "./embedded-counters.ts";
import type { Kv } from "./kv.ts";
import { createPostgresBus } from "./postgres-bus.ts";

export interface EmbeddedKvOptions {
  readonly databaseUrl: string;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** For exactly one gateway: counters live in its memory. Invalidations cross processes over Postgres. */
export function createEmbeddedKv({ databaseUrl, clock }: EmbeddedKvOptions): Kv {
  return composeEmbeddedKv(createPostgresBus({ databaseUrl }), clock);
}

export function composeEmbeddedKv(bus: InvalidationBus, clock?: () => number): Kv {
  const counters = createEmbeddedCounters(clock ? { clock } : {});
  return {
    takeRate: (buckets) => counters.takeRate(buckets),
    takeLimits: (ask) => counters.takeLimits(ask),
    returnLimits: (ask, usedTokens) => counters.returnLimits(ask, usedTokens),
    reserve: (lines, holdId, amountsNanoUsd, holdMs) => counters.reserve(lines, holdId, amountsNanoUsd, holdMs),
    settle: (lines, holdId, spentNanoUsd) => counters.settle(lines, holdId, spentNanoUsd),
    release: (lines, holdId) => counters.release(lines, holdId),
    publish: (topic, id) => bus.publish(topic, id),
    subscribe: (onMessage, onGap) => bus.subscribe(onMessage, onGap),
    ping: () => bus.ping(),
    close: () => bus.close(),
  };
}
