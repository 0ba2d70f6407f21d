/**
 * Decides which losses rule a candidate out before anything is sent: by default those that an answer hangs on (tools, an input,
 * the demanded form), with `strict` every one, with `allow` none, and with `provider.require_parameters` every dropped parameter.
 * A request that could lose nothing costs nothing here. What is lost all the same is reported by the adapter with the answer.
 */
import type { LossPolicy, PublishedPreset } from "@trunkline/contracts";
import { adapterFor, demandsOf, essentialLosses, PROVIDERS, type Call, type Demands } from "@trunkline/providers";
import type { LossesOf, RoutePlan } from "@trunkline/router-core";
import type { InboundFacts } from "../stages.ts";

export interface LossGuard {
  readonly losses: LossesOf;
  /** Where nobody can carry the caller's tools of other types than functions: the rest must still be carried. Null where the caller wants all or nothing. */
  readonly relaxed: LossesOf | null;
}

/** Undefined where no candidate can be ruled out. */
export function lossGuard(call: Call, facts: Pick<InboundFacts, "losses" | "needs" | "preferences">, preset: Pick<PublishedPreset, "document"> | null): LossGuard | undefined {
  const policy: LossPolicy = facts.losses ?? preset?.document.losses ?? "warn";
  if (policy === "strict") return { losses: (target) => reportedLosses(call, target), relaxed: null };
  const required = facts.preferences.requireParameters === true;
  if (required) return { losses: (target) => reportedLosses(call, target).filter((loss) => loss.startsWith("dropped:")), relaxed: null };
  return policy === "allow" || (facts.needs.length === 0 && call.body["functions"] === undefined) ? undefined : essentialGuard(call);
}

/** What the adapter itself would report. Throws GatewayError caller.invalid_request for a body that cannot be translated. */
export function reportedLosses(call: Call, target: Parameters<LossesOf>[0]): readonly string[] {
  const profile = PROVIDERS.get(target.provider);
  return profile ? adapterFor(target.provider, { inbound: call.inbound, upstreamModel: target.upstreamModel }).prepare(call, { ...target, baseUrl: profile.baseUrl }).losses : [];
}

function essentialGuard(call: Call): LossGuard {
  let demands: Demands | null = null;
  const demanded = (): Demands => demands ??= demandsOf(call);
  return {
    losses: ({ provider }) => essentialLosses(demanded(), call, provider),
    relaxed: ({ provider }) => essentialLosses({ ...demanded(), toolTypes: new Set() }, call, provider),
  };
}

/** Plans within the guard; where that leaves nobody, an unknown tool is given up before the request is. */
export function planWithin(guard: LossGuard, plan: (losses: LossesOf) => RoutePlan): RoutePlan {
  const route = plan(guard.losses);
  return guard.relaxed && route.candidates.length === 0 && route.rejected.some(({ filter }) => filter === "losses") ? plan(guard.relaxed) : route;
}
