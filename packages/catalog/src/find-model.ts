import type { CatalogModel, CatalogSnapshot } from "@trunkline/contracts";
import { SNAPSHOT_ALIASES } from "./seed.ts";

/** Names are at most this long in a preset and on the wire; longer ones are not compared. */
const NAME_LENGTH_MAX = 128;
const NEAREST_COUNT = 3;

/** What else denotes a model, by name: a provider's own name, and the id without its author. Null where several models share one. Built once per snapshot, and dropped with it. */
interface Names { readonly upstream: ReadonlyMap<string, string | null>; readonly slugs: ReadonlyMap<string, string | null> }
const namesOf = new WeakMap<CatalogSnapshot, Names>();

function indexNames(snapshot: CatalogSnapshot): Names {
  const known = namesOf.get(snapshot);
  if (known) return known;
  const upstream = new Map<string, string | null>();
  const slugs = new Map<string, string | null>();
  const add = (index: Map<string, string | null>, name: string, id: string): void => { index.set(name, index.has(name) && index.get(name) !== id ? null : id); };
  for (const endpoints of snapshot.endpointsByModel.values()) for (const { upstreamModel, model } of endpoints) add(upstream, upstreamModel, model);
  for (const id of snapshot.models.keys()) add(slugs, slugOf(id), id);
  const names = { upstream, slugs };
  namesOf.set(snapshot, names);
  return names;
}

const slugOf = (id: string): string => id.slice(id.indexOf("/") + 1);

/**
 * Resolves `author/slug`, a provider's own name or the slug alone where exactly one model bears it, a dated name of such a model, and any of these behind
 * its model's author (`anthropic/claude-sonnet-4-5`, as other gateways write it); else null. Exact match only.
 */
export function findModel(snapshot: CatalogSnapshot, name: string): CatalogModel | null {
  const model = snapshot.models.get(name) ?? named(snapshot, name);
  if (model || !name.includes("/")) return model;
  const bare = named(snapshot, slugOf(name));
  return bare && name === `${bare.author}/${slugOf(name)}` ? bare : null;
}

function named(snapshot: CatalogSnapshot, name: string): CatalogModel | null {
  const { upstream, slugs } = indexNames(snapshot);
  const id = upstream.get(name) ?? SNAPSHOT_ALIASES.get(name) ?? (upstream.has(name) ? null : slugs.get(name));
  return (id && snapshot.models.get(id)) || null;
}

/** Levenshtein distance, two rows of memory. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** The three of `names` closest by edit distance, nearest first, ties by name. */
export function nearestNames(names: Iterable<string>, name: string): readonly string[] {
  const wanted = name.slice(0, NAME_LENGTH_MAX).toLowerCase();
  return [...names].map((one) => ({ one, distance: editDistance(wanted, one) })).sort((left, right) => left.distance - right.distance || (left.one < right.one ? -1 : 1)).slice(0, NEAREST_COUNT).map(({ one }) => one);
}

/** The three model ids closest by edit distance, with and without the author; nearest first, ties by name. For "did you mean". */
export function nearestModels(snapshot: CatalogSnapshot, name: string): readonly string[] {
  const wanted = name.slice(0, NAME_LENGTH_MAX).toLowerCase();
  return [...snapshot.models.keys()]
    .map((id) => ({ id, distance: Math.min(editDistance(wanted, id), editDistance(wanted, slugOf(id))) }))
    .sort((left, right) => left.distance - right.distance || (left.id < right.id ? -1 : 1))
    .slice(0, NEAREST_COUNT)
    .map(({ id }) => id);
}
