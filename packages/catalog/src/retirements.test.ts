import { describe, expect, it } from "vitest";
import { retirementOf, retirements } from "./retirements.ts";
import { SEED } from "./seed.ts";
import { snapshotFrom } from "./snapshot.ts";

describe("retirements", () => {
  const { models } = snapshotFrom(SEED);
  it.each([...retirements()])("of %s names a model of the catalogue, a day, and a model that goes on", (model, { on, instead }) => {
    expect([models.has(model), models.has(instead), retirementOf(instead)?.on ?? "9999"]).toEqual([true, true, expect.stringMatching(/^\d{4}/)]);
    expect(new Date(on).toISOString().slice(0, 10)).toBe(on);
    expect((retirementOf(instead)?.on ?? "9999") > on).toBe(true);
  });
  it("are of exact names", () => expect([retirementOf("openai/gpt-5"), retirementOf("constructor")]).toEqual([null, null]));
});
