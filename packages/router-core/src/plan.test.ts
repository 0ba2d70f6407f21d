import { SEED, snapshotFrom } from "@trunkline/catalog";
import { describe, expect, it } from "vitest";
import { explain } from "./explain.ts";
import { plan } from "./plan.ts";
import { healthOf, inputOf, modelOf, presetOf, priceOf } from "./plan-fixtures.ts";
import type { PlanInput, RoutePlan } from "./types.ts";

const names = (made: RoutePlan): string[] => made.candidates.map((candidate) => `${candidate.provider} ${candidate.model}`);
const why = (made: RoutePlan): Record<string, string> => Object.fromEntries(made.rejected.map((item) => [`${item.provider} ${item.model}`, item.filter]));
const big: Parameters<typeof inputOf>[0] = { models: ["a/big"] };
const withRule = (rule: object, change: Partial<PlanInput> = {}): PlanInput => inputOf({}, { preset: presetOf({ rules: [{ name: "r", ...rule }] }), ...change });
const all = [{ model: "a/big" }, { model: "a/small" }, { model: "b/wide" }];

describe("explicit models", () => {
  it("expand to every provider that serves them, the cheaper first", () => { expect(names(plan(inputOf(big)))).toEqual(["alpha a/big", "beta a/big"]); });
  it("are tried in the caller's order, each once", () => { expect(names(plan(inputOf({ models: ["b/wide", "a/big", "b/wide"] })))).toEqual(["gamma b/wide", "alpha a/big", "beta a/big"]); });
  it("come before the rule of a named preset, which stands behind them", () => {
    expect(names(plan(inputOf(big, { preset: presetOf({ rules: [{ name: "r", targets: [{ model: "b/wide" }] }] }) })))).toEqual(["alpha a/big", "beta a/big", "gamma b/wide"]);
  });
  it("carry the name sent upstream, bounded output and the price", () => {
    const [first] = plan(inputOf({ ...big, maxOutputTokens: 1_000 })).candidates;
    expect(first).toMatchObject({ upstreamModel: "big-1", contextTokens: 100_000, price: { id: "prc_alpha_a/big" }, lastResort: false });
    expect(plan(inputOf({ ...big, maxOutputTokens: 50_000 })).candidates[0]?.maxOutputTokens).toBe(4_000);
    expect(plan(inputOf({ ...big, maxOutputTokens: null })).candidates[0]?.maxOutputTokens).toBe(4_000);
  });
});

describe("costs", () => {
  it("reserve four times the estimated input at its dearest class, and the whole output for each answer", () => {
    const [first] = plan(inputOf({ ...big, answers: 2 })).candidates;
    expect(first?.estimatedCostNanoUsd).toBe(2_000_000n + 2n * 1_000_000n);
    expect(first?.maxCostNanoUsd).toBe(4_000n * 2_500n + 2n * 1_000_000n);
  });
  it("reserve at the dearest step that the prompt may reach, and expect the one it likely has", () => {
    const { aboveInputTokens, ...dear } = { ...priceOf("alpha", "a/big", [4, 20]), aboveInputTokens: 3_000 };
    const stepped = { ...priceOf("alpha", "a/big", [2, 10]), steps: [{ ...dear, aboveInputTokens }, { ...priceOf("alpha", "a/big", [9, 90]), aboveInputTokens: 4_000 }] };
    const catalog = snapshotFrom({ models: [modelOf("a/big")], endpoints: [{ provider: "alpha", model: "a/big", upstreamModel: "big-1" }], prices: [stepped] });
    const [first] = plan(inputOf(big, { catalog })).candidates;
    expect(first?.estimatedCostNanoUsd).toBe(2_000_000n + 1_000_000n);
    expect(first?.maxCostNanoUsd).toBe(4_000n * 5_000n + 100n * 20_000n);
  });
});

