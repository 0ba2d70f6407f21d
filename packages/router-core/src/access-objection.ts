import { allowsModel, allowsProvider, type AccessRule } from "@trunkline/contracts";
import { dataPolicyOf } from "@trunkline/catalog";

/** The filter of whatever the caller's own side does not let serve: no retry and no other provider changes it. */
export const NOT_ALLOWED = "not_allowed";

/** Why key or project does not let a pair serve. Comes before every other filter: what is not allowed is not called away or too dear. */
export function accessObjection(provider: string, model: string, rules: readonly AccessRule[]): readonly [filter: string, reason: string] | null {
  for (const rule of rules) {
    const reason = reasonAgainst(provider, model, rule);
    if (reason !== null) return [NOT_ALLOWED, reason];
  }
  return null;
}

function reasonAgainst(provider: string, model: string, { owner, models, providers, noTraining, zeroRetention }: AccessRule): string | null {
  if (!allowsModel(models, model)) return `The ${owner} does not allow ${model}.`;
  if (!allowsProvider(providers, provider)) return `The ${owner} does not allow ${provider}.`;
  if (!noTraining && !zeroRetention) return null;
  const policy = dataPolicyOf(provider);
  if (noTraining && policy.trains) return `The ${owner} allows no training, and no published term of ${provider} says that it does not train on data.`;
  if (zeroRetention && policy.retains) return `The ${owner} allows no retention, and no published term of ${provider} says that it keeps nothing.`;
  return null;
}
