export * from "./api-key.ts";
export type { RandomSource } from "./base62.ts";
export * from "./envelope.ts";
export * from "./receipt.ts";
export * from "./types.ts";
export * from "./versioned-secrets.ts";