describe("filters", () => {
  it.each<[string, Partial<PlanInput["facts"]>, Record<string, string>]>([
    ["unknown model", { models: ["a/none"] }, { "* a/none": "unknown_model" }],
    ["only", { ...big, preferences: { only: ["beta"] } }, { "alpha a/big": "only" }],
    ["an empty only", { ...big, preferences: { only: [] } }, { "alpha a/big": "only", "beta a/big": "only" }],
    ["ignore", { ...big, preferences: { ignore: ["beta"] } }, { "beta a/big": "ignore" }],
    ["order without fallbacks", { ...big, preferences: { order: ["beta"], allowFallbacks: false } }, { "alpha a/big": "order" }],
    ["tools", { models: ["a/small"], needs: ["tools"] }, { "beta a/small": "capability" }],
    ["vision", { ...big, needs: ["vision"] }, { "alpha a/big": "capability", "beta a/big": "capability" }],
    ["json_schema", { models: ["a/small"], needs: ["json_schema"] }, { "beta a/small": "capability" }],
    ["context", { models: ["a/small"], inputTokens: 7_950 }, { "beta a/small": "context" }],
    ["context without an output limit", { models: ["a/small"], inputTokens: 8_000, maxOutputTokens: null }, { "beta a/small": "context" }],
    ["price", { models: ["b/free"] }, { "gamma b/free": "unpriced" }],
    ["max_price of input", { ...big, preferences: { maxPrice: { prompt: 2 } } }, { "beta a/big": "max_price" }],
    ["max_price of output", { ...big, preferences: { maxPrice: { completion: 9.99 } } }, { "alpha a/big": "max_price", "beta a/big": "max_price" }],
    ["an unknown data policy", { ...big, preferences: { dataCollection: "deny" } }, { "alpha a/big": "data_policy", "beta a/big": "data_policy" }],
    ["an unknown retention", { ...big, preferences: { zeroRetention: true } }, { "alpha a/big": "data_policy", "beta a/big": "data_policy" }],
    ["max cost", { ...big, maxCostNanoUsd: 11_000_000n }, { "beta a/big": "max_cost" }],
  ])("reject by %s", (_, facts, expected) => { expect(why(plan(inputOf(facts)))).toEqual(expected); });

  it("reject a provider without a credential, before anything else", () => { expect(why(plan(inputOf({ ...big, needs: ["vision"] }, { availableProviders: new Set(["beta"]) })))).toEqual({ "alpha a/big": "provider_unavailable", "beta a/big": "capability" }); });
  it("reject by the preset's cost limit where it is tighter", () => {
    expect(why(plan(inputOf({ maxCostNanoUsd: 10n ** 12n }, { preset: presetOf({ rules: [{ name: "r", targets: [{ model: "a/big" }] }], limits: { maxCostUsd: 0.011 } }) })))).toEqual({ "beta a/big": "max_cost" });
  });
  it("keep, of the real catalogue's providers, those whose terms answer the caller's data policy", () => {
    const providersOf = (preferences: PlanInput["facts"]["preferences"]): readonly string[] => [...new Set(plan(inputOf({ models: ["openai/gpt-oss-120b", "deepseek/deepseek-chat"], preferences }, { catalog: snapshotFrom(SEED), availableProviders: new Set(["groq", "fireworks", "deepseek"]) })).candidates.map(({ provider }) => provider))].sort();
    expect(providersOf({})).toContain("deepseek");
    expect(providersOf({ dataCollection: "deny" })).toEqual(["fireworks", "groq"]);
    expect(providersOf({ zeroRetention: true })).toEqual(["fireworks"]);
  });
  it("take a model that lacks only what was not asked for", () => { expect(names(plan(inputOf({ models: ["a/small"], needs: ["json"] })))).toEqual(["beta a/small"]); });
  it("reject a pinned provider that does not serve the model", () => { expect(plan(withRule({ targets: [{ model: "b/wide", provider: "alpha" }] })).rejected).toEqual([{ provider: "alpha", model: "b/wide", filter: "unknown_model", reason: "alpha does not serve b/wide." }]); });
});

describe("circuits", () => {
  it("put an open one behind all others and keep a half-open one in its place, so that a trial can happen", () => {
    const health = healthOf({ "alpha a/big": "half_open", "gamma b/wide": "open" });
    const made = plan(inputOf({ models: ["a/big", "b/wide"] }, { health }));
    expect(names(made)).toEqual(["alpha a/big", "beta a/big", "gamma b/wide"]);
    expect(made.candidates.map(({ lastResort }) => lastResort)).toEqual([false, false, true]);
    expect(why(made)).toEqual({});
  });
  it("explain an open one as set aside while anybody is well, and as a last resort when nobody is", () => {
    const some = explain(plan(inputOf({ models: ["a/big"] }, { health: healthOf({ "alpha a/big": "open" }) })));
    expect([some.candidates.map(({ provider }) => provider), some.rejected]).toEqual([["beta"], [{ provider: "alpha", model: "a/big", filter: "circuit_open", reason: expect.stringContaining("only when all others have failed") }]]);
    const none = explain(plan(inputOf({ models: ["a/big"] }, { health: healthOf({ "alpha a/big": "open", "beta a/big": "open" }) })));
    expect([none.candidates.map(({ provider, last_resort }) => [provider, last_resort]), none.rejected]).toEqual([[["alpha", true], ["beta", true]], []]);
  });
  it("put an open one of an earlier model behind the fallback models that are well", () => {
    const made = plan(withRule({ targets: [{ model: "a/big", provider: "alpha" }], fallbacks: [{ model: "b/wide" }] }, { health: healthOf({ "alpha a/big": "open" }) }));
    expect(names(made)).toEqual(["gamma b/wide", "alpha a/big"]);
  });
  it("let a cure serve before a last resort, and keep it a cure while anybody else is well", () => {
    const rule = { targets: [{ model: "a/big", provider: "alpha" }], fallbacksAfter: { context_overflow: [{ model: "b/wide" }] } };
    expect(plan(withRule(rule, { health: healthOf({ "alpha a/big": "open" }) })).candidates.map(({ provider, after }) => [provider, after])).toEqual([["gamma", null], ["alpha", null]]);
    expect(plan(withRule(rule, { health: healthOf({ "gamma b/wide": "open" }) })).candidates.map(({ provider, after }) => [provider, after])).toEqual([["alpha", null], ["gamma", ["context_overflow"]]]);
  });
  it("come back as a last resort when nothing else is left", () => {
    const made = plan(inputOf({ models: ["a/big", "a/small"], needs: ["tools"] }, { health: healthOf({ "alpha a/big": "open", "beta a/big": "open" }) }));
    expect(made.candidates.map((candidate) => [candidate.provider, candidate.lastResort, candidate.circuit])).toEqual([["alpha", true, "open"], ["beta", true, "open"]]);
    expect(why(made)).toEqual({ "beta a/small": "capability" });
  });
});

