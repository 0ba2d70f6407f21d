/** Which (provider, model) pairs a target stands for. Worked out once per catalogue and name, so that a plan allocates nothing for it. */
import type { CatalogModel, CatalogSnapshot, PresetDocument, PresetTarget } from "@trunkline/contracts";
import { priceKey } from "@trunkline/contracts";
import type { Pair } from "./filters.ts";

export interface Expansion {
  readonly pairs: readonly Pair[];
  /** Said where there is no pair. */
  readonly problem: string | null;
}

const TIER = "tier:";
const SET = "set:";
/** By the catalogue and what a target names. Sets belong to one document, so those hang on it. */
const expansions = new WeakMap<CatalogSnapshot, Map<string, Expansion>>();
const setExpansions = new WeakMap<CatalogSnapshot, WeakMap<PresetDocument, Map<string, Expansion>>>();
/** Names come from callers too, who could make up any number: beyond this a name is expanded each time. */
const KEPT_MAX = 20_000;

function pairsOfModel(catalog: CatalogSnapshot, model: CatalogModel): readonly Pair[] {
  return (catalog.endpointsByModel.get(model.id) ?? []).map((endpoint) => ({ endpoint, model, prices: catalog.prices.get(priceKey(endpoint.provider, model.id)) ?? [] }));
}

const reference = (pair: Pair): bigint => { const price = pair.prices.at(-1); return price ? price.inputNanoUsdPerMillion + price.outputNanoUsdPerMillion : 0n; };
const byPrice = (left: Pair, right: Pair): number => (reference(left) < reference(right) ? -1 : reference(left) > reference(right) ? 1 : 0);

function expand(name: string, catalog: CatalogSnapshot, document: PresetDocument | null): Expansion {
  if (name.startsWith(TIER)) {
    const pairs = [...catalog.models.values()].filter((model) => model.tier === name.slice(TIER.length) && model.kind !== "embedding").flatMap((model) => pairsOfModel(catalog, model)).filter((pair) => pair.prices.length > 0).sort(byPrice);
    return { pairs, problem: pairs.length > 0 ? null : `The catalogue has no priced model of the tier ${name.slice(TIER.length)}.` };
  }
  if (name.startsWith(SET)) {
    const members = document?.sets?.[name.slice(SET.length)];
    const pairs = (members ?? []).flatMap((id) => { const model = catalog.models.get(id); return model ? pairsOfModel(catalog, model) : []; });
    return { pairs, problem: pairs.length > 0 ? null : members ? `No provider serves a model of the set ${name.slice(SET.length)}.` : `The preset has no set ${name.slice(SET.length)}.` };
  }
  const model = catalog.models.get(name);
  const pairs = model ? pairsOfModel(catalog, model) : [];
  return { pairs, problem: pairs.length > 0 ? null : model ? `No provider serves ${name}.` : `The catalogue has no model ${name}.` };
}

function pinned(whole: Expansion, provider: string, name: string): Expansion {
  const pairs = whole.pairs.filter((pair) => pair.endpoint.provider === provider);
  return { pairs, problem: pairs.length > 0 ? null : whole.problem ?? `${provider} does not serve ${name}.` };
}

function mapFor(catalog: CatalogSnapshot, document: PresetDocument | null, name: string): Map<string, Expansion> {
  if (document && name.startsWith(SET)) {
    let byDocument = setExpansions.get(catalog);
    if (!byDocument) setExpansions.set(catalog, byDocument = new WeakMap());
    let map = byDocument.get(document);
    if (!map) byDocument.set(document, map = new Map());
    return map;
  }
  let map = expansions.get(catalog);
  if (!map) expansions.set(catalog, map = new Map());
  return map;
}

export function expandTarget({ model: name, provider }: PresetTarget, catalog: CatalogSnapshot, document: PresetDocument | null): Expansion {
  const map = mapFor(catalog, document, name);
  const key = provider === undefined ? name : `${name} ${provider}`;
  const known = map.get(key);
  if (known) return known;
  const whole = expand(name, catalog, document);
  const made = provider === undefined ? whole : pinned(whole, provider, name);
  if (map.size < KEPT_MAX) map.set(key, made);
  return made;
}
