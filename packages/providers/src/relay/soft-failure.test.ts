import { describe, expect, it } from "vitest";
import { softFailure, type PlainAnswer } from "./soft-failure.ts";

const usage = (outputTokens: number) => ({ inputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens, reasoningTokens: 0, basis: "reported" as const });
const answer = (more: Partial<PlainAnswer>): PlainAnswer => ({ message: { content: "ok" }, finishReason: "stop", hasContent: true, usage: usage(3), format: null, ...more });
const called = (json: unknown): Partial<PlainAnswer> => ({ finishReason: "tool_calls", message: { content: null, tool_calls: [{ id: "a", function: { name: "f", arguments: json } }] } });
const SCHEMA = { type: "json_schema", json_schema: { name: "x", schema: { type: "object", required: ["a"] } } };
const STRICT = { type: "json_schema", json_schema: { name: "x", strict: true, schema: { type: "object", required: ["a"], properties: { a: { type: "number" } }, additionalProperties: false } } };
const ADVICE = { ...STRICT, json_schema: { ...STRICT.json_schema, strict: false } };
const OBJECT = { type: "json_object" };
const said = (content: string, format: unknown, more: Partial<PlainAnswer> = {}): Partial<PlainAnswer> => ({ message: { content }, format, ...more });

describe("a plain answer under 200", () => {
  it.each<[string, Partial<PlainAnswer>]>([
    ["nothing said and nothing used", { message: { content: "" }, hasContent: false, usage: null }], ["nothing said and no token written", { message: { content: "" }, hasContent: false, usage: usage(0) }],
    ["arguments that break off", called('{"a":')], ["arguments that are no object", called("oops")],
  ])("fails the attempt: %s", (_title, more) => {
    expect(softFailure(answer(more))).toMatchObject({ class: "protocol_violation", status: 200 });
  });

  it.each<[string, Partial<PlainAnswer>]>([
    ["prose for a JSON object", said("Sure!", OBJECT)], ["a list for a JSON object", said("[1]", OBJECT)], ["an object without a required field", said('{"b":1}', SCHEMA)], ["JSON that breaks off", said('{"a":', SCHEMA)],
    ["a field of another type under a strict schema", said('{"a":"1"}', STRICT)], ["a field too many under a strict schema", said('{"a":1,"b":2}', STRICT)], ["a fence under a strict schema", said('```json\n{"a":1}\n```', STRICT)], ["prose under a strict schema", said("Sure!", STRICT)],
  ])("fails the attempt as one whose form the caller's own words decide: %s", (_title, more) => {
    expect(softFailure(answer(more))).toMatchObject({ class: "form_violation", status: 200 });
  });

  it.each<[string, Partial<PlainAnswer>]>([
    ["the promised object", said(' {"a":1.5}\n', STRICT)], ["an advised object with a field of another type", said('{"a":"1"}', ADVICE)], ["a strict object that was cut", said('{"a":"', STRICT, { finishReason: "length" })], ["a refusal under a strict schema", { message: { content: "No.", refusal: "No." }, format: STRICT }],
    ["a schema that nobody could judge in time", said("{}", { type: "json_schema", json_schema: { name: "x", strict: true, schema: { $ref: "#" } } })],
    ["text", {}], ["silence after thinking that was paid for", { message: { content: "" }, hasContent: false, usage: usage(9) }], ["a call without arguments", called("")], ["a call with arguments", called('{"a":1}')],
    ["arguments cut at the caller's limit", { ...called('{"a":'), finishReason: "length" }], ["the demanded object", said('{"a":1}', SCHEMA)], ["the demanded value of another type", said("5", { type: "json_schema", json_schema: { name: "x", schema: { type: "number" } } })],
    ["a cut object", said('{"a"', SCHEMA, { finishReason: "length" })], ["a refusal in words", { message: { content: "No.", refusal: "No." }, format: SCHEMA }], ["an object in a fence", said('```json\n{"a":1}\n```', SCHEMA)],
    ["content in parts", { message: { content: [{ type: "text", text: "x" }] }, format: OBJECT }], ["plain text where text was demanded", said("x", { type: "text" })],
  ])("counts: %s", (_title, more) => {
    expect(softFailure(answer(more))).toBeNull();
  });
});
