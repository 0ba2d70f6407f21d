export * from "./built-in-presets.ts";
export { CircuitBook } from "./circuit-book.ts";
export type { AttemptOutcome, CircuitBookOptions, CircuitKey } from "./circuit-book.ts";
export { compilePreset } from "./compile-preset.ts";
export * from "./disposition.ts";
export * from "./explain.ts";
export { DEADLINE_MS, MAX_ATTEMPTS, plan } from "./plan.ts";
export * from "./retry-decision.ts";
export * from "./types.ts";
