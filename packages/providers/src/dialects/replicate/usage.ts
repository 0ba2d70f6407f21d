import type { TokenUsage } from "@trunkline/contracts";
import { objectOf, type JsonObject } from "@trunkline/protocol";
import { readCount } from "../../relay/token-usage.ts";

/** A prediction's `metrics` → disjoint classes: Replicate tells tokens in and out (https://github.com/replicate/replicate-go/issues/52), which is also what it bills (https://replicate.com/docs/topics/billing). Null when absent or invalid. */
export function usageFrom(prediction: JsonObject): TokenUsage | null {
  const metrics = objectOf(prediction["metrics"]);
  const inputTokens = readCount(metrics["input_token_count"]);
  const outputTokens = readCount(metrics["output_token_count"]);
  if (typeof inputTokens !== "number" || typeof outputTokens !== "number") return null;
  return { inputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens, reasoningTokens: 0, basis: "reported" };
}
