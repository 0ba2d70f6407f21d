/**
 * An OpenAPI document as the reference page shows it: operations with their parameters, the fields of their bodies, an example and what may
 * come back. Decides how deep a body is laid out and what an example holds; everything said comes from the document itself.
 */
type Json = Readonly<Record<string, unknown>>;

export interface ReferenceField { readonly name: string; readonly type: string; readonly required: boolean; readonly note: string }
export interface ReferenceOperation {
  readonly id: string; readonly method: string; readonly path: string; readonly summary: string;
  readonly parameters: readonly ReferenceField[]; readonly body: readonly ReferenceField[]; readonly returned: readonly ReferenceField[]; readonly example: string; readonly answers: readonly { readonly status: string; readonly text: string }[];
}
export interface ReferenceSection { readonly id: string; readonly title: string; readonly baseUrl: string; readonly operations: readonly ReferenceOperation[] }
interface Source { readonly id: string; readonly title: string; readonly baseUrl: string; readonly keyName: string; /** Bodies that say more than the required fields, by path. */ readonly examples?: Json }

/** Deeper than this a body is the wire of a provider, which its own reference explains. */
const DEPTH_MAX = 3;
const METHODS = ["get", "post", "put", "patch", "delete"] as const;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

function resolve(schema: unknown, root: Json): Json {
  if (!isObject(schema)) return {};
  const reference = text(schema["$ref"]);
  if (!reference.startsWith("#/")) return schema;
  const found = reference.slice(2).split("/").reduce<unknown>((at, part) => (isObject(at) ? at[part] : undefined), root);
  return isObject(found) ? found : {};
}

/** The choices of a schema without "or null": absent and null mean the same on every path. */
function choicesOf(schema: Json, root: Json): Json[] {
  const union = [...list(schema["anyOf"]), ...list(schema["oneOf"])];
  if (union.length === 0) return [schema];
  return union.map((one) => resolve(one, root)).filter((one) => one["type"] !== "null").flatMap((one) => choicesOf(one, root));
}

function typeOf(schema: Json, root: Json): string {
  const names = choicesOf(schema, root).map((one) => {
    if (one["const"] !== undefined) return JSON.stringify(one["const"]);
    if (Array.isArray(one["enum"])) return one["enum"].map((value) => JSON.stringify(value)).join(" | ");
    if (one["type"] === "array") return `${typeOf(resolve(one["items"], root), root)}[]`;
    const type = Array.isArray(one["type"]) ? one["type"].filter((name) => name !== "null").join(" | ") : text(one["type"]);
    return type === "" ? "any" : type;
  });
  return [...new Set(names)].join(" | ");
}

const BOUNDS = [["minimum", "at least", ""], ["maximum", "at most", ""], ["maxLength", "at most", " characters"], ["maxItems", "at most", " items"], ["default", "default", ""]] as const;
/** zod writes these for "no bound of its own". */
const isBound = (value: unknown): boolean => value !== undefined && Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER;

function noteOf(schema: Json, root: Json): string {
  const choices = choicesOf(schema, root);
  const described = text(schema["description"]) || choices.map((one) => text(one["description"])).find((one) => one !== "") || "";
  const bounds = BOUNDS.flatMap(([name, words, unit]) => {
    const value = schema[name] ?? choices.map((one) => one[name]).find((one) => one !== undefined);
    return isBound(value) ? [`${words} ${JSON.stringify(value)}${unit}`] : [];
  });
  return [described, bounds.join(", ")].filter((one) => one !== "").join("; ");
}

function fieldsOf(schema: Json, root: Json, prefix = "", depth = 1): ReferenceField[] {
  const seen = new Set<string>();
  return choicesOf(schema, root).flatMap((one) => {
    const required = new Set(list(one["required"]));
    return Object.entries(isObject(one["properties"]) ? one["properties"] : {}).flatMap(([name, raw]) => {
      const whole = `${prefix}${name}`;
      if (seen.has(whole)) return [];
      seen.add(whole);
      const inner = resolve(raw, root);
      const field = { name: whole, type: typeOf(inner, root), required: required.has(name), note: noteOf(inner, root) };
      return [field, ...(depth < DEPTH_MAX ? nestedOf(inner, root, whole, depth + 1) : [])];
    });
  });
}

