import { estimateTokens, rate } from "@trunkline/catalog";
import { countedSpend, ownKeyFee, ZERO_USAGE, type Budget, type Spend, type TokenUsage } from "@trunkline/contracts";
import type { Observation } from "@trunkline/providers";
import type { Candidate } from "@trunkline/router-core";

/** What we pay the provider for a usage. On an organization's own credential nothing: the provider bills the organization. */
export const ratedCost = (usage: TokenUsage, candidate: Candidate): bigint => candidate.credential ? 0n : rate(usage, candidate.price);

/** What the customer pays us for a usage: its price or, on an own credential, the plan's fee on it. */
export const ratedCharge = (usage: TokenUsage, { credential, price }: Candidate): bigint => credential ? feeOn(() => rate(usage, price), credential) : rate(usage, price);

const feeOn = (listNanoUsd: () => bigint, { feeBasisPoints = 0 }: NonNullable<Candidate["credential"]>): bigint => feeBasisPoints === 0 ? 0n : ownKeyFee(listNanoUsd(), feeBasisPoints);

/** The most that a candidate can cost the customer: what is reserved before the attempt. */
export const chargeMax = ({ credential, maxCostNanoUsd }: Candidate): bigint => credential ? feeOn(() => maxCostNanoUsd, credential) : maxCostNanoUsd;

/** What the provider bills the organization itself for a usage, on the organization's own credential; else nothing. */
export const ownSpend = (usage: TokenUsage, { credential, price }: Candidate): bigint => credential ? rate(usage, price) : 0n;

/** The same of the two books that budgets may count. */
export const spendMax = (candidate: Candidate): Spend => ({ chargeNanoUsd: chargeMax(candidate), ownNanoUsd: candidate.credential ? candidate.maxCostNanoUsd : 0n });

/** Tokens of an answer that broke off: as reported, but never fewer than what was delivered. */
export function deliveredUsage({ usage, contentBytes }: Pick<Observation, "usage" | "contentBytes">, inputTokens: number): TokenUsage {
  const outputTokens = estimateTokens(contentBytes);
  if (usage === null) return { ...ZERO_USAGE, inputTokens, outputTokens, basis: "estimated" };
  return usage.outputTokens + usage.reasoningTokens >= outputTokens ? usage : { ...usage, outputTokens: outputTokens - usage.reasoningTokens, basis: "estimated" };
}

/** Two attempts that made one answer together. */
export function joinedUsage(first: TokenUsage, second: TokenUsage): TokenUsage {
  return {
    inputTokens: first.inputTokens + second.inputTokens, cacheReadTokens: first.cacheReadTokens + second.cacheReadTokens, cacheWriteTokens: first.cacheWriteTokens + second.cacheWriteTokens,
    outputTokens: first.outputTokens + second.outputTokens, reasoningTokens: first.reasoningTokens + second.reasoningTokens, basis: first.basis === "reported" ? second.basis : first.basis,
  };
}

/** What is charged: the usage at its price, where a guess never costs more than what was reserved for the call. */
export function chargeFor(usage: TokenUsage, candidate: Candidate): bigint {
  const rated = ratedCharge(usage, candidate);
  return usage.basis === "reported" || rated < chargeMax(candidate) ? rated : chargeMax(candidate);
}

/** No text has more bytes a token than this with the tokenizers of 2026: scripts of three-byte letters reach about nine. A token of English has four. */
const BYTES_PER_TOKEN_MAX = 10;

/**
 * Bytes of an answer's text beyond which it has for sure used more output than was reserved, because the provider does not keep to the limit it was
 * given: the stream then ends. One comparison a chunk, and never too early for a provider that does.
 */
export const answerBytesMax = ({ maxOutputTokens }: Pick<Candidate, "maxOutputTokens">, answers: number): number => maxOutputTokens * answers * BYTES_PER_TOKEN_MAX;

/** How the key of a budget's counter begins. Budgets that also count own keys have counters of their own, so that one that begins or ends to count them is read from the ledger anew. */
const OF_ALL = "budget-own";
export const lineKind = ({ countsOwnKeys }: Pick<Budget, "countsOwnKeys">): string => countsOwnKeys ? OF_ALL : "budget";

/** What a counter counts of a spend. Known by its key alone, which is all that a restart finds of it. */
export const lineSpend = (key: string, spend: Spend): bigint => countedSpend(spend, key.startsWith(`${OF_ALL}:`));
