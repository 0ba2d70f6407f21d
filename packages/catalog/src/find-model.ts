import type { CatalogModel, CatalogSnapshot } from "@trunkline/contracts";
import { SNAPSHOT_ALIASES } from "./seed.ts";

/** Names are at most this long in a preset and on the wire; longer ones are not compared. */
const NAME_LENGTH_MAX = 128;
const NEAREST_COUNT = 3;

/** Upstream name → model id; null where several models share the name. Built once per snapshot, and dropped with it. */
const upstreamIndexes = new WeakMap<CatalogSnapshot, ReadonlyMap<string, string | null>>();

function upstreamIndex(snapshot: CatalogSnapshot): ReadonlyMap<string, string | null> {
  const known = upstreamIndexes.get(snapshot);
  if (known) return known;
  const index = new Map<string, string | null>();
  for (const endpoints of snapshot.endpointsByModel.values())
    for (const { upstreamModel, model } of endpoints) index.set(upstreamModel, index.has(upstreamModel) && index.get(upstreamModel) !== model ? null : model);
  upstreamIndexes.set(snapshot, index);
  return index;
}

/** Resolves `author/slug`, a provider's own name where exactly one model bears it, or a dated name of such a model; else null. Exact match only. */
export function findModel(snapshot: CatalogSnapshot, name: string): CatalogModel | null {
  const id = snapshot.models.has(name) ? name : upstreamIndex(snapshot).get(name) ?? SNAPSHOT_ALIASES.get(name);
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

/** The three model ids closest by edit distance, with and without the author; nearest first, ties by name. For "did you mean". */
export function nearestModels(snapshot: CatalogSnapshot, name: string): readonly string[] {
  const wanted = name.slice(0, NAME_LENGTH_MAX).toLowerCase();
  return [...snapshot.models.keys()]
    .map((id) => ({ id, distance: Math.min(editDistance(wanted, id), editDistance(wanted, id.slice(id.indexOf("/") + 1))) }))
    .sort((left, right) => left.distance - right.distance || (left.id < right.id ? -1 : 1))
    .slice(0, NEAREST_COUNT)
    .map(({ id }) => id);
}
