import { priceKey } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { findModel, nearestModels } from "./find-model.ts";
import { SEED } from "./seed.ts";
import { priceAt, snapshotFrom } from "./snapshot.ts";

const snapshot = snapshotFrom(SEED);
const NOW = Date.UTC(2026, 10, 22);

describe("the seed", () => {
  it("prices every endpoint it lists", () => {
    for (const { provider, model } of SEED.endpoints) expect(priceAt(snapshot, provider, model, NOW), priceKey(provider, model)).not.toBeNull();
  });
  it("gives every model a provider, a positive context and an output bound within it", () => {
    for (const model of SEED.models) {
      expect(snapshot.endpointsByModel.get(model.id)?.length, model.id).toBeGreaterThan(0);
      expect(model.contextTokens).toBeGreaterThan(0);
      expect(model.maxOutputTokens).toBeLessThanOrEqual(model.contextTokens);
    }
  });
  it("has no free tokens and no id twice", () => {
    const embeds = (model: string): boolean => snapshot.models.get(model)?.kind === "embedding";
    for (const price of SEED.prices) expect(price.inputNanoUsdPerMillion > 0n && price.outputNanoUsdPerMillion > 0n !== embeds(price.model), price.id).toBe(true);
    expect(new Set(SEED.prices.map((price) => price.id)).size).toBe(SEED.prices.length);
    expect(new Set(SEED.models.map((model) => model.id)).size).toBe(SEED.models.length);
  });
  it("lists at least 500 priced models, those that nobody curated for whoever names them and for nobody else", () => {
    expect(SEED.models.length).toBeGreaterThanOrEqual(500);
    expect(SEED.models.filter((model) => model.tier === "specialised").length).toBeGreaterThan(400);
  });
  it("serves every model under one exact name a provider, and no name of a provider means two models", () => {
    const names = SEED.endpoints.map(({ provider, upstreamModel }) => `${provider} ${upstreamModel}`);
    const pairs = SEED.endpoints.map(({ provider, model }) => `${provider} ${model}`);
    expect([names.length - new Set(names).size, pairs.length - new Set(pairs).size]).toEqual([0, 0]);
  });
  it("serves models of one maker through the big clouds too", () => {
    const providersOf = (model: string): readonly string[] => (snapshot.endpointsByModel.get(model) ?? []).map(({ provider }) => provider);
    expect(providersOf("anthropic/claude-sonnet-4.5")).toEqual(["anthropic", "bedrock-anthropic", "vertex-anthropic"]);
    expect(providersOf("google/gemini-2.5-flash")).toEqual(["gemini", "vertex"]);
    expect(providersOf("openai/o4-mini")).toContain("azure-openai");
    expect(providersOf("cohere/embed-v4.0")).toEqual(["cohere"]);
    expect(providersOf("amazon/nova-pro-v1").includes("bedrock")).toBe(true);
  });
  it("promises the demanded JSON form wherever the wire has it or the gateway emulates it by a tool", () => {
    const lacking = SEED.models.filter(({ id, tools, jsonSchema }) => tools && !jsonSchema && /^(?:anthropic\/claude|amazon\/nova|cohere\/command|google\/gemini)/.test(id));
    expect(lacking.map(({ id }) => id)).toEqual([]);
  });
  it("serves at least three models through several providers", () => {
    expect([...snapshot.endpointsByModel.values()].filter((endpoints) => endpoints.length > 1).length).toBeGreaterThanOrEqual(3);
  });
});

describe("priceAt", () => {
  const at = (day: string): bigint | undefined => priceAt(snapshot, "openai", "openai/o3", Date.parse(day))?.inputNanoUsdPerMillion;
  it("returns the version in force, the start included and the end not", () => {
    expect(at("2025-06-09T23:59:59.999Z")).toBe(10_000_000_000n);
    expect(at("2025-06-10T00:00:00.000Z")).toBe(2_000_000_000n);
  });
  it("is null before the first version and for an unknown pair", () => {
    expect(at("2001-01-01")).toBeUndefined();
    expect(priceAt(snapshot, "groq", "openai/o3", NOW)).toBeNull();
  });
});

describe("findModel", () => {
  it.each([["openai/gpt-5-mini", "openai/gpt-5-mini"], ["gpt-5-mini", "openai/gpt-5-mini"], ["claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"], ["claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4.5"], ["llama-3.3-70b-versatile", "meta-llama/llama-3.3-70b-instruct"],
    ["claude-sonnet-4.5", "anthropic/claude-sonnet-4.5"], ["anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"], ["anthropic/claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4.5"],
    ["gpt-4o-2024-08-06", "openai/gpt-4o-2024-08-06"], ["gpt-5-codex", "openai/gpt-5-codex"], ["gpt-5-chat-latest", "openai/gpt-5-chat"], ["command-a-03-2025", "cohere/command-a"]])("resolves %s", (name, id) => {
    expect(findModel(snapshot, name)?.id).toBe(id);
  });
  it.each(["gpt-5-min", "gpt-4o-2023-01-01", "openai/claude-sonnet-4-5", "x/anthropic/claude-sonnet-4.5", "", "/", "constructor", "__proto__"])("does not guess %j", (name) => { expect(findModel(snapshot, name)).toBeNull(); });
  it("refuses an upstream name that two models share", () => {
    const first = SEED.models[0];
    const second = SEED.models[1];
    if (!first || !second) throw new Error("the seed is empty");
    const shared = snapshotFrom({ models: [first, second], endpoints: [{ provider: "p", model: first.id, upstreamModel: "same" }, { provider: "q", model: second.id, upstreamModel: "same" }], prices: [] });
    expect(findModel(shared, "same")).toBeNull();
  });
  it("refuses a slug that models of two authors share", () => {
    const [first] = SEED.models;
    if (!first) throw new Error("the seed is empty");
    const shared = snapshotFrom({ models: [{ ...first, id: "a/same", author: "a" }, { ...first, id: "b/same", author: "b" }], endpoints: [{ provider: "p", model: "a/same", upstreamModel: "one" }, { provider: "p", model: "b/same", upstreamModel: "two" }], prices: [] });
    expect([findModel(shared, "same"), findModel(shared, "b/same")?.id]).toEqual([null, "b/same"]);
  });
  it("serves a dated name from the very release it names, at that release's price", () => {
    for (const name of ["gpt-4o-2024-08-06", "gpt-4o-2024-11-20", "o1-2024-12-17"]) expect(snapshot.endpointsByModel.get(findModel(snapshot, name)?.id ?? "")?.map(({ provider, upstreamModel }) => [provider, upstreamModel])).toEqual([["openai", name]]);
  });
});

it("names the nearest models for a misspelt one", () => {
  expect(nearestModels(snapshot, "gpt-5-minni")[0]).toBe("openai/gpt-5-mini");
  expect(nearestModels(snapshot, "anthropic/claude-sonet-4.5")[0]).toBe("anthropic/claude-sonnet-4.5");
  expect(nearestModels(snapshot, "x".repeat(5000))).toHaveLength(3);
});
