import type { Failure } from "@trunkline/contracts";
import { DISPOSITION } from "./disposition.ts";
import type { Candidate, RoutePlan } from "./types.ts";

/** Failures that say nothing about the credential that was used. */
const PROVIDER_IS_DOWN: ReadonlySet<Failure["class"]> = new Set(["overloaded", "server_error", "timeout", "network", "protocol_violation"]);

export interface RetryDecision {
  /** Index into `plan.candidates`; null: give up. */
  readonly next: number | null;
  /** For the attempt's record and the explanation. */
  readonly reason: string;
}

/**
 * What the attempt loop does after `failure` of the candidate at `index`: the next allowed candidate, or null. `attemptsMade` counts the failed
 * one. The caller still checks its deadline and whether content was already delivered. A provider that is down is down for every
 * credential: after such a failure the next provider goes before the next credential.
 */
export function retryDecision(plan: RoutePlan, index: number, failure: Failure, attemptsMade: number = index + 1): RetryDecision {
  const failed = plan.candidates[index];
  const { tryNext } = DISPOSITION[failure.class];
  if (!failed || tryNext === "never") return { next: null, reason: `${failure.class} ends the request: another candidate would fare no better` };
  if (attemptsMade >= plan.maxAttempts) return { next: null, reason: `all ${plan.maxAttempts} attempts are used` };
  const allowed: Record<typeof tryNext, (candidate: Candidate) => boolean> = {
    always: () => true,
    larger_context: (candidate) => candidate.contextTokens > failed.contextTokens,
    different_credential: (candidate) => candidate.provider !== failed.provider || candidate.credential?.id !== failed.credential?.id,
  };
  const elsewhere = failed.credential && PROVIDER_IS_DOWN.has(failure.class) ? plan.candidates.findIndex((candidate, position) => position > index && (candidate.provider !== failed.provider || candidate.model !== failed.model)) : -1;
  const next = elsewhere >= 0 ? elsewhere : plan.candidates.findIndex((candidate, position) => position > index && allowed[tryNext](candidate));
  return next < 0 ? { next: null, reason: `no further candidate after ${failure.class}` } : { next, reason: `${failure.class}: next candidate` };
}

/** The index alone. */
export const nextCandidateIndex = (plan: RoutePlan, index: number, failure: Failure, attemptsMade: number = index + 1): number | null =>
  retryDecision(plan, index, failure, attemptsMade).next;
