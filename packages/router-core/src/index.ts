export * from "./built-in-presets.ts";
export { CircuitBook } from "./circuit-book.ts";
export type { AttemptOutcome, CircuitBookOptions, CircuitKey } from "./circuit-book.ts";
export * from "./disposition.ts";
export * from "./explain.ts";
export { conditionHolds, matchRule } from "./match-rule.ts";
export { DEADLINE_MS, MAX_ATTEMPTS, plan } from "./plan.ts";
export * from "./retry-decision.ts";
export * from "./types.ts";
