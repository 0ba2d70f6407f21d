import type { TokenUsage } from "@trunkline/contracts";
import { objectOf, type JsonObject } from "@trunkline/protocol";
import { optionalCount, readCount, extraTier, withParts } from "../../relay/token-usage.ts";

/**
 * Anthropic's `usage` → disjoint classes (https://docs.anthropic.com/en/api/messages#response-usage): cache reads and writes
 * stand beside `input_tokens`, the writes also by how long they are kept; thinking is part of the output and told apart only by newer API versions. null when absent or invalid.
 */
export function usageFrom(usage: JsonObject): TokenUsage | null {
  const inputTokens = readCount(usage["input_tokens"]);
  const output = readCount(usage["output_tokens"]);
  const cacheReadTokens = optionalCount(usage["cache_read_input_tokens"]);
  const cacheWriteTokens = optionalCount(usage["cache_creation_input_tokens"]);
  const thinking = optionalCount(objectOf(usage["output_tokens_details"])["thinking_tokens"]);
  if (typeof inputTokens !== "number" || typeof output !== "number" || cacheReadTokens === null || cacheWriteTokens === null || thinking === null) return null;
  const reasoningTokens = Math.min(thinking, output);
  const counted: TokenUsage = { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens: output - reasoningTokens, reasoningTokens, basis: "reported" };
  const anHour = objectOf(usage["cache_creation"])["ephemeral_1h_input_tokens"];
  const searches = objectOf(usage["server_tool_use"])["web_search_requests"];
  const tier = extraTier(usage["service_tier"]);
  if (!anHour && !searches && tier === undefined) return counted;
  const [cacheWrite1hTokens, webSearches] = [optionalCount(anHour), optionalCount(searches)];
  if (cacheWrite1hTokens === null || webSearches === null) return null;
  return withParts(counted, { cacheWrite1hTokens: Math.min(cacheWrite1hTokens, cacheWriteTokens), webSearches, ...(tier === undefined ? {} : { serviceTier: tier }) });
}

/** `message_delta` repeats or corrects what `message_start` said: the last value of each field counts, never a sum. */
export function mergeUsage(earlier: JsonObject, later: JsonObject): JsonObject {
  const present = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...Object.fromEntries(present) };
}
