import type { TokenUsage } from "@trunkline/contracts";
import { objectOf, type JsonObject } from "@trunkline/protocol";
import { optionalCount, readCount, extraTier, withParts } from "../../relay/token-usage.ts";

/**
 * OpenAI's `usage` → disjoint classes (https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage): cached
 * tokens are part of the prompt, reasoning is part of the completion, audio and images of either. The answer names its tier beside the usage. null when absent or invalid.
 */
export function usageFrom(usage: JsonObject, serviceTier?: unknown): TokenUsage | null {
  const prompt = readCount(usage["prompt_tokens"]);
  const completion = readCount(usage["completion_tokens"]);
  if (typeof prompt !== "number" || typeof completion !== "number") return null;
  const promptDetails = objectOf(usage["prompt_tokens_details"]);
  // QUIRK(deepseek, moonshot): the cache stands beside the details.
  const cached = optionalCount(promptDetails["cached_tokens"] ?? usage["prompt_cache_hit_tokens"] ?? usage["cached_tokens"]);
  const written = optionalCount(promptDetails["cache_write_tokens"]);
  const within = objectOf(usage["completion_tokens_details"])["reasoning_tokens"];
  const reasoning = optionalCount(within ?? usage["reasoning_tokens"]);
  if (cached === null || written === null || reasoning === null) return null;
  const cacheReadTokens = Math.min(cached, prompt);
  const cacheWriteTokens = Math.min(written, prompt - cacheReadTokens);
  // QUIRK(xai): reasoning comes on top of the completion; only the total tells. QUIRK(perplexity): also on top, and beside the details.
  const onTop = (within === undefined && reasoning > 0) || reasoning > completion || (reasoning > 0 && usage["total_tokens"] === prompt + completion + reasoning);
  const counted: TokenUsage = {
    inputTokens: prompt - cacheReadTokens - cacheWriteTokens, cacheReadTokens, cacheWriteTokens,
    outputTokens: onTop ? completion : completion - reasoning, reasoningTokens: reasoning, basis: "reported",
  };
  const heard = promptDetails["audio_tokens"];
  const seen = promptDetails["image_tokens"];
  const spoken = objectOf(usage["completion_tokens_details"])["audio_tokens"];
  const tier = extraTier(serviceTier);
  return !heard && !seen && !spoken && tier === undefined ? counted : withMedia(counted, { heard, seen, spoken, tier });
}

/** Cached audio is not told apart from cached text, so what is above the fresh input was cached. */
function withMedia(counted: TokenUsage, told: { readonly heard: unknown; readonly seen: unknown; readonly spoken: unknown; readonly tier: string | undefined }): TokenUsage | null {
  const [heard, seen, spoken] = [optionalCount(told.heard), optionalCount(told.seen), optionalCount(told.spoken)];
  if (heard === null || seen === null || spoken === null) return null;
  const inputAudioTokens = Math.min(heard, counted.inputTokens);
  return withParts(counted, {
    inputAudioTokens, inputImageTokens: Math.min(seen, counted.inputTokens - inputAudioTokens), cacheReadAudioTokens: Math.min(heard - inputAudioTokens, counted.cacheReadTokens),
    outputAudioTokens: Math.min(spoken, counted.outputTokens), ...(told.tier === undefined ? {} : { serviceTier: told.tier }),
  });
}

/** Reports over a stream: the last value of each field counts, never a sum. */
export function mergeUsage(earlier: JsonObject, later: JsonObject): JsonObject {
  const present = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...Object.fromEntries(present) };
}
