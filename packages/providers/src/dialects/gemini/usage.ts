import type { TokenUsage } from "@trunkline/contracts";
import type { JsonObject } from "@trunkline/protocol";
import { optionalCount, readCount } from "../../relay/token-usage.ts";

/**
 * `usageMetadata` → disjoint classes (https://ai.google.dev/api/generate-content#UsageMetadata): cached tokens are part of the
 * prompt, thoughts stand beside the candidates, tool-use prompts beside the prompt. null when absent or invalid.
 */
export function usageFrom(metadata: JsonObject): TokenUsage | null {
  const prompt = readCount(metadata["promptTokenCount"]);
  const cached = optionalCount(metadata["cachedContentTokenCount"]);
  const outputTokens = optionalCount(metadata["candidatesTokenCount"]);
  const reasoningTokens = optionalCount(metadata["thoughtsTokenCount"]);
  const toolUse = optionalCount(metadata["toolUsePromptTokenCount"]);
  if (typeof prompt !== "number" || cached === null || outputTokens === null || reasoningTokens === null || toolUse === null) return null;
  const cacheReadTokens = Math.min(cached, prompt);
  return { inputTokens: prompt - cacheReadTokens + toolUse, cacheReadTokens, cacheWriteTokens: 0, outputTokens, reasoningTokens, basis: "reported" };
}
