import type { TokenUsage } from "@trunkline/contracts";
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
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, ...(usage.cacheWriteTokens > 0 ? { cache_write_tokens: usage.cacheWriteTokens } : {}) },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

/** What the gateway adds inside a `usage` object, on every wire. */
export function costFields(usage: TokenUsage, extras: AnswerExtras): Readonly<Record<string, unknown>> {
  const cost = extras.cost(usage);
  return { cost, cost_details: extras.costDetails ? extras.costDetails(usage) : { upstream_inference_cost: cost }, ...(extras.isTest ? { is_test: true } : {}) };
}
