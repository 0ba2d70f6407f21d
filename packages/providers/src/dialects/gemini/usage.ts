import type { TokenUsage } from "@trunkline/contracts";
import { objectOf, type JsonObject } from "@trunkline/protocol";
import { optionalCount, readCount, withParts } from "../../relay/token-usage.ts";

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
  const counted: TokenUsage = { inputTokens: prompt - cacheReadTokens + toolUse, cacheReadTokens, cacheWriteTokens: 0, outputTokens, reasoningTokens, basis: "reported" };
  const [heard, cachedAudio, spoken, drawn] = [tokensOf(metadata["promptTokensDetails"], "AUDIO"), tokensOf(metadata["cacheTokensDetails"], "AUDIO"), tokensOf(metadata["candidatesTokensDetails"], "AUDIO"), tokensOf(metadata["candidatesTokensDetails"], "IMAGE")];
  if (heard + spoken + drawn === 0) return counted;
  const cacheReadAudioTokens = Math.min(cachedAudio, heard, cacheReadTokens);
  const outputAudioTokens = Math.min(spoken, outputTokens);
  return withParts(counted, { inputAudioTokens: Math.min(heard - cacheReadAudioTokens, counted.inputTokens), cacheReadAudioTokens, outputAudioTokens, outputImageTokens: Math.min(drawn, outputTokens - outputAudioTokens) });
}

/** Of one modality in a list of `ModalityTokenCount`; 0 where it is not there or no count. Images in a prompt cost what text costs. */
function tokensOf(details: unknown, modality: string): number {
  if (!Array.isArray(details)) return 0;
  for (const detail of details) {
    const { modality: name, tokenCount } = objectOf(detail);
    if (name === modality) return optionalCount(tokenCount) ?? 0;
  }
  return 0;
}
