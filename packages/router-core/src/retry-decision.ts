import type { Failure } from "@trunkline/contracts";
import { DISPOSITION } from "./disposition.ts";
import type { Candidate, RoutePlan } from "./types.ts";

/** Failures that say nothing about the credential that was used. */
const PROVIDER_IS_DOWN: ReadonlySet<Failure["class"]> = new Set(["overloaded", "server_error", "timeout", "network", "protocol_violation"]);
/** A limit is the provider's, whatever its model. */
const IS_LIMIT: ReadonlySet<Failure["class"]> = new Set(["rate_limited", "quota_exhausted"]);

export interface RetryDecision {
  /** Index into `plan.candidates`; null: give up. */
  readonly next: number | null;
  /** For the attempt's record and the explanation. */
  readonly reason: string;
}

type Fits = (candidate: Candidate) => boolean;

/** Candidates that still may be asked, by their place in the plan. */
export type IsLeft = (index: number) => boolean;

/** What cures each class of failure, best first: a limit is a provider's, so another provider goes before another model of the same. */
function fitting(failure: Failure, failed: Candidate): readonly Fits[] {
  const sameEndpoint: Fits = (candidate) => candidate.provider === failed.provider && candidate.model === failed.model;
  const cures: Fits = (candidate) => candidate.after !== null && candidate.after.includes(failure.class) && !sameEndpoint(candidate);
  const ordinary: Fits = (candidate) => candidate.after === null;
  const elsewhere: Fits = (candidate) => ordinary(candidate) && candidate.provider !== failed.provider;
  switch (DISPOSITION[failure.class].tryNext) {
    case "never": return [cures];
    case "larger_context": return [(candidate) => cures(candidate) && candidate.contextTokens > failed.contextTokens, (candidate) => ordinary(candidate) && candidate.contextTokens > failed.contextTokens];
    case "different_credential": return [(candidate) => ordinary(candidate) && (candidate.provider !== failed.provider || candidate.credential?.id !== failed.credential?.id)];
    case "always":
      if (failed.credential) return PROVIDER_IS_DOWN.has(failure.class) ? [cures, (candidate) => ordinary(candidate) && !sameEndpoint(candidate), ordinary] : [cures, ordinary];
      return IS_LIMIT.has(failure.class) ? [cures, elsewhere, ordinary] : [cures, ordinary];
  }
}

/**
 * What the attempt loop does after `failure` of the candidate at `index`: the best of those that are left, or null. One that an earlier
 * failure jumped over is still left, so nobody able is forgotten. The caller still checks its deadline and whether content was already
 * delivered. A provider that is down is down for every credential: after such a failure the next provider goes before the next credential.
 */
export function retryDecision(plan: RoutePlan, index: number, failure: Failure, { attemptsMade = index + 1, isLeft = (position) => position > index }: { readonly attemptsMade?: number; readonly isLeft?: IsLeft } = {}): RetryDecision {
  const failed = plan.candidates[index];
  const { tryNext } = DISPOSITION[failure.class];
  if (failed && attemptsMade < plan.maxAttempts) {
    for (const fits of fitting(failure, failed)) {
      const next = plan.candidates.findIndex((candidate, position) => position !== index && isLeft(position) && fits(candidate));
      if (next >= 0) return { next, reason: `${failure.class}: next candidate` };
    }
  }
  if (!failed || tryNext === "never") return { next: null, reason: `${failure.class} ends the request: another candidate would fare no better` };
  return attemptsMade >= plan.maxAttempts ? { next: null, reason: `all ${plan.maxAttempts} attempts are used` } : { next: null, reason: `no further candidate after ${failure.class}` };
}

/** Who comes after a candidate that was not tried at all; null: nobody. */
export function nextOrdinary(plan: RoutePlan, isLeft: IsLeft): number | null {
  for (let next = 0; next < plan.candidates.length; next++) if (plan.candidates[next]?.after === null && isLeft(next)) return next;
  return null;
}
