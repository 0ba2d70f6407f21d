import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkInput, unstorableText } from "./check-input.ts";

describe("input that a schema allows", () => {
  it.each([
    ["a null character in a value", { rules: [{ name: "a\0b" }] }, "rules[0].name"],
    ["half a surrogate pair in a value", { rules: [{}, { name: "\ud800" }] }, "rules[1].name"],
    ["a null character in a name", { metadata: { "a\0": "b" } }, "metadata"],
    ["a text alone", "a\0", ""],
  ])("is refused for %s, and says where it is", (_, value, path) => { expect(unstorableText(value)).toMatchObject({ path }); });
  it("is taken whatever else its texts hold", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/\\u0000|\\ud[89a-f]/i.test(text));
      expect(unstorableText(value)).toBeNull();
    }));
    expect(checkInput(z.object({ name: z.string() }), { name: "Zoë \u{1f600} \u0001" })).toEqual({ data: { name: "Zoë \u{1f600} \u0001" }, faults: null });
  });
  it("is judged by its schema first", () => { expect(checkInput(z.object({ name: z.string() }), { name: 1, other: "\0" })).toEqual({ data: null, faults: [{ path: "name", message: "must be a string" }] }); });
});
