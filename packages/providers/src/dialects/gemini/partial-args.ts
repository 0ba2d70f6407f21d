import { arrayOf, objectOf, textOf, type JsonObject } from "@trunkline/protocol";

/** An index beyond this is no list but an attack on memory. */
const INDEX_MAX = 10_000;

/** Arguments that arrive as (path, value) pieces, strings in several: `$.items[0].name` (https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc). */
export class PartialArgs {
  readonly value = bare();

  add(pieces: unknown): void {
    for (const piece of arrayOf(pieces).map(objectOf)) this.#set(steps(textOf(piece["jsonPath"])), piece);
  }

  #set(path: readonly (string | number)[], piece: JsonObject): void {
    let holder: Record<string | number, unknown> = this.value;
    for (const [at, step] of path.entries()) {
      if (typeof step === "number" ? step > INDEX_MAX : Array.isArray(holder)) return;
      if (at === path.length - 1) holder[step] = "stringValue" in piece ? textOf(holder[step]) + textOf(piece["stringValue"]) : piece["numberValue"] ?? piece["boolValue"] ?? null;
      else holder = (holder[step] ??= typeof path[at + 1] === "number" ? [] : bare()) as Record<string | number, unknown>;
    }
  }
}

/** Without a prototype: a path may name `constructor` or `__proto__`. */
const bare = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

function steps(path: string): (string | number)[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[['"]([^'"]+)['"]\]/g)].map((match) => (match[2] !== undefined ? Number(match[2]) : match[1] ?? match[3] ?? ""));
}
