import type { TokenUsage } from "@trunkline/contracts";
import { objectOf, type JsonObject } from "@trunkline/protocol";
import { readCount } from "../../relay/token-usage.ts";

/**
 * Cohere's `usage` → disjoint classes (https://docs.cohere.com/reference/chat#response.body.usage). `billed_units` is what Cohere
 * charges for; `tokens` adds the template around the prompt, which nobody pays, and `cached_tokens` is a part of those. So the
 * units count, and no class is a cache's; `tokens` where no units are told. null when absent or invalid.
 */
export function usageFrom(usage: JsonObject): TokenUsage | null {
  const counts = "billed_units" in usage ? objectOf(usage["billed_units"]) : objectOf(usage["tokens"]);
  const inputTokens = readCount(counts["input_tokens"]);
  const outputTokens = readCount(counts["output_tokens"]);
  if (typeof inputTokens !== "number" || typeof outputTokens !== "number") return null;
  return { inputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens, reasoningTokens: 0, basis: "reported" };
}
