import type { TokenUsage } from "@trunkline/contracts";
import { arrayOf, objectOf, type JsonObject } from "@trunkline/protocol";
import { optionalCount, readCount, extraTier, withParts } from "../../relay/token-usage.ts";

/**
 * A response, whole: its `usage`, its tier and the searches among its items → disjoint classes (https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage):
 * cached tokens are part of the input, reasoning is part of the output. null when absent or invalid.
 */
export function usageFrom(response: JsonObject): TokenUsage | null {
  const usage = objectOf(response["usage"]);
  const input = readCount(usage["input_tokens"]);
  const output = readCount(usage["output_tokens"]);
  const details = objectOf(usage["input_tokens_details"]);
  const cached = optionalCount(details["cached_tokens"]);
  const written = optionalCount(details["cache_write_tokens"]);
  const reasoning = optionalCount(objectOf(usage["output_tokens_details"])["reasoning_tokens"]);
  if (typeof input !== "number" || typeof output !== "number" || cached === null || written === null || reasoning === null) return null;
  const cacheReadTokens = Math.min(cached, input);
  const cacheWriteTokens = Math.min(written, input - cacheReadTokens);
  // QUIRK(xai): reasoning comes on top of the output; only the total tells.
  const onTop = reasoning > output || (reasoning > 0 && usage["total_tokens"] === input + output + reasoning);
  const counted: TokenUsage = { inputTokens: input - cacheReadTokens - cacheWriteTokens, cacheReadTokens, cacheWriteTokens, outputTokens: onTop ? output : output - reasoning, reasoningTokens: reasoning, basis: "reported" };
  const tier = extraTier(response["service_tier"]);
  const webSearches = arrayOf(response["output"]).filter(isSearch).length;
  return webSearches === 0 && tier === undefined ? counted : withParts(counted, { webSearches, ...(tier === undefined ? {} : { serviceTier: tier }) });
}

/** Opening a page it found is not charged (https://platform.openai.com/docs/guides/tools-web-search). */
function isSearch(item: unknown): boolean {
  const { type, action } = objectOf(item);
  return type === "web_search_call" && (action === undefined || objectOf(action)["type"] === "search");
}
