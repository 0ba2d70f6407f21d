/**
 * Knows at which address each of a caller's candidates would be asked, and so where it would be processed. Consulted only for keys whose project names
 * regions. A pair is planned if one of its credentials is in place; the others are dropped once the plan has been laid out by credential.
 */
import { regionOf } from "@trunkline/catalog";
import type { AccessRule, Region } from "@trunkline/contracts";
import { allowsRegion, type Candidate, type RegionsOf, type RoutePlan } from "@trunkline/router-core";

export interface OwnAddresses {
  /** Ids of the organization's credentials at a provider. */
  idsOf(provider: string): readonly string[];
  /** Null: the provider's. */
  baseUrl(credentialId: string): string | null;
  /** Whether the platform's credential may serve in their place. */
  leavesToPlatform(provider: string): boolean;
}
export interface Addresses {
  readonly own: OwnAddresses | null;
  /** Of the platform's credential; null where it has none. */
  readonly platform: (provider: string) => string | null;
  /** Where a credential without an address of its own is sent. */
  readonly usual: (provider: string) => string;
}

export interface Places {
  readonly regionsOf: RegionsOf;
  keepAllowed(route: RoutePlan, access: readonly AccessRule[]): RoutePlan;
}

export function createPlaces({ own, platform, usual }: Addresses): Places {
  const ownAddress = (provider: string, id: string): string => own?.baseUrl(id) ?? usual(provider);
  const regionFor = ({ provider, upstreamModel, credential }: Pick<Candidate, "provider" | "upstreamModel" | "credential">): Region | null =>
    regionOf({ provider, upstreamModel, address: credential ? ownAddress(provider, credential.id) : usual(provider) });
  return {
    regionsOf: ({ provider, upstreamModel }) => {
      const addresses = (own?.idsOf(provider) ?? []).map((id) => ownAddress(provider, id));
      const platforms = own?.leavesToPlatform(provider) === false ? null : platform(provider);
      return [...addresses, ...(platforms === null ? [] : [platforms])].map((address) => regionOf({ provider, upstreamModel, address }));
    },
    keepAllowed: (route, access) => ({ ...route, candidates: route.candidates.filter((candidate) => allowsRegion(access, regionFor(candidate))) }),
  };
}
