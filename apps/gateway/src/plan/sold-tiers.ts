// Whether a service tier that the caller asks for (`service_tier`: flex, priority, …) may be bought at the platform's expense. It promises that nothing is served at a price that
// nobody knows: on the platform's credentials only where the price version names the tier, on an organization's own wherever the provider takes it. A provider to whom
// the field does not go serves as ever; its adapter reports the loss.
import { tierPerMille } from "@trunkline/catalog";
import type { Candidate, RejectedCandidate, RoutePlan } from "@trunkline/router-core";

export function withSoldTiers(route: RoutePlan, tier: string, carries: (candidate: Candidate) => boolean): RoutePlan {
  const isSold = (candidate: Candidate): boolean => candidate.credential !== undefined || tierPerMille(candidate.price, tier) !== undefined || !carries(candidate);
  const unsold = route.candidates.filter((candidate) => !isSold(candidate));
  if (unsold.length === 0) return route;
  const rejected = unsold.map(({ provider, model }): RejectedCandidate => ({ provider, model, filter: "service_tier", reason: `${provider} has no price for ${model} by the service tier "${tier.slice(0, 32)}", and nothing is served unpriced.` }));
  return { ...route, candidates: route.candidates.filter((candidate) => !unsold.includes(candidate)), rejected: [...route.rejected, ...rejected] };
}
