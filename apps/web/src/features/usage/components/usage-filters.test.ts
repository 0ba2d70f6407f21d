import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asked, filtersFrom, filtersText, FILTER_NAMES, logWords, withFilter, withoutFilter } from "./usage-filters.ts";

describe("filters of usage in the address", () => {
  it("come back as they were put there, whatever the values are", () => {
    const filters = fc.dictionary(fc.constantFrom(...FILTER_NAMES), fc.uniqueArray(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 4 })).map((given) => ({ ...given }));
    fc.assert(fc.property(filters, (given) => { expect(filtersFrom(filtersText(given))).toEqual(given); }));
  });
  it("are nothing where nothing is filtered, so that the question is the one without them", () => {
    expect([filtersText({}), asked(filtersFrom(null)), asked(filtersFrom("other=1"))]).toEqual([null, {}, {}]);
  });
  it("gain a value once, and lose a dimension with its last value", () => {
    const two = withFilter(withFilter(withFilter({}, "model", "a"), "model", "a"), "status", "failed");
    expect([two, withoutFilter(two, "model", "a"), withoutFilter(two, "model", "b")]).toEqual([{ model: ["a"], status: ["failed"] }, { status: ["failed"] }, two]);
  });
  it("reach the log where it can say the same", () => {
    expect(logWords({ model: ["a"], provider: ["x", "y"], status: ["failed"], preset: ["p"] }, "status")).toEqual(["model:a"]);
  });
});
