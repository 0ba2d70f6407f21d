import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { appendMembers, spliceTopLevel, type SpliceEdit } from "./splice.ts";

const splice = (json: string, edits: Record<string, SpliceEdit>): string => Buffer.from(spliceTopLevel(Buffer.from(json), edits)).toString("utf8");

describe("spliceTopLevel", () => {
  it.each<[string, string, Record<string, SpliceEdit>, string]>([
    ["replaces a value in place", '{"model":"a","n":1}', { model: '"b"' }, '{"model":"b","n":1}'],
    ["keeps white space and number forms", '{ "model" : "a" ,\n "t": 1.00e0 }', { model: '"b"' }, '{ "model" : "b" ,\n "t": 1.00e0 }'],
    ["leaves a nested field of the same name", '{"x":{"model":"in"},"y":["model"],"model":"a"}', { model: '"b"' }, '{"x":{"model":"in"},"y":["model"],"model":"b"}'],
    ["is not misled by escapes and braces in strings", '{"p":"\\"model\\":\\\\","q":"}{][","model":"a"}', { model: '"b"' }, '{"p":"\\"model\\":\\\\","q":"}{][","model":"b"}'],
    ["knows an escaped key", '{"mod\\u0065l":"a"}', { model: '"b"' }, '{"mod\\u0065l":"b"}'],
    ["adds a field that was absent", '{"a":1}', { b: "2" }, '{"a":1,"b":2}'],
    ["adds to an empty object", "{ }", { b: "2" }, '{ "b":2}'],
    ["removes the first field", '{"a":1,"b":2}', { a: null }, '{"b":2}'],
    ["removes the last field", '{"a":1,"b":2}', { b: null }, '{"a":1}'],
    ["removes every field", '{"a":1}', { a: null }, "{}"],
    ["keeps only the last of repeated keys", '{"model":"a","n":1,"model":"c"}', { model: '"b"' }, '{"n":1,"model":"b"}'],
    ["drops an earlier repeat of a field nobody edits", '{"max_tokens":1,"max_tokens":2}', {}, '{"max_tokens":2}'],
    ["keeps lone surrogate escapes", '{"a":"\\ud800","model":"x"}', { model: '"b"' }, '{"a":"\\ud800","model":"b"}'],
    ["does not call a function for an absent key", '{"a":1}', { b: () => { throw new Error("called"); } }, '{"a":1}'],
    ["is not misled by __proto__", '{"__proto__":1,"model":"a"}', { model: '"b"' }, '{"__proto__":1,"model":"b"}'],
  ])("%s", (_title, json, edits, expected) => {
    expect(splice(json, edits)).toBe(expected);
  });

  it("returns the array it was given when no byte changes", () => {
    const raw = Buffer.from('{"model":"a"}');
    expect(spliceTopLevel(raw, { model: '"a"', gone: null })).toBe(raw);
  });

  it("edits a value's own bytes by a function", () => {
    expect(splice('{"usage":{"a":1},"b":2}', { usage: (value) => spliceTopLevel(value, { cost: "0.5" }) })).toBe('{"usage":{"a":1,"cost":0.5},"b":2}');
  });

  it.each(["[]", "", "null", '{"a"', '{"a":1', '{"a" 1}', '{"a":"x}'])("refuses %s", (json) => {
    expect(() => splice(json, { a: "1" })).toThrow(SyntaxError);
  });
});

describe("appendMembers", () => {
  const append = (json: string): string | null => {
    const out = appendMembers(Buffer.from(json), "usage", { inner: '"cost":0.5', outer: '"provider":"é"' });
    return out && Buffer.from(out).toString("utf8");
  };

  it.each([
    ["at the end", '{"a":"ü","usage":{"n":1}}', '{"a":"ü","usage":{"n":1,"cost":0.5},"provider":"é"}'],
    ["with members and white space behind it", '{ "usage" : { "n":1 } , "t":"x}" }\n', '{ "usage" : { "n":1 ,"cost":0.5} , "t":"x}" ,"provider":"é"}\n'],
    ["into an empty object", '{"usage":{}}', '{"usage":{"cost":0.5},"provider":"é"}'],
    ["past text that looks like it", '{"c":"\\"usage\\":{}","usage":{"n":1}}', '{"c":"\\"usage\\":{}","usage":{"n":1,"cost":0.5},"provider":"é"}'],
  ])("adds %s", (_title, json, expected) => { expect(append(json)).toBe(expected); });

  it.each([
    ["absent", '{"a":1}'], ["no object", '{"usage":null}'], ["nested only", '{"a":{"usage":{"n":1}}}'], ["nested last, behind a real one", '{"usage":{"n":1},"a":{"usage":{"n":2}}}'],
    ["nested in a list", '{"a":[{"usage":{"n":1}}]}'], ["a value, not a key", '{"a":"usage"}'], ["a value before a list's end", '{"a":["usage"]}'],
  ])("refuses a key that is %s", (_title, json) => { expect(append(json)).toBeNull(); });

  it("agrees with the whole walk wherever it answers", () => {
    const value = fc.jsonValue();
    const answer = fc.record({ before: value, usage: fc.dictionary(fc.string(), value), after: value, more: fc.dictionary(fc.string(), value) });
    fc.assert(fc.property(answer, ({ before, usage, after, more }) => {
      const json = JSON.stringify({ before, ...more, usage, after });
      const out = append(json);
      if (out === null) return true;
      const whole = spliceTopLevel(Buffer.from(json), { usage: (inside) => spliceTopLevel(inside, { cost: "0.5" }), provider: '"é"' });
      expect(JSON.parse(out)).toEqual(JSON.parse(Buffer.from(whole).toString("utf8")));
      return true;
    }));
  });
});