function nestedOf(schema: Json, root: Json, name: string, depth: number): ReferenceField[] {
  const known = new Set<string>();
  return choicesOf(schema, root).flatMap((one) => (one["type"] === "array" ? fieldsOf(resolve(one["items"], root), root, `${name}[].`, depth) : fieldsOf(one, root, `${name}.`, depth)))
    .filter((field) => !known.has(field.name) && known.add(field.name));
}

/** The smallest body that has every required field. */
function sampleOf(schema: Json, root: Json): unknown {
  const [one = {}] = choicesOf(schema, root);
  if (one["const"] !== undefined) return one["const"];
  if (one["default"] !== undefined) return one["default"];
  if (Array.isArray(one["enum"])) return one["enum"][0];
  if (one["type"] === "array") return [sampleOf(resolve(one["items"], root), root)];
  if (one["type"] === "object" || isObject(one["properties"])) {
    const properties = isObject(one["properties"]) ? one["properties"] : {};
    return Object.fromEntries(list(one["required"]).map((name) => [String(name), sampleOf(resolve(properties[String(name)], root), root)]));
  }
  if (one["type"] === "integer" || one["type"] === "number") return Math.max(1, Number(one["minimum"] ?? 1));
  return one["type"] === "boolean" ? true : "…";
}

/** Of the answer when all went well. What is nested deeper is the resource's own matter, and stands in the document. */
function answerFields(operation: Json, root: Json): ReferenceField[] {
  const responses = isObject(operation["responses"]) ? operation["responses"] : {};
  const done = resolve(Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1], root)["content"];
  const media = isObject(done) && isObject(done["application/json"]) ? done["application/json"] : null;
  const schema = media ? resolve(media["schema"], root) : {};
  return schema["type"] === "array" ? fieldsOf(resolve(schema["items"], root), root, "[].", DEPTH_MAX) : fieldsOf(schema, root, "", DEPTH_MAX - 1);
}

function operationOf(path: string, method: string, operation: Json, root: Json, source: Source): ReferenceOperation {
  const parameters = list(operation["parameters"]).map((one) => resolve(one, root));
  const content = resolve(operation["requestBody"], root)["content"];
  const media = isObject(content) && isObject(content["application/json"]) ? content["application/json"] : null;
  const body = media && resolve(media["schema"], root);
  const sample = source.examples?.[path] ?? (body ? sampleOf(body, root) : null);
  const lines = [`curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}${source.baseUrl}${path}`, `  -H "Authorization: Bearer $${source.keyName}"`, ...(body ? [`  -H "Content-Type: application/json"`, `  -d '${JSON.stringify(sample, null, 2).replaceAll("\n", "\n  ")}'`] : [])];
  return {
    id: `${source.id}-${method}-${path.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "")}`, method: method.toUpperCase(), path, summary: text(operation["summary"]),
    parameters: parameters.map((one) => ({ name: text(one["name"]), type: `${typeOf(resolve(one["schema"], root), root)}, in ${text(one["in"])}`, required: one["required"] === true, note: text(one["description"]) || noteOf(resolve(one["schema"], root), root) })),
    body: body ? fieldsOf(body, root) : [], returned: answerFields(operation, root), example: lines.join(" \\\n"),
    answers: Object.entries(isObject(operation["responses"]) ? operation["responses"] : {}).map(([status, answer]) => ({ status, text: text(resolve(answer, root)["description"]) })),
  };
}

export function referenceOf(document: unknown, source: Source): ReferenceSection {
  const root = isObject(document) ? document : {};
  const paths = isObject(root["paths"]) ? root["paths"] : {};
  return {
    id: source.id, title: source.title, baseUrl: source.baseUrl,
    operations: Object.entries(paths).flatMap(([path, methods]) => METHODS.flatMap((method) => {
      const operation = isObject(methods) ? methods[method] : undefined;
      return isObject(operation) ? [operationOf(path, method, operation, root, source)] : [];
    })),
  };
}

/** Every word must occur in method, path, summary, or the name of a field. */
export function findOperations(section: ReferenceSection, words: string): readonly ReferenceOperation[] {
  const wanted = words.trim().toLowerCase().split(/\s+/);
  return section.operations.filter((one) => {
    const haystack = `${one.method} ${one.path} ${one.summary} ${[...one.parameters, ...one.body].map(({ name }) => name).join(" ")}`.toLowerCase();
    return wanted.every((word) => haystack.includes(word));
  });
}
