import { randomUUID } from "node:crypto";
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
  // Emptied by the process's end and never before.
  const epoch = randomUUID();
  return {
    takeRate: (buckets) => counters.takeRate(buckets),
    takeLimits: (ask) => counters.takeLimits(ask),
    returnLimits: (ask, usedTokens) => counters.returnLimits(ask, usedTokens),
    reserve: (lines, holdId, amountsNanoUsd, holdMs) => counters.reserve(lines, holdId, amountsNanoUsd, holdMs),
    settle: (lines, holdId, spentNanoUsd) => counters.settle(lines, holdId, spentNanoUsd),
    release: (lines, holdId) => counters.release(lines, holdId),
    announceSpent: (lines, holdId, spentNanoUsd) => counters.announceSpent(lines, holdId, spentNanoUsd),
    epoch,
    askEpoch: () => Promise.resolve(epoch),
    onEmptied: () => undefined,
    publish: (topic, id) => bus.publish(topic, id),
    subscribe: (onMessage, onGap) => bus.subscribe(onMessage, onGap),
    ping: () => bus.ping(),
    close: () => bus.close(),
  };
}
