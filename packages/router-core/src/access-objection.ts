import { allowsModel, allowsProvider, type AccessRule, type CatalogEndpoint, type Region } from "@trunkline/contracts";
import { dataPolicyOf } from "@trunkline/catalog";

/** The filter of whatever the caller's own side does not let serve: no retry and no other provider changes it. */
export const NOT_ALLOWED = "not_allowed";

/** Where a pair would be processed, a region for each address that may be asked: null is one that promises none. */
export type RegionsOf = (endpoint: CatalogEndpoint) => readonly (Region | null)[];

/** Why key or project does not let a pair serve. Comes before every other filter: what is not allowed is not called away or too dear. */
export function accessObjection(endpoint: CatalogEndpoint, rules: readonly AccessRule[], regionsOf: RegionsOf): readonly [filter: string, reason: string] | null {
  for (const rule of rules) {
    const reason = reasonAgainst(endpoint, rule) ?? placeReason(endpoint, rule, regionsOf);
    if (reason !== null) return [NOT_ALLOWED, reason];
  }
  return null;
}

/** Whether every rule lets a request be processed there. */
export const allowsRegion = (rules: readonly AccessRule[], region: Region | null): boolean => rules.every(({ regions }) => regions.length === 0 || (region !== null && regions.includes(region)));

function placeReason(endpoint: CatalogEndpoint, rule: AccessRule, regionsOf: RegionsOf): string | null {
  if (rule.regions.length === 0 || regionsOf(endpoint).some((region) => allowsRegion([rule], region))) return null;
  return `The ${rule.owner} allows processing in ${rule.regions.join(", ")} only, and ${endpoint.provider} does not promise that for ${endpoint.model} at the address it has here.`;
}

function reasonAgainst({ provider, model }: CatalogEndpoint, { owner, models, providers, noTraining, zeroRetention }: AccessRule): string | null {
  if (!allowsModel(models, model)) return `The ${owner} does not allow ${model}.`;
  if (!allowsProvider(providers, provider)) return `The ${owner} does not allow ${provider}.`;
  if (!noTraining && !zeroRetention) return null;
  const policy = dataPolicyOf(provider);
  if (noTraining && policy.trains) return `The ${owner} allows no training, and no published term of ${provider} says that it does not train on data.`;
  if (zeroRetention && policy.retains) return `The ${owner} allows no retention, and no published term of ${provider} says that it keeps nothing.`;
  return null;
}
