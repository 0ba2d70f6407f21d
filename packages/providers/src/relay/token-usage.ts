import { describeUsageParts, type TokenUsage, type UsageParts } from "@trunkline/contracts";
import type { ChatUsage } from "@trunkline/protocol";
import type { AnswerExtras } from "../adapter.ts";

/** A likely size of a token of English text in bytes; only for what no provider reported. */
const TEXT_BYTES_PER_TOKEN = 4;

/** A count as reported: absent or null is `missing`; anything but a whole number ≥ 0 is `invalid`. */
export function readCount(value: unknown): number | "missing" | "invalid" {
  if (value === undefined || value === null) return "missing";
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : "invalid";
}

/** Absent counts as zero; null when invalid, which makes the whole usage worthless. */
export function optionalCount(value: unknown): number | null {
  const count = readCount(value);
  return count === "missing" ? 0 : count === "invalid" ? null : count;
}

/** A usage with the parts that are there: what is zero or ordinary is left out, and a usage without parts stays itself. */
export function withParts(usage: TokenUsage, parts: UsageParts): TokenUsage {
  let some = false;
  const kept: Record<string, number | string> = {};
  for (const [name, value] of Object.entries(parts)) if (value) { kept[name] = value; some = true; }
  return some ? { ...usage, parts: kept } : usage;
}

/** Tiers that every provider calls its ordinary one. */
const ORDINARY_TIERS: ReadonlySet<unknown> = new Set(["default", "standard", "standard_only", "auto", "on_demand", "scale", "unspecified"]);
/** The tier that a request asks for or an answer says it was served by; undefined for the ordinary one. */
export const extraTier = (tier: unknown): string | undefined => typeof tier === "string" && tier !== "" && tier.length <= 32 && !ORDINARY_TIERS.has(tier) ? tier : undefined;

/** For a stream that broke off before its last usage report: the input as reported, the output at least as seen. */
export function withDeliveredOutput(usage: TokenUsage, contentBytes: number): TokenUsage {
  const delivered = Math.ceil(contentBytes / TEXT_BYTES_PER_TOKEN);
  const reported = usage.outputTokens + usage.reasoningTokens;
  return delivered <= reported ? { ...usage, basis: "estimated" } : { ...usage, outputTokens: delivered - usage.reasoningTokens, basis: "estimated" };
}

/** Disjoint classes → the OpenAI wire, where cached tokens are part of the prompt and reasoning is part of the completion. */
export function chatUsageFrom(usage: TokenUsage): ChatUsage {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const completion = usage.outputTokens + usage.reasoningTokens;
  return {
    prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, ...(usage.cacheWriteTokens > 0 ? { cache_write_tokens: usage.cacheWriteTokens } : {}), ...(usage.parts?.inputAudioTokens ? { audio_tokens: usage.parts.inputAudioTokens + (usage.parts.cacheReadAudioTokens ?? 0) } : {}) },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, ...(usage.parts?.outputAudioTokens ? { audio_tokens: usage.parts.outputAudioTokens } : {}) },
  };
}

/** What the gateway adds inside a `usage` object, on every wire. */
export function costFields(usage: TokenUsage, extras: AnswerExtras): Readonly<Record<string, unknown>> {
  const cost = extras.cost(usage);
  const details = extras.costDetails ? extras.costDetails(usage) : { upstream_inference_cost: cost };
  return { cost, cost_details: usage.parts === undefined ? details : { ...details, ...describeUsageParts(usage.parts) }, ...(extras.isTest ? { is_test: true } : {}) };
}
