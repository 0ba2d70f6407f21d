import { describe, expect, it } from "vitest";
import { constrainsOutput, GrammarRoom } from "./claude-grammar.ts";

const closed = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({ type: "object", properties, required: Object.keys(properties), additionalProperties: false, ...more });
const take = (schema: unknown) => new GrammarRoom().take(schema);

describe("a schema that Claude is held to", () => {
  it.each([
    ["of every plain type, nested, with enums, unions and formats", closed({ a: { type: "string", format: "date-time", description: "d" }, b: { type: ["integer", "null"] }, c: { type: "array", minItems: 1, items: closed({ d: { enum: ["x", 1, null] }, e: { anyOf: [{ type: "number" }, { const: true }] } }) } })],
    ["with definitions that are used twice", closed({ a: { $ref: "#/$defs/P" }, b: { $ref: "#/$defs/P" } }, { $defs: { P: closed({ x: { type: "number" } }) } })],
  ])("%s goes as it is", (_, schema) => { expect(take(schema)).toEqual(schema); });

  it("goes without what only speaks to readers of the schema", () => {
    expect(take(closed({ a: { type: "string", examples: ["x"] } }, { $schema: "https://json-schema.org/draft/2020-12/schema" }))).toEqual(closed({ a: { type: "string" } }));
  });

  it.each([
    ["an object with fields that nobody named", { type: "object", properties: {} }],
    ["a bound on a number", closed({ a: { type: "integer", minimum: 1 } })],
    ["a pattern", closed({ a: { type: "string", pattern: "^a" } })],
    ["a longer least length of a list", closed({ a: { type: "array", minItems: 2, items: { type: "string" } } })],
    ["a recursion", closed({ a: { $ref: "#/$defs/N" } }, { $defs: { N: closed({ next: { anyOf: [{ $ref: "#/$defs/N" }, { type: "null" }] } }) } })],
    ["a reference elsewhere", closed({ a: { $ref: "https://x.test/s.json" } })],
    ["an enum of objects", closed({ a: { enum: [{ a: 1 }] } })],
    ["a list at the root", { type: "array", items: { type: "string" } }],
    ["an unknown keyword", closed({ a: { type: "string", "x-widget": "area" } })],
    ["a boolean in a schema's place", closed({ a: true })],
    ["no schema", null],
  ])("is not one with %s", (_, schema) => { expect(take(schema)).toBeNull(); });

  it("leaves room for others of the request, until the bounds of all together are reached", () => {
    const room = new GrammarRoom();
    const optional = (count: number) => closed(Object.fromEntries(Array.from({ length: count }, (__, at) => [`f${at}`, { type: "string" }])), { required: [] });
    expect(room.take(optional(20))).not.toBeNull();
    expect(room.take(optional(5))).toBeNull();
    expect(room.take(optional(4))).not.toBeNull();
    const unions = closed(Object.fromEntries(Array.from({ length: 17 }, (__, at) => [`f${at}`, { type: ["string", "null"] }])));
    expect(new GrammarRoom().take(unions)).toBeNull();
  });
});

it("is for Claude from 4.5 on, under every name it has", () => {
  expect(["claude-sonnet-4-5", "claude-opus-4-6", "claude-haiku-4-5-20251001", "claude-opus-5", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"].every(constrainsOutput)).toBe(true);
  expect(["claude-sonnet-4-20250514", "claude-opus-4-1", "claude-3-7-sonnet-latest", "claude-3-5-haiku-20241022", "amazon.nova-pro-v1:0"].some(constrainsOutput)).toBe(false);
});
