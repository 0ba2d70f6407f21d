import type { TokenUsage } from "@trunkline/contracts";
import { arrayOf, objectOf, type JsonObject } from "@trunkline/protocol";
import { optionalCount, readCount, withParts } from "../../relay/token-usage.ts";

/**
 * Converse's `usage` → disjoint classes (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html):
 * cache reads and writes stand beside `inputTokens`; reasoning is part of the output and not told apart. null when absent or invalid.
 */
export function usageFrom(usage: JsonObject): TokenUsage | null {
  const inputTokens = readCount(usage["inputTokens"]);
  const outputTokens = readCount(usage["outputTokens"]);
  const cacheReadTokens = optionalCount(usage["cacheReadInputTokens"]);
  const cacheWriteTokens = optionalCount(usage["cacheWriteInputTokens"]);
  if (typeof inputTokens !== "number" || typeof outputTokens !== "number" || cacheReadTokens === null || cacheWriteTokens === null) return null;
  const counted: TokenUsage = { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens: 0, basis: "reported" };
  const anHour = cacheWriteTokens === 0 ? 0 : arrayOf(usage["cacheDetails"]).map(objectOf).filter(({ ttl }) => ttl === "1h").reduce((sum, detail) => sum + (optionalCount(detail["inputTokens"]) ?? 0), 0);
  return anHour === 0 ? counted : withParts(counted, { cacheWrite1hTokens: Math.min(anHour, cacheWriteTokens) });
}
