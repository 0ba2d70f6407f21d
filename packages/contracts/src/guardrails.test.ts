import { expect, it } from "vitest";
import { accessRules, allowsModel, allowsProvider, guardrailsSchema, NO_GUARDRAILS } from "./guardrails.ts";

it("allows everything that no list names, and lets a denial win over an allowance", () => {
  expect(allowsModel({ allow: [], deny: [] }, "a/one")).toBe(true);
  expect(allowsModel({ allow: ["a/*"], deny: ["a/two"] }, "a/one")).toBe(true);
  expect(allowsModel({ allow: ["a/*"], deny: ["a/two"] }, "a/two")).toBe(false);
  expect(allowsModel({ allow: ["a/*"], deny: [] }, "ab/one")).toBe(false);
  expect(allowsModel({ allow: [], deny: ["a/*"] }, "a/one")).toBe(false);
  expect(allowsProvider({ allow: ["openai"], deny: [] }, "azure")).toBe(false);
  expect(allowsProvider({ allow: [], deny: ["openai"] }, "openai")).toBe(false);
});

it("makes no rule of a key and a project that restrict nothing, and one of each that does", () => {
  expect(accessRules(null, [])).toBeUndefined();
  expect(accessRules({ ...NO_GUARDRAILS, refuse: { kinds: ["card"], patterns: [] } }, [])).toBeUndefined();
  expect(accessRules({ ...NO_GUARDRAILS, zeroRetention: true }, ["a/one"])?.map(({ owner }) => owner)).toEqual(["key", "project"]);
});

it.each([{ models: { allow: ["gpt-5"] } }, { models: { deny: ["*"] } }, { providers: { allow: ["Open AI"] } }, { refuse: { patterns: ["**"] } }, { refuse: { kinds: ["name"] } }, { mystery: true }])("refuses what could mean nothing: %j", (guardrails) => {
  expect(guardrailsSchema.safeParse(guardrails).success).toBe(false);
});
