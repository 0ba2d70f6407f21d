/** What is asked of the sums, and what they are made of; the same whatever they are read from. */
import type { BookMode } from "@trunkline/contracts";

export type UsageDimension = "model" | "provider" | "key" | "project" | "preset" | "user" | "session" | "status";
/** What the kept sums can be narrowed by: of each dimension named, its values, and no others. An empty value is its absence. */
export const FILTER_DIMENSIONS = ["model", "provider", "key", "preset", "status"] as const satisfies readonly UsageDimension[];
export type UsageFilters = { readonly [Name in (typeof FILTER_DIMENSIONS)[number]]?: readonly string[] | undefined };
/** `only` keeps one group of another dimension: the second level of a table. */
export interface UsageRange { readonly filters?: UsageFilters | undefined; readonly projectId?: string | undefined; readonly mode: BookMode; readonly from: Date; readonly to: Date; readonly only?: { readonly dimension: Exclude<UsageDimension, "user" | "session">; readonly key: string } | undefined }
export interface UsageSums {
  readonly requests: bigint; readonly failed: bigint; readonly rescued: bigint; readonly attempts: bigint;
  readonly inputTokens: bigint; readonly cacheReadTokens: bigint; readonly cacheWriteTokens: bigint; readonly outputTokens: bigint; readonly reasoningTokens: bigint;
  readonly chargeNanoUsd: bigint; readonly costNanoUsd: bigint; /** Of the cost: what no customer pays. */ readonly absorbedNanoUsd: bigint; readonly ttftMsSum: bigint; readonly ttftCount: bigint;
}
export interface UsageGroup extends UsageSums { readonly key: string; readonly label: string }
export const USAGE_SUM_NAMES = ["requests", "failed", "rescued", "attempts", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "absorbedNanoUsd", "ttftMsSum", "ttftCount"] as const satisfies readonly (keyof UsageSums)[];
