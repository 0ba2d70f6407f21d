import { Validator, type Schema } from "@cfworker/json-schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeBySchema } from "./answer-schema.ts";

const closed = (properties: Record<string, unknown>) => ({ type: "object", properties, required: Object.keys(properties), additionalProperties: false });
const INVOICE = { ...closed({ total: { type: "number", minimum: 0 }, lines: { type: "array", items: { $ref: "#/$defs/line" }, minItems: 1 }, note: { anyOf: [{ type: "string", maxLength: 3 }, { type: "null" }] } }), $defs: { line: closed({ sku: { type: "string" }, kind: { enum: ["goods", "work"] } }) } };
const LINE = { sku: "a", kind: "goods" };
const TREE = closed({ value: { type: "integer" }, below: { type: "array", items: { $ref: "#" } } });

describe("an answer under the schema that was demanded", () => {
  it.each<[string, unknown, unknown]>([
    ["every field in its form", { total: 1, lines: [LINE], note: null }, INVOICE], ["a short text beside null", { total: 0, lines: [LINE, LINE], note: "a🙂b" }, INVOICE],
    ["a tree in a tree", { value: 1, below: [{ value: 2, below: [] }] }, TREE], ["a whole number that is written as a fraction", JSON.parse('{"value":1.0,"below":[]}'), TREE],
    ["null where it may be null", null, { type: "string", nullable: true }], ["decimals that are multiples", 0.3, { multipleOf: 0.1 }], ["no schema at all", "x", null],
    ["a text that no pattern is asked about", "x", { type: "string", pattern: "^y$", format: "email" }], ["a name that a pattern may take", { x_1: 1 }, { type: "object", patternProperties: { "^x": {} }, additionalProperties: false }],
    ["two of one", 5, { oneOf: [{ type: "number" }, { type: "integer", pattern: "x" }] }], ["an address elsewhere", 1, { $ref: "https://example.com/schema" }], ["an address of nothing", 1, { $ref: "#/$defs/none" }], ["a type that JSON does not have", 1, { type: "decimal" }],
  ])("holds: %s", (_title, answer, schema) => {
    expect(judgeBySchema(answer, schema)).toBe("holds");
  });

  it.each<[string, unknown, unknown]>([
    ["a field is missing", { total: 1, lines: [LINE] }, INVOICE], ["a field too many", { total: 1, lines: [LINE], note: null, more: 1 }, INVOICE], ["a text for a number", { total: "1", lines: [LINE], note: null }, INVOICE],
    ["deep in a list a word that is none of the choices", { total: 1, lines: [LINE, { sku: "b", kind: "other" }], note: null }, INVOICE], ["too few", { total: 1, lines: [], note: null }, INVOICE], ["too long", { total: 1, lines: [LINE], note: "four" }, INVOICE],
    ["below the bound", { total: -1, lines: [LINE], note: null }, INVOICE], ["in a tree in a tree", { value: 1, below: [{ value: "2", below: [] }] }, TREE], ["a fraction for a whole number", { value: 1.5, below: [] }, TREE],
    ["another constant", { a: [1, 2] }, { const: { a: [1, 3] } }], ["what may never be", 1, false], ["the second of a pair", [1, 2], { prefixItems: [{ type: "number" }, { type: "string" }] }], ["a name that every object inherits", {}, { required: ["toString"] }],
  ])("breaks: %s", (_title, answer, schema) => {
    expect(judgeBySchema(answer, schema)).toBe("breaks");
  });

  it.each<[string, unknown, unknown]>([
    ["refers to itself without end", 1, { $ref: "#" }],
    ["doubles with every reference", 1, { $defs: Object.fromEntries(Array.from({ length: 60 }, (_item, at) => [`d${at}`, { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] }])), $ref: "#/$defs/d0" }],
    ["asks each of many items about many choices", Array.from({ length: 5_000 }, () => "z"), { items: { enum: [...Array.from({ length: 5_000 }, (_item, at) => at), "z"] } }],
    ["compares long texts over and over", Array.from({ length: 2_000 }, () => `${"x".repeat(20_000)}a`), { items: { enum: ["b", "a"].map((end) => `${"x".repeat(20_000)}${end}`) } }],
  ])("ends within its bound, and judges nothing, where a schema %s", (_title, answer, schema) => {
    expect(judgeBySchema(answer, schema)).toBe("too_much");
  });

  it("judges as a whole validator does, for whatever is written in the words that it knows", () => {
    const { schema } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
      schema: fc.oneof({ depthSize: "small" },
        fc.record({ type: fc.constantFrom("string", "number", "integer", "boolean", "null", "array", "object") }),
        fc.record({ type: fc.constantFrom(["string", "null"], ["integer", "object"]) }), fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 3 }) }), fc.record({ const: fc.jsonValue({ maxDepth: 1 }) }),
        fc.record({ minimum: fc.integer({ min: -2, max: 2 }), exclusiveMaximum: fc.integer({ min: -2, max: 5 }) }), fc.record({ minLength: fc.nat(2), maxLength: fc.nat(4) }),
        fc.record({ type: fc.constant("array"), items: tie("schema"), maxItems: fc.nat(4) }), fc.record({ prefixItems: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }), items: fc.oneof(fc.constant(false), tie("schema")) }),
        fc.record({ type: fc.constant("object"), properties: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("schema")), required: fc.subarray(["a", "b"]), additionalProperties: fc.oneof(fc.boolean(), tie("schema")) }),
        fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }), fc.record({ allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) })),
    }));
    const value = fc.oneof(fc.letrec((tie) => ({ any: fc.oneof({ depthSize: "small" }, fc.constantFrom(null, true, "", "ab", "🙂", 0, 1, -1, 1.5), fc.dictionary(fc.constantFrom("a", "b", "c", "d"), tie("any")), fc.array(tie("any"), { maxLength: 3 })) })).any, fc.jsonValue({ maxDepth: 2 }));
    fc.assert(fc.property(schema, value, (wanted, answer) => {
      const plain: unknown = JSON.parse(JSON.stringify(answer));
      const asked = JSON.parse(JSON.stringify(wanted)) as Schema;
      expect(judgeBySchema(plain, asked)).toBe(new Validator(asked, "2020-12").validate(plain).valid ? "holds" : "breaks");
    }), { numRuns: 1_000 });
  });
});
