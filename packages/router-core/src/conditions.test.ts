import { SEED, snapshotFrom } from "@trunkline/catalog";
import { presetConditionSchema, presetDocumentSchema, type PresetCondition } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { explain } from "./explain.ts";
import { plan } from "./plan.ts";
import { inputOf, presetOf } from "./plan-fixtures.ts";
import { retryDecision } from "./retry-decision.ts";
import type { PlanInput, RoutePlan } from "./types.ts";

const target = [{ model: "a/big" }];
const matches = (when: PresetCondition, facts: Partial<PlanInput["facts"]> = {}, change: Partial<Omit<PlanInput, "facts">> = {}): boolean =>
  plan(inputOf(facts, { preset: presetOf({ rules: [{ name: "r", when, targets: target }] }), ...change })).rule === "r";
const names = (made: RoutePlan): string[] => made.candidates.map((candidate) => `${candidate.provider} ${candidate.model}`);
const at = (text: string): { nowMs: number } => ({ nowMs: Date.parse(text) });
const timed = (time: object): PresetCondition => presetConditionSchema.parse({ time });

describe("a rule matches by", () => {
  it("header, key, project and end user, each by equality", () => {
    expect(matches({ headers: { "x-plan": "gold" } }, { headers: { "x-plan": "gold" } })).toBe(true);
    expect(matches({ headers: { "x-plan": "gold" } }, { headers: { "x-plan": "silver" } })).toBe(false);
    expect(matches({ headers: { "x-plan": "gold" } })).toBe(false);
    expect(matches({ keys: ["key_1", "key_2"], projects: ["prj_1"], endUsers: ["ann"] }, { keyId: "key_2", projectId: "prj_1", endUser: "ann" })).toBe(true);
    expect(matches({ keys: ["key_1"] }, { keyId: "key_2" })).toBe(false);
    expect(matches({ endUsers: ["ann"] }, { endUser: null })).toBe(false);
  });
  it("the plan kept for the end user; one that is not known matches nothing, and the explanation says why", () => {
    const asked = { userPlan: ["gold", "silver"] };
    expect(matches(asked, { userPlan: { label: "gold", source: "stored" } })).toBe(true);
    expect(matches(asked, { userPlan: { label: "free", source: "stored" } })).toBe(false);
    for (const source of ["unlisted", "no_end_user", "unavailable"] as const) {
      const made = plan(inputOf({ userPlan: { label: null, source } }, { preset: presetOf({ rules: [{ name: "paid", when: asked, targets: target }, { name: "rest", targets: target }] }) }));
      expect([made.rule, explain(made).user_plan]).toEqual(["rest", { label: null, source }]);
    }
    expect(matches(asked)).toBe(false);
  });
  it("a time window in its own zone, over midnight too, counted to the day it began", () => {
    expect(matches(timed({ from: "09:00", to: "17:00", zone: "Europe/Berlin" }), {}, at("2026-07-01T07:00:00Z"))).toBe(true);
    expect(matches(timed({ from: "09:00", to: "17:00", zone: "Europe/Berlin" }), {}, at("2026-07-01T15:00:00Z"))).toBe(false);
    const friday = timed({ days: ["fri"], from: "22:00", to: "06:00" });
    expect(["2026-07-03T23:00:00Z", "2026-07-04T05:59:00Z"].map((text) => matches(friday, {}, at(text)))).toEqual([true, true]);
    expect(["2026-07-03T05:00:00Z", "2026-07-04T06:00:00Z", "2026-07-04T23:00:00Z"].map((text) => matches(friday, {}, at(text)))).toEqual([false, false, false]);
    expect(matches(timed({ days: ["wed"] }), {}, at("2026-07-01T00:00:00Z"))).toBe(true);
  });
  it("the share of the tightest budget, the bound included; without a budget never", () => {
    expect([79.9, 80, 120].map((budgetUsedPercent) => matches({ budgetUsedPercentMin: 80 }, { budgetUsedPercent }))).toEqual([false, true, true]);
    expect(matches({ budgetUsedPercentMin: 0 }, { budgetUsedPercent: null })).toBe(false);
  });
  it("the lowest price of a model now", () => {
    expect(matches({ price: { model: "a/big", inputUsdPerMillionMax: 2 } })).toBe(true);
    expect(matches({ price: { model: "a/big", provider: "beta", inputUsdPerMillionMax: 2 } })).toBe(false);
    expect(matches({ price: { model: "a/big", inputUsdPerMillionMin: 2.5 } })).toBe(false);
    expect(matches({ price: { model: "b/free" } })).toBe(false);
  });
  it("a percentage that a session or user keeps, and that comes true over many", () => {
    const canary: PresetCondition = { bucket: { percent: 10, by: "session" } };
    const drawn = Array.from({ length: 5_000 }, (_, index) => matches(canary, { sessionId: `session-${index}` }, { random: 0 }));
    expect(drawn.filter(Boolean).length / drawn.length).toBeGreaterThan(0.085);
    expect(drawn.filter(Boolean).length / drawn.length).toBeLessThan(0.115);
    for (const random of [0, 0.3, 0.99]) expect(matches(canary, { sessionId: "session-7" }, { random })).toBe(drawn[7]);
    expect([0.05, 0.5].map((random) => matches(canary, {}, { random }))).toEqual([true, false]);
  });
  it("the inferred task where the caller gave no label, asked once and only where a rule asks", () => {
    let asked = 0;
    const inferTask = () => { asked++; return { task: "code", confidence: 0.9, evidence: ["code fence"] }; };
    expect(matches({ task: ["code"] }, { inferTask })).toBe(true);
    expect(matches({ task: ["code"] }, { inferTask, task: "chat" })).toBe(false);
    expect(matches({ inputTokensMin: 1 }, { inferTask })).toBe(true);
    expect(asked).toBe(1);
  });
});

