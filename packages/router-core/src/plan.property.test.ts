import type { Need } from "@trunkline/contracts";
import { SEED, snapshotFrom } from "@trunkline/catalog";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUILT_IN_PRESETS } from "./built-in-presets.ts";
import { plan } from "./plan.ts";
import { factsOf, healthOf } from "./plan-fixtures.ts";
import type { CircuitState, PlanInput, ProviderPreferences, RequestFacts } from "./types.ts";

const catalog = snapshotFrom(SEED);
const PROVIDERS = [...new Set(SEED.endpoints.map((endpoint) => endpoint.provider))];
const NOW_MS = Date.UTC(2026, 10, 22);
const providers = fc.uniqueArray(fc.constantFrom(...PROVIDERS), { maxLength: 6 });
const usd = fc.double({ min: 0, max: 20, noNaN: true });
const preferences: fc.Arbitrary<ProviderPreferences> = fc.record({ order: providers, only: fc.uniqueArray(fc.constantFrom(...PROVIDERS), { minLength: 3 }), ignore: providers, sort: fc.constantFrom("price", "latency", "throughput"), maxPrice: fc.record({ prompt: usd, completion: usd }, { requiredKeys: [] }) }, { requiredKeys: [] });
const facts: fc.Arbitrary<RequestFacts> = fc.record({
  models: fc.array(fc.constantFrom(...SEED.models.map((model) => model.id), "no/such"), { maxLength: 6 }), inputTokens: fc.oneof(fc.nat({ max: 1_200_000 }), fc.double({ min: 0, max: 1e7, noNaN: true })), maxOutputTokens: fc.option(fc.oneof(fc.integer({ min: 1, max: 200_000 }), fc.double({ min: 0.1, max: 1e6, noNaN: true }))),
  needs: fc.uniqueArray(fc.constantFrom<Need>("tools", "vision", "json", "json_schema", "reasoning", "pdf"), { maxLength: 3 }), task: fc.option(fc.constantFrom("code", "chat")), preferences,
  maxCostNanoUsd: fc.option(fc.bigInt({ min: 0n, max: 2_000_000_000n })), fallbacks: fc.boolean(),
}).map((given) => factsOf(given));
const circuits: fc.Arbitrary<Record<string, CircuitState>> = fc.dictionary(fc.constantFrom(...SEED.endpoints.map((endpoint) => `${endpoint.provider} ${endpoint.model}`)), fc.constantFrom<CircuitState>("open", "half_open", "closed"));
const inputs: fc.Arbitrary<PlanInput> = fc.record({ facts, preset: fc.option(fc.constantFrom(...BUILT_IN_PRESETS.values())), health: circuits.map((table) => healthOf(table)), availableProviders: fc.uniqueArray(fc.constantFrom(...PROVIDERS)).map((list) => new Set(list)), random: fc.double({ min: 0, max: 0.999, noNaN: true }) })
  .map((given) => ({ ...given, catalog, nowMs: NOW_MS }));

const hasNeed = (need: Need, id: string): boolean => {
  const model = catalog.models.get(id);
  if (!model) return false;
  return { tools: model.tools, vision: model.inputModalities.includes("image"), json: true, json_schema: model.jsonSchema, reasoning: model.reasoning, pdf: model.inputModalities.includes("pdf"), audio: model.inputModalities.includes("audio"), embedding: model.kind === "embedding" }[need];
};

describe("whatever is asked, a plan", () => {
  it("never holds a candidate that violates a wish, a capability, the context or a limit", () => {
    fc.assert(fc.property(inputs, (input) => {
      for (const candidate of plan(input).candidates) {
        const { only, ignore, maxPrice } = input.facts.preferences;
        expect(input.availableProviders.has(candidate.provider)).toBe(true);
        expect(!only || only.includes(candidate.provider)).toBe(true);
        expect(ignore?.includes(candidate.provider) ?? false).toBe(false);
        expect(Number(candidate.price.inputNanoUsdPerMillion) / 1e9).toBeLessThanOrEqual(maxPrice?.prompt ?? Infinity);
        expect(Number(candidate.price.outputNanoUsdPerMillion) / 1e9).toBeLessThanOrEqual(maxPrice?.completion ?? Infinity);
        expect(input.facts.needs.every((need) => hasNeed(need, candidate.model))).toBe(true);
        expect(input.facts.inputTokens + candidate.maxOutputTokens).toBeLessThanOrEqual(candidate.contextTokens);
        expect(candidate.maxOutputTokens).toBeGreaterThanOrEqual(1);
        if (input.facts.maxCostNanoUsd !== null) expect(candidate.maxCostNanoUsd <= input.facts.maxCostNanoUsd).toBe(true);
        expect(candidate.maxCostNanoUsd >= candidate.estimatedCostNanoUsd || candidate.maxOutputTokens < 500).toBe(true);
        expect(candidate.circuit === "open").toBe(candidate.lastResort);
      }
    }), { numRuns: 400 });
  });
  it("is the same for the same input, names nobody twice, and neither serves nor rejects in one breath", () => {
    fc.assert(fc.property(inputs, (input) => {
      const made = plan(input);
      expect(plan(input)).toEqual(made);
      const served = made.candidates.map((candidate) => `${candidate.provider} ${candidate.model}`);
      expect(new Set(served).size).toBe(served.length);
      for (const item of made.rejected) expect(served).not.toContain(`${item.provider} ${item.model}`);
    }), { numRuns: 200 });
  });
});

describe("built-in presets", () => {
  const everyone = new Set(PROVIDERS);
  const made = (slug: string | null, change: Partial<RequestFacts> = {}, available: ReadonlySet<string> = everyone) => plan({ facts: factsOf({ maxOutputTokens: 1_000, ...change }), preset: slug === null ? null : BUILT_IN_PRESETS.get(slug) ?? null, catalog, health: healthOf(), availableProviders: available, nowMs: NOW_MS, random: 0 });
  it.each([...BUILT_IN_PRESETS.keys()])("%s names only seeded models and spreads over three providers, with fallbacks elsewhere", (slug) => {
    const document = BUILT_IN_PRESETS.get(slug)?.document;
    for (const rule of document?.rules ?? []) {
      for (const target of [...rule.targets, ...rule.fallbacks]) expect(catalog.models.has(target.model), target.model).toBe(true);
      const serving = new Set(rule.targets.flatMap((target) => (catalog.endpointsByModel.get(target.model) ?? []).map((endpoint) => endpoint.provider)));
      expect(serving.size).toBeGreaterThanOrEqual(3);
      expect(rule.fallbacks.length).toBeGreaterThan(0);
    }
  });
  it("auto is balanced", () => { expect(made(null)).toMatchObject({ presetSlug: "balanced", rule: "Default" }); });
  it("balanced has a candidate with any single common credential", () => {
    for (const provider of ["openai", "anthropic", "gemini", "mistral", "deepseek", "groq", "xai", "together", "fireworks"]) expect(made("balanced", {}, new Set([provider])).candidates.length, provider).toBeGreaterThan(0);
  });
  it("balanced sends long input to a model that holds it, and code to code models", () => {
    expect(made("balanced", { inputTokens: 600_000 }).candidates.length).toBeGreaterThan(2);
    expect(made("balanced", { task: "code" }).rule).toBe("Code");
  });
  it("cost begins with its cheapest candidate", () => {
    const [first, ...rest] = made("cost").candidates;
    for (const other of rest) expect((first?.estimatedCostNanoUsd ?? 0n) <= other.estimatedCostNanoUsd).toBe(true);
  });
});
