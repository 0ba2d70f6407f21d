/** An oracle that knows nothing of the filters' code: who can serve is worked out from the preset, the catalogue and the wishes by hand. */
import { presetDocumentSchema, type CatalogModel, type Need, type PresetRule, type PresetTarget } from "@trunkline/contracts";
import { snapshotFrom } from "@trunkline/catalog";
import fc from "fast-check";
import { expect, it } from "vitest";
import { plan } from "./plan.ts";
import { factsOf, healthOf, modelOf, NOW_MS, priceOf } from "./plan-fixtures.ts";
import type { CircuitState, PlanInput } from "./types.ts";

/** Work, not waiting: a machine that does much else may take several times the usual second. */
const PATIENCE_MS = 60_000;
const PROVIDERS = ["p0", "p1", "p2", "p3"];
const IDS = ["x/a", "x/b", "y/c", "y/d"];
const TIERS = ["frontier", "mid", "fast"] as const;

const catalogues = fc.record({
  models: fc.tuple(...IDS.map((id) => fc.record({ contextTokens: fc.constantFrom(2_000, 20_000, 200_000), maxOutputTokens: fc.constantFrom(500, 4_000), tools: fc.boolean(), jsonSchema: fc.boolean(), tier: fc.constantFrom(...TIERS) }).map((change) => modelOf(id, change)))),
  served: fc.uniqueArray(fc.record({ provider: fc.constantFrom(...PROVIDERS), model: fc.constantFrom(...IDS), usd: fc.option(fc.constantFrom(0.1, 1, 5)) }), { selector: ({ provider, model }) => `${provider} ${model}`, maxLength: 10 }),
});

const target = fc.record({ model: fc.constantFrom(...IDS, "x/none", "tier:mid", "tier:fast", "set:pair"), provider: fc.constantFrom(...PROVIDERS), maxPrice: fc.record({ inputUsdPerMillion: fc.constantFrom(0.5, 2) }), weight: fc.integer({ min: 1, max: 9 }), overrides: fc.record({ max_tokens: fc.constantFrom(1, 400, 4_000) }) }, { requiredKeys: ["model"] });
const rule = fc.record({
  name: fc.constant("r"), strategy: fc.constantFrom("ordered", "weighted", "cheapest", "fastest", "least_busy", "balanced"), targets: fc.array(target, { minLength: 1, maxLength: 4 }), fallbacks: fc.array(target, { maxLength: 2 }),
  fallbacksAfter: fc.option(fc.record({ context_overflow: fc.array(target, { minLength: 1, maxLength: 2 }) }), { nil: undefined }), when: fc.constantFrom({}, { inputTokensMin: 1_500 }, { needs: ["tools" as const] }, { budgetUsedPercentMin: 80 }),
  hedge: fc.option(fc.constant({ afterMs: 500 }), { nil: undefined }), continuation: fc.option(fc.boolean(), { nil: undefined }),
});

const worlds = fc.record({
  catalogue: catalogues, rules: fc.array(rule, { minLength: 1, maxLength: 3 }), inputTokens: fc.constantFrom(10, 1_600, 19_000, 150_000), maxOutputTokens: fc.option(fc.constantFrom(1, 500, 3_000)),
  needs: fc.uniqueArray(fc.constantFrom<Need>("tools", "json_schema"), { maxLength: 2 }), available: fc.subarray(PROVIDERS), ignore: fc.subarray(PROVIDERS, { maxLength: 2 }), losing: fc.option(fc.subarray(PROVIDERS, { maxLength: 3 })), budgetUsedPercent: fc.constantFrom(null, 10, 95), models: fc.array(fc.constantFrom(...IDS), { maxLength: 2 }),
  circuits: fc.dictionary(fc.tuple(fc.constantFrom(...PROVIDERS), fc.constantFrom(...IDS)).map((pair) => pair.join(" ")), fc.constantFrom<CircuitState>("open", "half_open", "closed")), random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});
type World = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never;

const SETS = { pair: ["x/a", "y/d"] };

function names({ model }: Pick<PresetTarget, "model">, models: readonly CatalogModel[]): readonly string[] {
  if (model.startsWith("tier:")) return models.filter(({ tier }) => `tier:${tier}` === model).map(({ id }) => id);
  return model.startsWith("set:") ? SETS.pair : [model];
}

/** Whether anybody of the catalogue could serve under the rule that matches, illness apart. */
function somebodyCan(world: World, rules: readonly PresetRule[]): boolean {
  const { models, served } = world.catalogue;
  const matching = rules.find(({ when }) => world.inputTokens >= (when.inputTokensMin ?? 0) && (when.needs ?? []).every((need) => world.needs.includes(need)) && (when.budgetUsedPercentMin === undefined || (world.budgetUsedPercent ?? 0) >= when.budgetUsedPercentMin));
  const wanted: readonly PresetTarget[] = [...world.models.map((model) => ({ model, weight: 1 })), ...(matching ? [...matching.targets, ...matching.fallbacks, ...Object.values(matching.fallbacksAfter ?? {}).flat()] : [])];
  return wanted.some((one) => names(one, models).some((id) => {
    const model = models.find((known) => known.id === id);
    if (!model || world.needs.some((need) => need === "tools" ? !model.tools : !model.jsonSchema)) return false;
    const output = Math.min(one.overrides?.max_tokens ?? world.maxOutputTokens ?? model.contextTokens - world.inputTokens, model.maxOutputTokens);
    if (output < 1 || world.inputTokens + output > model.contextTokens) return false;
    return served.some(({ provider, model: of, usd }) => of === id && usd !== null && (one.provider === undefined || one.provider === provider) && world.available.includes(provider) && !world.ignore.includes(provider) && !world.losing?.includes(provider) && usd <= (one.maxPrice?.inputUsdPerMillion ?? Infinity));
  }));
}

it("no request is left without a candidate that the preset, the catalogue and the caller's wishes allow, however many circuits are open, whatever a budget has used up, and though some would lose a part of it", () => {
  let served = 0;
  fc.assert(fc.property(worlds, (world) => {
    const document = presetDocumentSchema.parse({ sets: SETS, rules: world.rules });
    const { catalogue } = world;
    const input: PlanInput = {
      facts: factsOf({ models: world.models, inputTokens: world.inputTokens, maxOutputTokens: world.maxOutputTokens, needs: world.needs, preferences: { ignore: world.ignore }, budgetUsedPercent: world.budgetUsedPercent }),
      preset: { slug: "mine", version: 1, document }, health: healthOf(world.circuits), availableProviders: new Set(world.available), nowMs: NOW_MS, random: world.random, losses: world.losing === null ? undefined : ({ provider }) => (world.losing?.includes(provider) ? ["dropped:seed"] : []),
      catalog: snapshotFrom({ models: catalogue.models, endpoints: catalogue.served.map(({ provider, model }) => ({ provider, model, upstreamModel: model })), prices: catalogue.served.flatMap(({ provider, model, usd }) => usd === null ? [] : [priceOf(provider, model, [usd, usd * 4])]) }),
    };
    const made = plan(input);
    const [first] = made.candidates;
    expect(made.candidates.length > 0).toBe(somebodyCan(world, document.rules));
    if (first) { served++; expect(first.after).toBeNull(); }
  }), { numRuns: 1_500 });
  expect(served).toBeGreaterThan(100);
}, PATIENCE_MS);