describe("a target", () => {
  const ruled = (rule: object, sets?: object): RoutePlan => plan(inputOf({}, { preset: presetOf({ ...(sets ? { sets } : {}), rules: [{ name: "r", ...rule }] }) }));
  it("may be a tier, cheapest first by the strategy", () => { expect(names(ruled({ strategy: "cheapest", targets: [{ model: "tier:mid" }] }))).toEqual(["beta a/small", "gamma b/wide", "alpha a/big", "beta a/big"]); });
  it("may be an equivalence set of the document, at one provider where it is pinned", () => {
    expect(names(ruled({ targets: [{ model: "set:chat" }] }, { chat: ["b/wide", "a/big"] }))).toEqual(["gamma b/wide", "alpha a/big", "beta a/big"]);
    expect(names(ruled({ targets: [{ model: "set:chat", provider: "beta" }] }, { chat: ["b/wide", "a/big"] }))).toEqual(["beta a/big"]);
    expect(ruled({ targets: [{ model: "set:none" }] }).rejected[0]?.reason).toBe("The preset has no set none.");
  });
  it("has a price ceiling, a time to first content and parameters of its own", () => {
    const made = ruled({ targets: [{ model: "a/big", maxPrice: { inputUsdPerMillion: 2.5 }, timeoutMs: 900, overrides: { max_tokens: 7 } }] });
    expect(names(made)).toEqual(["alpha a/big"]);
    expect(made.candidates[0]).toMatchObject({ timeoutMs: 900, overrides: { max_tokens: 7 }, maxOutputTokens: 7 });
    expect(made.rejected).toMatchObject([{ provider: "beta", filter: "max_price" }]);
  });
  it("of a name that means nothing is refused when it is written", () => {
    expect(presetDocumentSchema.safeParse({ rules: [{ name: "r", targets: [{ model: "tier:huge" }] }] }).success).toBe(false);
    expect(presetDocumentSchema.safeParse({ rules: [{ name: "r", when: { headers: { authorization: "x" } }, targets: target }] }).success).toBe(false);
    expect(presetDocumentSchema.safeParse({ rules: [{ name: "r", when: { time: { zone: "Mars/Base" } }, targets: target }] }).success).toBe(false);
  });
});

describe("fallbacks by failure class", () => {
  const made = plan(inputOf({}, { preset: presetOf({ rules: [{ name: "r", targets: [{ model: "a/small" }], fallbacks: target, fallbacksAfter: { context_overflow: [{ model: "b/wide" }], content_filtered: [{ model: "a/big", provider: "beta" }] } }] }) }));
  const after = (failure: "context_overflow" | "content_filtered" | "server_error", index = 0): string | undefined => {
    const { next } = retryDecision(made, index, { class: failure, status: 400, publicMessage: "", retryAfterMs: null }, { attemptsMade: 1 });
    const candidate = next === null ? undefined : made.candidates[next];
    return candidate && `${candidate.provider} ${candidate.model}`;
  };
  it("come first after their class, also after one that otherwise ends a request, and after no other", () => {
    expect(after("context_overflow")).toBe("gamma b/wide");
    expect(after("content_filtered")).toBe("beta a/big");
    expect(after("server_error")).toBe("alpha a/big");
    expect(after("server_error", 1)).toBe("beta a/big");
    expect(after("server_error", 2)).toBeUndefined();
  });
  it("serve where nobody else is left", () => {
    const only = plan(inputOf({ needs: ["vision"] }, { preset: presetOf({ rules: [{ name: "r", targets: target, fallbacksAfter: { context_overflow: [{ model: "b/wide" }] } }] }) }));
    expect(only.candidates).toMatchObject([{ model: "b/wide", after: null }]);
  });
});

