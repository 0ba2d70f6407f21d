import { usdFromNano } from "@trunkline/contracts";
import type { Candidate, RoutePlan, UserPlan } from "./types.ts";

/** USD per million tokens and USD per request, as numbers. */
export interface ExplainedCandidate {
  readonly provider: string;
  readonly model: string;
  readonly upstream_model: string;
  readonly context_tokens: number;
  readonly max_output_tokens: number;
  readonly estimated_cost_usd: number;
  readonly max_cost_usd: number;
  readonly price: { readonly id: string; readonly input_usd_per_million: number; readonly cache_read_usd_per_million: number; readonly cache_write_usd_per_million: number; readonly output_usd_per_million: number };
  /** Only where the estimate counts on the provider's prompt cache: the share of the input, and whether this session or traffic like it showed it. */
  readonly cached_input?: { readonly share: number; readonly seen_in: "session" | "traffic" };
  readonly circuit: string;
  readonly scores: Readonly<Record<string, number>>;
  readonly last_resort: boolean;
  /** Whose credential is used; an organization's own is billed by the provider, not here. */
  readonly credential: { readonly owner: "platform" } | { readonly owner: "organization"; readonly id: string; readonly label: string };
  /** Tried only after these classes of failure; null: after any. */
  readonly after: readonly string[] | null;
  readonly timeout_ms: number | null;
}

const PLATFORM = { owner: "platform" } as const;

/** The decision as the public API and the dashboard show it: snake_case, money as US dollars, safe for JSON. An alias, so that it is a record without being copied. */
export type ExplainedPlan = {
  readonly preset: string | null;
  readonly preset_version: number | null;
  readonly rule: string | null;
  /** What the request was taken for where a rule asked; `source` is `caller` or `inferred`. */
  readonly task: { readonly label: string; readonly source: string; readonly confidence: number; readonly evidence: readonly string[] } | null;
  /** Of the end user, only where a rule asked. */
  readonly user_plan?: UserPlan;
  readonly strategy: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly candidates: readonly ExplainedCandidate[];
  readonly rejected: readonly { readonly provider: string; readonly model: string; readonly filter: string; readonly reason: string }[];
  readonly max_attempts: number;
  readonly deadline_ms: number;
};

function explainCandidate(candidate: Candidate): ExplainedCandidate {
  const { price } = candidate;
  return {
    provider: candidate.provider, model: candidate.model, upstream_model: candidate.upstreamModel, context_tokens: candidate.contextTokens, max_output_tokens: candidate.maxOutputTokens,
    estimated_cost_usd: usdFromNano(candidate.estimatedCostNanoUsd), max_cost_usd: usdFromNano(candidate.maxCostNanoUsd),
    price: {
      id: price.id, input_usd_per_million: usdFromNano(price.inputNanoUsdPerMillion), cache_read_usd_per_million: usdFromNano(price.cacheReadNanoUsdPerMillion),
      cache_write_usd_per_million: usdFromNano(price.cacheWriteNanoUsdPerMillion), output_usd_per_million: usdFromNano(price.outputNanoUsdPerMillion),
    },
    ...(candidate.cached ? { cached_input: { share: Math.round(candidate.cached.share * 1e4) / 1e4, seen_in: candidate.cached.seenIn } } : {}),
    circuit: candidate.circuit, scores: candidate.scores, last_resort: candidate.lastResort, after: candidate.after, timeout_ms: candidate.timeoutMs,
    credential: candidate.credential ? { owner: "organization", id: candidate.credential.id, label: candidate.credential.label } : PLATFORM,
  };
}

function summarise(plan: RoutePlan): string {
  const [first] = plan.candidates;
  if (first?.lastResort) return `Every circuit is open; ${first.model} at ${first.provider} is tried as a last resort.`;
  if (first) return `${first.model} at ${first.provider} is tried first, then up to ${Math.min(plan.candidates.length, plan.maxAttempts) - 1} more.`;
  if (plan.strategy === "none") return `No rule of preset ${plan.presetSlug ?? "(none)"} matches this request.`;
  return "Every candidate was filtered out; the reasons are in `rejected`.";
}

/** Behind others that are well, whoever has an open circuit is told of as set aside, with when it is asked all the same. */
function setAside(plan: RoutePlan): ExplainedPlan["rejected"] {
  const names = new Map(plan.candidates.filter(({ lastResort }) => lastResort).map((candidate) => [`${candidate.provider} ${candidate.model}`, candidate]));
  return [...names.values()].map(({ provider, model }) => ({ provider, model, filter: "circuit_open", reason: `Recent attempts at ${provider} failed; until its cooldown ends it is asked only when all others have failed.` }));
}

export function explain(plan: RoutePlan): ExplainedPlan {
  const isAnybodyWell = plan.candidates.some(({ lastResort }) => !lastResort);
  const kept = isAnybodyWell ? plan.candidates.filter(({ lastResort }) => !lastResort) : plan.candidates;
  return {
    preset: plan.presetSlug, preset_version: plan.presetVersion, rule: plan.rule, task: plan.task && { label: plan.task.task, source: plan.task.source, confidence: plan.task.confidence, evidence: plan.task.evidence }, ...(plan.userPlan ? { user_plan: plan.userPlan } : {}), strategy: plan.strategy, summary: summarise(plan),
    candidates: kept.map(explainCandidate), rejected: kept.length === plan.candidates.length ? plan.rejected : [...plan.rejected, ...setAside(plan)], max_attempts: plan.maxAttempts, deadline_ms: plan.deadlineMs,
  };
}
