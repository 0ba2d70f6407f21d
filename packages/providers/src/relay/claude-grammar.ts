/**
 * Which JSON Schemas Claude can be held to while it writes, so that an answer or a tool's arguments cannot break them. Its grammar takes less than
 * OpenAI's: whatever is not listed here would be a 400, and is left to the means that take any schema. https://platform.claude.com/docs/en/build-with-claude/structured-outputs
 */
import { arrayOf, isJsonObject, textOf, type ChatTool, type JsonObject } from "@trunkline/protocol";

/** Claude from 4.5 on, at Anthropic and on Amazon Bedrock. On Vertex AI an organization's policy forbids it unless it was changed. */
const CONSTRAINED = /claude-(?:opus|sonnet|haiku)-(?:4-[5-9]|[5-9])(?!\d)/;
export const constrainsOutput = (upstreamModel: string): boolean => CONSTRAINED.test(upstreamModel);

/** Of all grammars of a request together. */
const OPTIONAL_MAX = 24;
const UNIONS_MAX = 16;
const STRICT_TOOLS_MAX = 20;

const FORMATS: ReadonlySet<unknown> = new Set(["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"]);
/** Say nothing of what is valid. */
const COMMENTS: ReadonlySet<string> = new Set(["$schema", "$id", "$comment", "examples", "deprecated", "readOnly", "writeOnly"]);
const KEPT: ReadonlySet<string> = new Set(["type", "title", "description", "default", "enum", "const", "anyOf", "allOf", "$ref", "$defs", "definitions", "properties", "required", "additionalProperties", "items", "minItems", "format"]);
const LOCAL = /^#\/(?:\$defs|definitions)\/([^/]+)$/;

/** What is left of the bounds for the grammars that follow in the same request. */
export class GrammarRoom {
  #optional = OPTIONAL_MAX;
  #unions = UNIONS_MAX;
  #tools = STRICT_TOOLS_MAX;

  /** The parameters of a function that the caller calls strict. */
  takeTool(tool: ChatTool): JsonObject | null {
    if (tool.type !== "function" || !tool.function?.strict || this.#tools === 0) return null;
    const grammar = this.take(tool.function.parameters);
    if (grammar !== null) this.#tools -= 1;
    return grammar;
  }

  /** The schema as Claude takes it; null where it would be refused. Takes its room only where it fits. */
  take(schema: unknown): JsonObject | null {
    if (!isJsonObject(schema) || schema["type"] !== "object") return null;
    const walk = new Walk({ ...definitionsOf(schema, "definitions"), ...definitionsOf(schema, "$defs") });
    const grammar = walk.node(schema, []);
    if (grammar === null || walk.optional > this.#optional || walk.unions > this.#unions) return null;
    this.#optional -= walk.optional;
    this.#unions -= walk.unions;
    return grammar;
  }
}

const definitionsOf = (schema: JsonObject, name: string): JsonObject => isJsonObject(schema[name]) ? schema[name] : {};
const isPrimitive = (value: unknown): boolean => value === null || ["string", "number", "boolean"].includes(typeof value);

class Walk {
  optional = 0;
  unions = 0;
  readonly #definitions: JsonObject;

  constructor(definitions: JsonObject) { this.#definitions = definitions; }

  /** `within`: definitions that are being read; one inside itself is a recursion. */
  node(schema: unknown, within: readonly string[]): JsonObject | null {
    if (!isJsonObject(schema) || !this.#isPlain(schema)) return null;
    if (Array.isArray(schema["type"]) || schema["anyOf"] !== undefined) this.unions += 1;
    const made: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(schema)) {
      if (COMMENTS.has(key)) continue;
      const taken = this.#value(key, value, within);
      if (taken === undefined) return null;
      made[key] = taken;
    }
    return made;
  }

  /** Whether every keyword but those that hold schemas is one that the grammar knows. */
  #isPlain(schema: JsonObject): boolean {
    if (Object.keys(schema).some((key) => !KEPT.has(key) && !COMMENTS.has(key))) return false;
    if (schema["format"] !== undefined && !FORMATS.has(schema["format"])) return false;
    if (schema["minItems"] !== undefined && schema["minItems"] !== 0 && schema["minItems"] !== 1) return false;
    if (schema["enum"] !== undefined && !arrayOf(schema["enum"]).every(isPrimitive)) return false;
    return !this.#isOpenObject(schema);
  }

  /** Of an object whose fields are not all named nothing can be promised. */
  #isOpenObject(schema: JsonObject): boolean {
    const isObject = schema["type"] === "object" || arrayOf(schema["type"]).includes("object") || schema["properties"] !== undefined;
    if (!isObject) return schema["additionalProperties"] !== undefined;
    const required = new Set(arrayOf(schema["required"]));
    this.optional += Object.keys(isJsonObject(schema["properties"]) ? schema["properties"] : {}).filter((name) => !required.has(name)).length;
    return schema["additionalProperties"] !== false;
  }

  #value(key: string, value: unknown, within: readonly string[]): unknown {
    switch (key) {
      case "properties": case "$defs": case "definitions": return this.#each(value, within);
      case "items": return this.node(value, within) ?? undefined;
      case "anyOf": return this.#all(value, within);
      case "allOf": return arrayOf(value).some((one) => isJsonObject(one) && one["$ref"] !== undefined) ? undefined : this.#all(value, within);
      case "$ref": return this.#isFinite(textOf(value), within) ? value : undefined;
      default: return value;
    }
  }

  #each(value: unknown, within: readonly string[]): JsonObject | undefined {
    if (!isJsonObject(value)) return undefined;
    const made: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(value)) {
      const taken = this.node(schema, within);
      if (taken === null) return undefined;
      made[name] = taken;
    }
    return made;
  }

  #all(value: unknown, within: readonly string[]): readonly JsonObject[] | undefined {
    const made = arrayOf(value).map((schema) => this.node(schema, within));
    return made.length > 0 && made.every((one) => one !== null) ? made : undefined;
  }

  #isFinite(reference: string, within: readonly string[]): boolean {
    const name = LOCAL.exec(reference)?.[1];
    if (name === undefined || within.includes(name) || this.#definitions[name] === undefined) return false;
    return new Walk(this.#definitions).node(this.#definitions[name], [...within, name]) !== null;
  }
}