describe("strategies", () => {
  it("ordered keeps the preset's order", () => { expect(names(plan(withRule({ targets: all })))).toEqual(["alpha a/big", "beta a/big", "beta a/small", "gamma b/wide"]); });
  it("cheapest sorts by the request's likely cost", () => { expect(names(plan(withRule({ strategy: "cheapest", targets: all })))).toEqual(["beta a/small", "gamma b/wide", "alpha a/big", "beta a/big"]); });
  it("fastest sorts by measured duration, the unmeasured at an ordinary pace", () => {
    const health = healthOf({}, { "gamma b/wide": 200, "alpha a/big": 5_000 }, { "beta a/big": 500 });
    expect(names(plan(withRule({ strategy: "fastest", targets: all }, { health })))).toEqual(["beta a/big", "gamma b/wide", "beta a/small", "alpha a/big"]);
  });
  it("balanced weighs price, latency and health, and shows the terms", () => {
    const made = plan(withRule({ strategy: "balanced", targets: [{ model: "a/big" }, { model: "b/wide" }] }, { health: healthOf({ "gamma b/wide": "half_open" }, { "alpha a/big": 100 }, { "alpha a/big": 300 }) }));
    expect(names(made)).toEqual(["alpha a/big", "gamma b/wide", "beta a/big"]);
    expect(made.candidates[0]?.scores).toMatchObject({ latency: 1, health: 1 });
    expect(made.candidates[1]?.scores).toMatchObject({ price: 1, health: 0.3 });
  });
  it("weighted gives each target its share over uniform random numbers, and the rest follow", () => {
    const first = new Map<string, number>();
    for (let step = 0; step < 1000; step++) {
      const made = plan(withRule({ strategy: "weighted", targets: [{ model: "a/small", weight: 7 }, { model: "b/wide", weight: 2 }, { model: "a/big", weight: 1 }] }, { random: step / 1000 }));
      expect(made.candidates).toHaveLength(4);
      const model = made.candidates[0]?.model ?? "";
      first.set(model, (first.get(model) ?? 0) + 1);
    }
    expect(Object.fromEntries(first)).toEqual({ "a/small": 700, "b/wide": 200, "a/big": 100 });
  });
  it("put fallbacks after every target, in order, without repeats", () => { expect(names(plan(withRule({ strategy: "cheapest", targets: [{ model: "b/wide" }], fallbacks: [{ model: "a/big", provider: "beta" }, { model: "b/wide" }, { model: "a/small" }] })))).toEqual(["gamma b/wide", "beta a/big", "beta a/small"]); });
});

describe("provider preferences", () => {
  it("order goes first, the rest follow", () => { expect(names(plan(inputOf({ ...big, preferences: { order: ["beta"] } })))).toEqual(["beta a/big", "alpha a/big"]); });
  it.each([["latency", { "beta a/big": 10 }, {}], ["throughput", {}, { "beta a/big": 900 }]] as const)("sort by %s overrides the score", (sort, ttft, speeds) => { expect(names(plan(inputOf({ ...big, preferences: { sort } }, { health: healthOf({}, ttft, speeds) })))[0]).toBe("beta a/big"); });
  it("sort by price overrides a preset's strategy", () => { expect(names(plan(inputOf({ preferences: { sort: "price" } }, { preset: presetOf({ rules: [{ name: "r", strategy: "fastest", targets: all }] }) })))[0]).toBe("beta a/small"); });
  it("no fallbacks leave one candidate, or the listed providers of one model", () => {
    expect(names(plan(inputOf({ models: ["a/big", "b/wide"], fallbacks: false })))).toEqual(["alpha a/big"]);
    expect(names(plan(inputOf({ models: ["a/big", "b/wide"], fallbacks: false, preferences: { order: ["beta", "alpha"], allowFallbacks: false } })))).toEqual(["beta a/big", "alpha a/big"]);
  });
});

