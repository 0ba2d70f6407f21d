export type { BudgetLine, Kv, RateBucket, RateDecision, RateState, ReserveDecision } from "./kv.ts";
export type { InvalidationBus } from "./bus.ts";
export { createKv } from "./create-kv.ts";
export { DependencyUnavailable } from "./dependency-unavailable.ts";
export { composeEmbeddedKv, createEmbeddedKv } from "./embedded-kv.ts";
export { inspectRedis } from "./inspect-redis.ts";
export type { RedisReport } from "./inspect-redis.ts";
export { BUDGET_LIMIT_NANO_USD_MAX } from "./limits.ts";
export { createRedisKv } from "./redis-kv.ts";
