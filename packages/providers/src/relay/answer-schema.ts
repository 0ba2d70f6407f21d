/**
 * Judges an answer by the JSON schema that its caller demanded. Both come from strangers and this runs between two requests, so it compiles
 * nothing, runs no regular expression and counts every step: no schema can hold the gateway. It promises that `breaks` is certain. What it
 * does not look at (`pattern`, `format`, `not`, conditions, unevaluated and unique items, addresses elsewhere) speaks for no answer and against none.
 */
import { isJsonObject, type JsonObject } from "@trunkline/protocol";

/** Some milliseconds on a slow core; an answer of a hundred kilobytes under a schema of a hundred fields takes a tenth of it. */
const STEPS_MAX = 100_000;
/** Nesting of schema, answer and references together: far above what models write, far below what the stack bears. */
const DEPTH_MAX = 200;
/** Characters that are read for the price of one step. */
const CHARACTERS_A_STEP = 64;
/** Quotients of decimals are not exact in binary. */
const QUOTIENT_SLACK = 1e-9;

export type Verdict = "holds" | "breaks" | "too_much";

export function judgeBySchema(answer: unknown, schema: unknown): Verdict {
  try {
    return new SchemaJudge(schema).holds(answer, schema, 0) ? "holds" : "breaks";
  } catch (error) {
    if (error instanceof TooMuch) return "too_much";
    throw error;
  }
}

class TooMuch extends Error {}

/** By each word that a type can be; one that is no word of JSON Schema says nothing. */
const TYPES = new Map<string, (value: unknown) => boolean>(Object.entries({
  null: (value) => value === null, boolean: (value) => typeof value === "boolean", string: (value) => typeof value === "string", number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value), array: (value) => Array.isArray(value), object: isJsonObject,
} satisfies Record<string, (value: unknown) => boolean>));

class SchemaJudge {
  #steps = 0;
  constructor(readonly root: unknown) {}

  holds(value: unknown, schema: unknown, depth: number): boolean {
    this.#spend(1);
    if (depth > DEPTH_MAX) throw new TooMuch();
    if (schema === false) return false;
    if (!isJsonObject(schema)) return true;
    if (value === null && schema["nullable"] === true) return true;
    return hasType(value, schema["type"]) && this.#isNamed(value, schema) && this.#combines(value, schema, depth)
      && (typeof value !== "number" || isInRange(value, schema)) && (typeof value !== "string" || this.#isOfLength(value, schema))
      && (!Array.isArray(value) || this.#holdsItems(value, schema, depth)) && (!isJsonObject(value) || this.#holdsFields(value, schema, depth));
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > STEPS_MAX) throw new TooMuch();
  }

  #isNamed(value: unknown, schema: JsonObject): boolean {
    if (Object.hasOwn(schema, "const") && !this.#equal(value, schema["const"])) return false;
    const choices = schema["enum"];
    return !Array.isArray(choices) || choices.some((choice) => this.#equal(value, choice));
  }

  /** Of `oneOf` one at least: with what is not looked at, two may seem to hold where one does. */
  #combines(value: unknown, schema: JsonObject, depth: number): boolean {
    const each = (part: unknown): boolean => this.holds(value, part, depth + 1);
    const { allOf, anyOf, oneOf, $ref } = schema;
    return (!Array.isArray(allOf) || allOf.every(each)) && (!Array.isArray(anyOf) || anyOf.some(each)) && (!Array.isArray(oneOf) || oneOf.some(each))
      && (typeof $ref !== "string" || each(this.#referred($ref)));
  }

  /** Within the document alone; any other address holds for everything. */
  #referred(reference: string): unknown {
    this.#spend(reference.length / CHARACTERS_A_STEP);
    if (reference !== "#" && !reference.startsWith("#/")) return true;
    let found: unknown = this.root;
    for (const part of reference.split("/").slice(1)) {
      const name = unescaped(part);
      if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return true;
      found = (found as JsonObject)[name];
    }
    return found;
  }

  #isOfLength(value: string, { minLength, maxLength }: JsonObject): boolean {
    if (typeof minLength !== "number" && typeof maxLength !== "number") return true;
    this.#spend(value.length / CHARACTERS_A_STEP);
    let length = 0;
    for (const _character of value) length++;
    return isWithin(length, minLength, maxLength);
  }

  #holdsItems(values: readonly unknown[], schema: JsonObject, depth: number): boolean {
    const { items, prefixItems, minItems, maxItems, additionalItems } = schema;
    if (!isWithin(values.length, minItems, maxItems)) return false;
    const [first, rest]: [readonly unknown[], unknown] = Array.isArray(items) ? [items, additionalItems] : [Array.isArray(prefixItems) ? prefixItems : [], items];
    if (first.length === 0 && rest === undefined) return true;
    return values.every((value, index) => this.holds(value, index < first.length ? first[index] : rest, depth + 1));
  }

  #holdsFields(value: JsonObject, schema: JsonObject, depth: number): boolean {
    const { required, properties, additionalProperties, patternProperties, minProperties, maxProperties } = schema;
    if (Array.isArray(required)) {
      this.#spend(required.length);
      if (!required.every((name) => typeof name !== "string" || Object.hasOwn(value, name))) return false;
    }
    const names = Object.keys(value);
    if (!isWithin(names.length, minProperties, maxProperties)) return false;
    const known = isJsonObject(properties) ? properties : {};
    // Which names a pattern takes is not looked at, so no name is known to be additional.
    const others = patternProperties === undefined ? additionalProperties : undefined;
    return names.every((name) => this.holds(value[name], Object.hasOwn(known, name) ? known[name] : others, depth + 1));
  }

  #equal(left: unknown, right: unknown): boolean {
    this.#spend(1);
    if (typeof left === "string" && typeof right === "string") this.#spend(Math.min(left.length, right.length) / CHARACTERS_A_STEP);
    if (left === right) return true;
    if (Array.isArray(left)) return Array.isArray(right) && left.length === right.length && left.every((item, index) => this.#equal(item, right[index]));
    if (!isJsonObject(left) || !isJsonObject(right)) return false;
    const names = Object.keys(left);
    return names.length === Object.keys(right).length && names.every((name) => Object.hasOwn(right, name) && this.#equal(left[name], right[name]));
  }
}

function hasType(value: unknown, type: unknown): boolean {
  const words = Array.isArray(type) ? type : [type];
  return words.length === 0 || words.some((word) => TYPES.get(String(word))?.(value) ?? true);
}

/** Bounds that are no numbers bound nothing. */
function isWithin(size: number, min: unknown, max: unknown): boolean {
  return (typeof min !== "number" || size >= min) && (typeof max !== "number" || size <= max);
}

function isInRange(value: number, { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: JsonObject): boolean {
  if (!isWithin(value, minimum, maximum)) return false;
  if ((typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) || (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum)) return false;
  if (typeof multipleOf !== "number" || multipleOf <= 0) return true;
  const quotient = value / multipleOf;
  return Math.abs(quotient - Math.round(quotient)) <= QUOTIENT_SLACK * Math.max(1, Math.abs(quotient));
}

/** Of a part of a JSON Pointer in an address. */
function unescaped(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return part;
  }
}
