import { arrayOf, isJsonObject, objectOf, textOf, type JsonObject } from "@trunkline/protocol";

/** Deeper nesting is cut to a plain object: it stops endless references, and the API refuses it anyway. */
const DEPTH_MAX = 12;
/** https://ai.google.dev/api/caching#Schema */
const KEPT = new Set([
  "title", "description", "nullable", "format", "maxItems", "minItems", "required", "minProperties", "maxProperties", "minLength", "maxLength", "pattern", "minimum", "maximum", "propertyOrdering",
]);
const TRANSLATED = new Set(["type", "enum", "const", "properties", "items", "anyOf", "oneOf", "allOf", "$ref", "$defs", "definitions", "$schema", "$id"]);
const STRING_FORMATS = new Set(["enum", "date-time"]);
/** Say nothing that the answer's form depends on. */
const SILENT = new Set(["$schema", "$id", "additionalProperties", "default", "examples", "example", "$comment", "strict"]);

interface Cleaning { readonly root: JsonObject; readonly losses: Set<string> }

/** JSON Schema → the subset that this API takes. Adds each keyword it had to leave out to `losses`. */
export function cleanSchema(schema: unknown, losses: Set<string>): JsonObject {
  const root = objectOf(schema);
  return clean(root, { root, losses }, 0);
}

function clean(schema: JsonObject, cleaning: Cleaning, depth: number): JsonObject {
  if (depth > DEPTH_MAX) return { type: "object" };
  const reference = textOf(schema["$ref"]);
  if (reference) return clean({ ...resolve(cleaning.root, reference), ...without(schema, "$ref") }, cleaning, depth + 1);
  const all = arrayOf(schema["allOf"]).map(objectOf);
  if (all.length > 0) return clean(all.reduce(merge, without(schema, "allOf")), cleaning, depth + 1);
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (KEPT.has(key)) out[key] = value;
    else if (!TRANSLATED.has(key) && !SILENT.has(key)) cleaning.losses.add(key);
  }
  setType(out, schema, cleaning);
  setChildren(out, schema, { ...cleaning, depth });
  const required = arrayOf(out["required"]).filter((name) => Object.hasOwn(objectOf(out["properties"]), String(name)));
  if (required.length > 0) out["required"] = required; else delete out["required"];
  return out;
}

function setType(out: Record<string, unknown>, schema: JsonObject, { losses }: Cleaning): void {
  const types = (Array.isArray(schema["type"]) ? schema["type"] : [schema["type"]]).filter((type): type is string => typeof type === "string");
  const real = types.filter((type) => type !== "null");
  if (types.length > real.length) out["nullable"] = true;
  const values = "const" in schema ? [schema["const"]] : arrayOf(schema["enum"]);
  const texts = values.filter((value): value is string => typeof value === "string");
  if (values.includes(null)) out["nullable"] = true;
  if (texts.length > 0) { out["enum"] = texts; out["type"] = "string"; }
  else if (values.length > 0) losses.add("enum");
  if (real.length > 1) { out["anyOf"] = real.map((type) => ({ type })); return; }
  if (real[0]) out["type"] = real[0];
  else if (!out["type"] && isJsonObject(schema["properties"])) out["type"] = "object";
  if (out["type"] === "string" && out["format"] !== undefined && !STRING_FORMATS.has(textOf(out["format"]))) { delete out["format"]; losses.add("format"); }
}

function setChildren(out: Record<string, unknown>, schema: JsonObject, cleaning: Cleaning & { readonly depth: number }): void {
  const child = (value: unknown): JsonObject => clean(objectOf(value), cleaning, cleaning.depth + 1);
  const properties = Object.entries(objectOf(schema["properties"]));
  if (properties.length > 0) out["properties"] = Object.fromEntries(properties.map(([name, value]) => [name, child(value)]));
  if (isJsonObject(schema["items"])) out["items"] = child(schema["items"]);
  else if (out["type"] === "array") out["items"] = { type: "string" };
  const options = [...arrayOf(schema["anyOf"]), ...arrayOf(schema["oneOf"])].map(objectOf);
  const real = options.filter((option) => option["type"] !== "null");
  if (real.length < options.length) out["nullable"] = true;
  if (real.length === 1 && real[0]) Object.assign(out, child(real[0]));
  else if (real.length > 1) out["anyOf"] = real.map(child);
}

function resolve(root: JsonObject, reference: string): JsonObject {
  let value: unknown = root;
  for (const step of reference.replace(/^#\/?/, "").split("/").filter(Boolean)) value = objectOf(value)[step.replace(/~1/g, "/").replace(/~0/g, "~")];
  return objectOf(value);
}

function merge(into: JsonObject, more: JsonObject): JsonObject {
  const properties = { ...objectOf(into["properties"]), ...objectOf(more["properties"]) };
  const required = [...new Set([...arrayOf(into["required"]), ...arrayOf(more["required"])])];
  return { ...into, ...more, ...(Object.keys(properties).length > 0 ? { properties } : {}), ...(required.length > 0 ? { required } : {}) };
}

function without(schema: JsonObject, key: string): JsonObject {
  const { [key]: _left, ...rest } = schema;
  return rest;
}