describe("preset rules", () => {
  const preset = presetOf({ rules: [
    { name: "long", when: { inputTokensMin: 5_000, inputTokensMax: 6_000 }, targets: [{ model: "b/wide" }] },
    { name: "task", when: { task: ["code"] }, targets: [{ model: "a/big" }] },
    { name: "needs", when: { needs: ["tools", "vision"] }, targets: [{ model: "b/wide" }] },
    { name: "label", when: { metadata: { tier: "gold" } }, targets: [{ model: "a/big" }] },
  ], limits: { maxAttempts: 5, deadlineMs: 60_000 } });
  const ruleFor = (facts: Partial<PlanInput["facts"]>): string | null => plan(inputOf(facts, { preset })).rule;
  it("match on tokens (bounds included), task, all needs and labels; the first wins", () => {
    expect([ruleFor({ inputTokens: 5_000, task: "code" }), ruleFor({ inputTokens: 6_000 }), ruleFor({ task: "code" }), ruleFor({ needs: ["vision", "json", "tools"] }), ruleFor({ metadata: { tier: "gold", x: "y" } })]).toEqual(["long", "long", "task", "needs", "label"]);
    expect([ruleFor({ inputTokens: 6_001 }), ruleFor({ needs: ["tools"] }), ruleFor({ metadata: { tier: "Gold" } })]).toEqual([null, null, null]);
  });
  it("that match nothing give no candidate and say so", () => {
    const made = plan(inputOf({}, { preset }));
    expect(made.candidates).toEqual([]);
    expect(explain(made).summary).toBe("No rule of preset mine matches this request.");
  });
  it("carry their limits into the plan; the caller's deadline counts where it is shorter", () => {
    expect(plan(inputOf({ task: "code" }, { preset }))).toMatchObject({ presetSlug: "mine", presetVersion: 3, maxAttempts: 5, deadlineMs: 60_000 });
    expect(plan(inputOf({ task: "code", deadlineMs: 5_000 }, { preset })).deadlineMs).toBe(5_000);
    expect(plan(inputOf(big))).toMatchObject({ presetSlug: null, maxAttempts: 3, deadlineMs: 900_000 });
  });
});

it("explains a plan in JSON with dollars", () => {
  const explained = explain(plan(inputOf({ models: ["a/big", "a/none"] })));
  expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
  expect(explained.candidates[0]).toMatchObject({ provider: "alpha", estimated_cost_usd: 0.003, max_cost_usd: 0.011, price: { input_usd_per_million: 2, output_usd_per_million: 10 } });
  expect(explained.rejected).toHaveLength(1);
});

it("removes a candidate that would lose what the request hangs on, and says what", () => {
  const route = plan(inputOf({ models: ["a/big"] }, { losses: ({ provider }) => (provider === "alpha" ? ["dropped:tools.web_search"] : []) }));
  expect(route.candidates.map(({ provider }) => provider)).toEqual(["beta"]);
  expect(route.rejected).toContainEqual({ provider: "alpha", model: "a/big", filter: "losses", reason: "alpha cannot honour dropped:tools.web_search." });
});

describe("a dearer service tier", () => {
  const [model, tiered] = [modelOf("a/big"), { ...priceOf("alpha", "a/big", [2, 10]), tierPerMille: { priority: 2_000, flex: 500 } }];
  const catalog = snapshotFrom({ models: [model], endpoints: [{ provider: "alpha", model: "a/big", upstreamModel: "big-1" }], prices: [tiered] });
  const planned = (serviceTier: string | undefined, more: Parameters<typeof inputOf>[0] = {}) => plan(inputOf({ ...big, serviceTier, ...more }, { catalog }));
  const most = (tier: string | undefined): bigint => planned(tier).candidates[0]?.maxCostNanoUsd ?? 0n;

  it("raises what is held for the call, and a cheaper one does not lower it", () => {
    expect([most("priority"), most("flex"), most("constructor")]).toEqual([2n * most(undefined), most(undefined), most(undefined)]);
  });
  it("counts against the caller's ceilings", () => {
    expect(why(planned("priority", { preferences: { maxPrice: { completion: 15 } } }))).toEqual({ "alpha a/big": "max_price" });
    expect(names(planned(undefined, { preferences: { maxPrice: { completion: 15 } } }))).toEqual(["alpha a/big"]);
    expect(why(planned("priority", { maxCostNanoUsd: most(undefined) }))).toEqual({ "alpha a/big": "max_cost" });
  });
});
