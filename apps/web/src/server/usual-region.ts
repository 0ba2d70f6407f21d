import { regionOf } from "@trunkline/catalog";
import type { CatalogEndpoint, Region } from "@trunkline/contracts";
import { PROVIDERS, usualAddress } from "@trunkline/providers";

/** Where a model is processed at the provider's documented address. The operator's own address, or an own key's, may be elsewhere: the gateway knows. */
export function usualRegionOf({ provider, upstreamModel }: CatalogEndpoint): Region | null {
  const profile = PROVIDERS.get(provider);
  return profile ? regionOf({ provider, upstreamModel, address: usualAddress(profile) }) : null;
}