it("what key and project let serve holds where nobody named a model or a preset, and so does what a candidate may lose", () => {
  const catalog = snapshotFrom(SEED);
  const open = { allow: [], deny: [] };
  const access = [{ owner: "key", models: { allow: ["google/gemini-2.5-flash"], deny: [] }, providers: open, noTraining: false, zeroRetention: false, regions: [] }] as const;
  const auto = (change: Partial<Omit<PlanInput, "facts">>) => plan(inputOf({}, { catalog, availableProviders: new Set(["openai", "anthropic", "gemini"]), ...change })).candidates.map(({ model }) => model);
  expect(auto({}).length).toBeGreaterThan(1);
  expect(auto({ access })).toEqual(["google/gemini-2.5-flash"]);
  expect(auto({ access: [{ ...access[0], models: open, regions: ["eu"] }], regionsOf: () => [null] })).toEqual([]);
  expect(auto({ losses: () => ["dropped:tools"] })).toEqual([]);
});

describe("a session", () => {
  const cheap = presetOf({ rules: [{ name: "r", strategy: "cheapest", targets: [{ model: "b/wide" }, { model: "a/big" }] }] });
  const sticky = { provider: "alpha", model: "a/big", cachedShare: 0.5 };
  it("stays where its prompt is cached, at the price that was seen, and leaves when that place is ill", () => {
    const made = plan(inputOf({ sessionId: "s", sticky }, { preset: cheap }));
    expect(names(made)[0]).toBe("alpha a/big");
    expect(made.candidates[0]?.estimatedCostNanoUsd).toBe(1_000_000n + 1_100_000n);
    const ill = plan(inputOf({ sessionId: "s", sticky }, { preset: cheap, health: { ...inputOf({}).health, circuit: (provider) => (provider === "alpha" ? "half_open" : "closed") } }));
    expect(names(ill)[0]).toBe("gamma b/wide");
  });
  it("is priced in its first turn by what traffic like it found in each place's cache, and by its own afterwards; no bound is lowered", () => {
    const cachedShareOf = (provider: string, model: string): number => (provider === "alpha" && model === "a/big" ? 0.9 : 0);
    const costs = (facts: Partial<PlanInput["facts"]>, seen?: typeof cachedShareOf) => plan(inputOf({ models: ["a/big"], ...facts }, { cachedShareOf: seen })).candidates.find(({ provider }) => provider === "alpha");
    const [plain, first, later] = [costs({}), costs({ sessionId: "s" }, cachedShareOf), costs({ sessionId: "s", sticky }, cachedShareOf)];
    expect([plain?.estimatedCostNanoUsd, first?.estimatedCostNanoUsd, later?.estimatedCostNanoUsd]).toEqual([3_000_000n, 200_000n + 180_000n + 1_000_000n, 1_000_000n + 1_100_000n]);
    expect([plain?.maxCostNanoUsd, first?.maxCostNanoUsd]).toEqual([plain?.maxCostNanoUsd, plain?.maxCostNanoUsd]);
    const told = explain(plan(inputOf({ models: ["a/big"] }, { cachedShareOf }))).candidates;
    expect(told.map(({ provider, cached_input }) => [provider, cached_input])).toEqual([["alpha", { share: 0.9, seen_in: "traffic" }], ["beta", undefined]]);
  });
  it("goes first where traffic like it finds most of its prompts cached, though the list price is higher there", () => {
    const dear = presetOf({ rules: [{ name: "r", strategy: "cheapest", targets: [{ model: "b/wide" }, { model: "a/big" }] }] });
    const facts = { inputTokens: 50_000 };
    expect(names(plan(inputOf(facts, { preset: dear })))[0]).toBe("gamma b/wide");
    expect(names(plan(inputOf(facts, { preset: dear, cachedShareOf: (provider) => (provider === "alpha" ? 0.95 : 0) })))[0]).toBe("alpha a/big");
  });
  it("yields to the caller's own order and to the model the caller named", () => {
    expect(names(plan(inputOf({ sticky, models: ["b/wide", "a/big"] })))[0]).toBe("gamma b/wide");
    expect(names(plan(inputOf({ sticky, models: ["a/big"], preferences: { order: ["beta"] } })))[0]).toBe("beta a/big");
  });
  it("keeps its draw of a weighted rule", () => {
    const weighted = presetOf({ rules: [{ name: "r", strategy: "weighted", targets: [{ model: "a/small" }, { model: "b/wide" }] }] });
    const drawn = (sessionId: string, random: number) => names(plan(inputOf({ sessionId }, { preset: weighted, random })))[0];
    for (const random of [0, 0.5, 0.9]) expect(drawn("one", random)).toBe(drawn("one", 0.1));
  });
});

it("after a rate limit another provider goes before another model of the same", () => {
  const made = plan(inputOf({ models: ["a/small", "a/big"], preferences: { order: ["beta"] } }));
  expect(names(made)).toEqual(["beta a/small", "beta a/big", "alpha a/big"]);
  expect(retryDecision(made, 0, { class: "rate_limited", status: 429, publicMessage: "", retryAfterMs: null }).next).toBe(2);
});
