// Makes a value that satisfies a JSON schema (the parts that tool and answer schemas use), the same one each time
// for the same words. It promises required properties, types, enums and bounds; it does not solve `pattern` or `not`.

interface Schema {
  [keyword: string]: unknown;
}

interface Source {
  root: Schema;
  /** Words to draw string values from; may be empty. */
  words: readonly string[];
}

/** Deepest nesting built; a schema that refers to itself ends here with null. */
const DEPTH_MAX = 24;
/** Most items built for an array, whatever `minItems` asks: answers stay readable. */
const ITEMS_MAX = 64;

const FORMATS: Record<string, string> = {
  date: "2025-06-01",
  "date-time": "2025-06-01T12:00:00Z",
  time: "12:00:00Z",
  duration: "P1D",
  email: "zoe@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  url: "https://example.com/",
  uuid: "7b1f6d0e-3c1a-4c55-9a3e-2f1f0c9d8e77",
};

function asSchema(value: unknown): Schema | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : null;
}

function resolveReference(reference: string, root: Schema): Schema | null {
  if (!reference.startsWith("#")) return null;
  let node: unknown = root;
  for (const step of reference.slice(1).split("/").filter((part) => part !== "")) {
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    node = asSchema(node)?.[key];
  }
  return asSchema(node);
}

function mergeAll(schema: Schema, parts: readonly unknown[]): Schema {
  const merged: Schema = { ...schema, properties: { ...asSchema(schema["properties"]) } };
  const required = new Set<unknown>(Array.isArray(schema["required"]) ? schema["required"] : []);
  for (const part of parts) {
    const one = asSchema(part) ?? {};
    const { properties, required: more, ...rest } = one;
    Object.assign(merged, rest, { properties: { ...asSchema(merged["properties"]), ...asSchema(properties) } });
    if (Array.isArray(more)) for (const name of more) required.add(name);
  }
  delete merged["allOf"];
  return { ...merged, required: [...required] };
}

function typeOf(schema: Schema): string {
  const declared = schema["type"];
  const one = Array.isArray(declared) ? (declared.find((type) => type !== "null") ?? "null") : declared;
  if (typeof one === "string") return one.toLowerCase();
  if (schema["properties"] !== undefined || schema["required"] !== undefined) return "object";
  if (schema["items"] !== undefined || schema["prefixItems"] !== undefined) return "array";
  return "string";
}

function numberOf(schema: Schema, whole: boolean): number {
  const bound = (keyword: string): number | null => {
    const value = schema[keyword];
    return typeof value === "number" ? value : null;
  };
  const step = bound("multipleOf") ?? (whole ? 1 : 0.5);
  const exclusiveLow = bound("exclusiveMinimum");
  const low = exclusiveLow ?? bound("minimum");
  const high = bound("exclusiveMaximum") ?? bound("maximum");
  if (low !== null) {
    const first = Math.ceil(low / step) * step;
    return first === exclusiveLow ? first + step : first;
  }
  if (high === null) return whole ? step * 7 : step * 5;
  if (high > 0) return 0;
  const last = Math.floor(high / step) * step;
  return last === bound("exclusiveMaximum") ? last - step : last;
}

function stringOf(schema: Schema, name: string, source: Source): string {
  const format = schema["format"];
  const known = typeof format === "string" ? FORMATS[format] : undefined;
  if (known !== undefined) return known;
  let text = source.words[0] ?? `${name || "value"} é`;
  const minLength = schema["minLength"];
  const maxLength = schema["maxLength"];
  if (typeof minLength === "number") text = text.padEnd(Math.min(minLength, 10_000), "a");
  return typeof maxLength === "number" ? [...text].slice(0, maxLength).join("") : text;
}

function objectOf(schema: Schema, source: Source, depth: number): Record<string, unknown> {
  const properties = asSchema(schema["properties"]) ?? {};
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : Object.keys(properties);
  const made: Record<string, unknown> = {};
  for (const name of required) {
    made[name] = build(asSchema(properties[name]) ?? {}, { name, source, depth: depth + 1 });
  }
  return made;
}

function arrayOf(schema: Schema, source: Source, depth: number): unknown[] {
  const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
  const minimum = schema["minItems"];
  const maximum = schema["maxItems"];
  const wanted = typeof minimum === "number" ? Number(minimum) : maximum === 0 ? 0 : 1;
  const length = Math.min(Math.max(wanted, prefix.length), ITEMS_MAX);
  const items = asSchema(schema["items"]) ?? {};
  return Array.from({ length }, (_, index) =>
    build(asSchema(prefix[index]) ?? items, { name: "item", source, depth: depth + 1 }));
}

interface Place {
  name: string;
  source: Source;
  depth: number;
}

function firstBuildable(options: readonly unknown[]): Schema {
  const schemas = options.map(asSchema).filter((option) => option !== null);
  return schemas.find((option) => option["type"] !== "null") ?? schemas[0] ?? {};
}

function build(schema: Schema, place: Place): unknown {
  if (place.depth > DEPTH_MAX) return null;
  if (schema["const"] !== undefined) return schema["const"];
  const options = schema["enum"];
  if (Array.isArray(options) && options.length > 0) return options[0];
  const deeper = { ...place, depth: place.depth + 1 };
  if (typeof schema["$ref"] === "string") {
    const target = resolveReference(schema["$ref"], place.source.root);
    return target === null ? null : build(target, deeper);
  }
  if (Array.isArray(schema["allOf"])) return build(mergeAll(schema, schema["allOf"]), deeper);
  const alternatives = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(alternatives)) return build(mergeAll(schemaWithoutAlternatives(schema), [firstBuildable(alternatives)]), deeper);
  switch (typeOf(schema)) {
    case "object": return objectOf(schema, place.source, place.depth);
    case "array": return arrayOf(schema, place.source, place.depth);
    case "integer": return numberOf(schema, true);
    case "number": return numberOf(schema, false);
    case "boolean": return true;
    case "null": return null;
    default: return stringOf(schema, place.name, place.source);
  }
}

function schemaWithoutAlternatives(schema: Schema): Schema {
  const { anyOf: _anyOf, oneOf: _oneOf, ...rest } = schema;
  return rest["properties"] === undefined && rest["required"] === undefined ? rest : { ...rest };
}

/**
 * A value for a schema; types may be written in lower case (JSON schema) or upper case (Gemini).
 * @param words proper names of the conversation, used for strings, so that arguments look as if they were understood.
 */
export function instanceOf(schema: unknown, words: readonly string[] = []): unknown {
  const root = asSchema(schema) ?? {};
  return build(root, { name: "", source: { root, words }, depth: 0 });
}
