/** Builders for the tests of this folder: a small catalogue whose numbers are easy to reckon with. */
import { presetDocumentSchema } from "@trunkline/contracts";
import type { CatalogModel, PriceVersion, PublishedPreset } from "@trunkline/contracts";
import { snapshotFrom } from "@trunkline/catalog";
import type { CircuitState, HealthSnapshot, PlanInput, RequestFacts } from "./types.ts";

export const NOW_MS = Date.UTC(2026, 0, 1);

export const modelOf = (id: string, change: Partial<CatalogModel> = {}): CatalogModel => ({
  id, name: id, author: id.split("/")[0] ?? "", createdAt: 0, contextTokens: 100_000, maxOutputTokens: 4_000, inputModalities: ["text"], tools: true, jsonSchema: true, reasoning: false, tier: "mid", description: "", ...change,
});

/** USD per million for input and output. */
export const priceOf = (provider: string, model: string, usd: readonly [number, number]): PriceVersion => ({
  id: `prc_${provider}_${model}`, provider, model, effectiveFromMs: 0, effectiveToMs: null, source: "test",
  inputNanoUsdPerMillion: BigInt(Math.round(usd[0] * 1e9)), cacheReadNanoUsdPerMillion: BigInt(Math.round(usd[0] * 1e8)), cacheWriteNanoUsdPerMillion: BigInt(Math.round(usd[0] * 1.25e9)), outputNanoUsdPerMillion: BigInt(Math.round(usd[1] * 1e9)),
});

/** a/big at alpha and beta (dearer), a/small at beta, b/wide (vision, long context) at gamma, b/free at gamma without a price. */
export const CATALOG = snapshotFrom({
  models: [modelOf("a/big"), modelOf("a/small", { contextTokens: 8_000, maxOutputTokens: 1_000, tools: false, jsonSchema: false }), modelOf("b/wide", { contextTokens: 1_000_000, inputModalities: ["text", "image", "pdf"], reasoning: true }), modelOf("b/free")],
  endpoints: [
    { provider: "alpha", model: "a/big", upstreamModel: "big-1" }, { provider: "beta", model: "a/big", upstreamModel: "vendor/big" },
    { provider: "beta", model: "a/small", upstreamModel: "small-1" }, { provider: "gamma", model: "b/wide", upstreamModel: "wide" }, { provider: "gamma", model: "b/free", upstreamModel: "free" },
  ],
  prices: [priceOf("alpha", "a/big", [2, 10]), priceOf("beta", "a/big", [3, 12]), priceOf("beta", "a/small", [0.1, 0.4]), priceOf("gamma", "b/wide", [1, 4])],
});

export const factsOf = (change: Partial<RequestFacts> = {}): RequestFacts => ({
  models: [], inputTokens: 1_000, maxOutputTokens: 100, needs: [], task: null, metadata: {}, preferences: {}, maxCostNanoUsd: null, deadlineMs: null, fallbacks: true, ...change,
});

type Table<Value> = Readonly<Record<string, Value>>;
/** Tables by `provider model`. */
export const healthOf = (circuits: Table<CircuitState> = {}, ttftMs: Table<number> = {}, speeds: Table<number> = {}): HealthSnapshot => ({
  circuit: (provider, model) => circuits[`${provider} ${model}`] ?? "closed",
  timeToFirstTokenMs: (provider, model) => ttftMs[`${provider} ${model}`] ?? null,
  tokensPerSecond: (provider, model) => speeds[`${provider} ${model}`] ?? null,
});

export const inputOf = (facts: Partial<RequestFacts>, change: Partial<Omit<PlanInput, "facts">> = {}): PlanInput => ({
  facts: factsOf(facts), preset: null, catalog: CATALOG, health: healthOf(), availableProviders: new Set(["alpha", "beta", "gamma"]), nowMs: NOW_MS, random: 0.5, ...change,
});

/** A preset from wire form, defaults filled in. */
export const presetOf = (document: unknown): PublishedPreset => ({ slug: "mine", version: 3, document: presetDocumentSchema.parse(document) });
