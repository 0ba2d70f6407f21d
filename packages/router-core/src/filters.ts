/**
 * Why a candidate may not serve a request. Filters run in one fixed order and the first that objects gives the reason,
 * so an explanation names the most basic obstacle: a model that does not exist is never called too dear.
 */
import { usdTextFromNano } from "@trunkline/contracts";
import type { CatalogEndpoint, CatalogModel, Need, PresetTarget, PriceVersion, TokenPrices } from "@trunkline/contracts";
import { dataPolicyOf, priceIn, pricesFor, tierPerMille } from "@trunkline/catalog";
import { accessObjection, type RegionsOf } from "./access-objection.ts";
import type { CachedShare, Candidate, PlanInput, ProviderPreferences, RejectedCandidate, RequestFacts } from "./types.ts";

/** `estimateTokens` counts four bytes a token, and a byte-level token covers at least one byte: four times the estimate is never too low. */
export const INPUT_BOUND_FACTOR = 4;
/** For the likely cost where only an upper bound of the output is known: most chat answers are shorter. */
export const LIKELY_OUTPUT_TOKENS = 500;

/** A candidate before it is ordered: the scores are still to come. */
export type Draft = Candidate & { scores: Candidate["scores"]; lastResort: boolean };
/** `prices`: every version, by time. */
export interface Pair { readonly endpoint: CatalogEndpoint; readonly model: CatalogModel; readonly prices: readonly PriceVersion[] }
/** What the preset says of the place in which a pair stands. */
export interface Place { readonly target: PresetTarget; readonly after: Candidate["after"] }
/** Exactly one is null, but for a candidate refused only for its open circuit. */
export interface Verdict { readonly draft: Draft | null; readonly rejected: RejectedCandidate | null }

const NEED_MET: Readonly<Record<Need, (model: CatalogModel) => boolean>> = {
  tools: (model) => model.tools,
  vision: (model) => model.inputModalities.includes("image"),
  pdf: (model) => model.inputModalities.includes("pdf"),
  audio: (model) => model.inputModalities.includes("audio"),
  /** Every dialect answers in JSON, by its own mode or by instruction; only a schema needs the model. */
  json: () => true,
  json_schema: (model) => model.jsonSchema,
  reasoning: (model) => model.reasoning,
  embedding: (model) => model.kind === "embedding",
};

type Objection = readonly [filter: string, reason: string] | null;

function providerObjection({ endpoint: { provider } }: Pair, { availableProviders, facts: { preferences } }: PlanInput): Objection {
  const { only, ignore, order, allowFallbacks } = preferences;
  if (!availableProviders.has(provider)) return ["provider_unavailable", `No credential for ${provider} is configured.`];
  if (only && !only.includes(provider)) return ["only", `provider.only names ${only.join(", ") || "nobody"}.`];
  if (ignore?.includes(provider)) return ["ignore", `provider.ignore names ${provider}.`];
  if (order?.length && allowFallbacks === false && !order.includes(provider)) return ["order", `provider.order names ${order.join(", ")} and fallbacks are off.`];
  return preferences.dataCollection === "deny" || preferences.zeroRetention ? policyObjection(provider, preferences) : null;
}

function policyObjection(provider: string, { dataCollection, zeroRetention }: ProviderPreferences): Objection {
  const policy = dataPolicyOf(provider);
  if (dataCollection === "deny" && policy.trains) return ["data_policy", `provider.data_collection is deny, and no published term of ${provider} says that it does not train on data.`];
  if (zeroRetention && policy.retains) return ["data_policy", `provider.zdr is on, and no published term of ${provider} says that it keeps nothing.`];
  return null;
}

function modelObjection({ model }: Pair, { facts }: PlanInput, maxOutputTokens: number): Objection {
  for (const need of facts.needs) if (!NEED_MET[need](model)) return ["capability", `${model.id} lacks ${facts.needs.filter((one) => !NEED_MET[one](model)).join(", ")}.`];
  if (model.kind === "embedding") return embeddingObjection(model, facts);
  if (facts.inputTokens + maxOutputTokens > model.contextTokens || maxOutputTokens < 1)
    return ["context", `About ${facts.inputTokens} input and ${Math.max(1, maxOutputTokens)} output tokens exceed the ${model.contextTokens} that ${model.id} holds.`];
  return null;
}

/** A batch holds many inputs, each of which may fill the context: what is too long the provider alone can tell. */
function embeddingObjection(model: CatalogModel, facts: RequestFacts): Objection {
  return facts.needs.includes("embedding") ? null : ["capability", `${model.id} makes embeddings; it is reached by /v1/embeddings.`];
}

function lossObjection({ endpoint: { provider, upstreamModel }, model }: Pair, { losses }: PlanInput, maxOutputTokens: number): Objection {
  if (losses === undefined) return null;
  const lost = losses({ provider, model: model.id, upstreamModel, maxOutputTokens });
  return lost.length === 0 ? null : ["losses", `${provider} cannot honour ${lost.join(", ")}.`];
}

function ceilingObjection(price: PriceVersion, { maxPrice }: PresetTarget): Objection {
  if (maxPrice === undefined) return null;
  const { inputUsdPerMillion: input, outputUsdPerMillion: output } = maxPrice;
  if (input !== undefined && Number(price.inputNanoUsdPerMillion) / 1e9 > input) return ["max_price", `Input costs ${usdTextFromNano(price.inputNanoUsdPerMillion)} USD per million tokens, more than the ${input} that the preset allows here.`];
  if (output !== undefined && Number(price.outputNanoUsdPerMillion) / 1e9 > output) return ["max_price", `Output costs ${usdTextFromNano(price.outputNanoUsdPerMillion)} USD per million tokens, more than the ${output} that the preset allows here.`];
  return null;
}

function priceObjection(price: PriceVersion, { facts }: PlanInput): Objection {
  if (!facts.preferences.maxPrice) return null;
  const { prompt, completion } = facts.preferences.maxPrice;
  const exceeds = (nanoUsd: bigint, limitUsd: number | undefined): boolean => limitUsd !== undefined && Number(nanoUsd) / 1e9 > limitUsd;
  if (exceeds(price.inputNanoUsdPerMillion, prompt)) return ["max_price", `Input costs ${usdTextFromNano(price.inputNanoUsdPerMillion)} USD per million tokens, more than ${prompt}.`];
  if (exceeds(price.outputNanoUsdPerMillion, completion)) return ["max_price", `Output costs ${usdTextFromNano(price.outputNanoUsdPerMillion)} USD per million tokens, more than ${completion}.`];
  return null;
}

function costObjection(maxCostNanoUsd: bigint, input: PlanInput): Objection {
  const limit = costLimit(input);
  if (limit === null || maxCostNanoUsd <= limit) return null;
  return ["max_cost", `It may cost up to ${usdTextFromNano(maxCostNanoUsd)} USD, more than ${usdTextFromNano(limit)}; a lower output limit lowers the bound.`];
}

/** The tighter of the request's limit and the preset's; null when there is none. */
function costLimit({ facts, preset }: PlanInput): bigint | null {
  const own = facts.maxCostNanoUsd;
  const usd = preset?.document.limits.maxCostUsd;
  const presets = usd === undefined ? null : BigInt(Math.round(usd * 1e9));
  if (own === null || presets === null) return own ?? presets;
  return own < presets ? own : presets;
}

const TOKENS_PER_PRICE = 1_000_000n;
/** Whole tokens, rounded up; callers of a dry run may hand in fractions. */
const whole = (tokens: number): number => Math.ceil(Math.max(0, tokens));

/** Rounded up, because a bound must not fall short. A sum below 2^53 is exact in a double, which costs a tenth of a bigint. */
function cost({ input, inputPrice, output, outputPrice }: { readonly input: number; readonly inputPrice: bigint; readonly output: number; readonly outputPrice: bigint }): bigint {
  const millionths = input * Number(inputPrice) + output * Number(outputPrice) + 999_999;
  if (millionths < Number.MAX_SAFE_INTEGER) {
    const quotient = Math.floor(millionths / 1_000_000);
    // A division may round up to the next whole number; the product is exact. A remainder of doubles takes as long as the rest.
    return BigInt(quotient * 1_000_000 > millionths ? quotient - 1 : quotient);
  }
  return (BigInt(input) * inputPrice + BigInt(output) * outputPrice + TOKENS_PER_PRICE - 1n) / TOKENS_PER_PRICE;
}

/** What a prompt of at most so many tokens can cost: the dearest of every step it may reach. */
function dearestWithin(price: PriceVersion, promptTokensMax: number, facts: PlanInput["facts"]): { readonly input: bigint; readonly output: bigint } {
  let input = dearestInput(price, facts);
  let output = price.outputNanoUsdPerMillion;
  for (const step of price.steps ?? []) {
    if (promptTokensMax <= step.aboveInputTokens) break;
    const stepInput = dearestInput(step, facts);
    if (stepInput > input) input = stepInput;
    if (step.outputNanoUsdPerMillion > output) output = step.outputNanoUsdPerMillion;
  }
  return { input, output };
}

/** What is priced apart counts only for a request that asks for it: else every hold would be as large as the dearest one. */
function dearestInput(price: TokenPrices, { needs, cachesForAnHour }: PlanInput["facts"]): bigint {
  const { parts } = price;
  let dearest = dearestPlainInput(price);
  if (parts === undefined) return dearest;
  if (cachesForAnHour === true && (parts.cacheWrite1hNanoUsdPerMillion ?? 0n) > dearest) dearest = parts.cacheWrite1hNanoUsdPerMillion ?? dearest;
  if (needs.includes("audio") && (parts.inputAudioNanoUsdPerMillion ?? 0n) > dearest) dearest = parts.inputAudioNanoUsdPerMillion ?? dearest;
  if (needs.includes("vision") && (parts.inputImageNanoUsdPerMillion ?? 0n) > dearest) dearest = parts.inputImageNanoUsdPerMillion ?? dearest;
  return dearest;
}

function dearestPlainInput(price: TokenPrices): bigint {
  const { inputNanoUsdPerMillion: fresh, cacheReadNanoUsdPerMillion: read, cacheWriteNanoUsdPerMillion: write } = price;
  const cached = read > write ? read : write;
  return fresh > cached ? fresh : cached;
}

/** What a session itself saw at its place says more than what others see there. */
function likelyCached({ endpoint: { provider }, model }: Pair, { facts: { sticky }, cachedShareOf }: PlanInput): CachedShare | null {
  if (!sticky && cachedShareOf === undefined) return null;
  const isSticky = sticky?.provider === provider && sticky.model === model.id;
  const share = Math.min(isSticky ? sticky.cachedShare : cachedShareOf?.(provider, model.id) ?? 0, 1);
  return share > 0 ? { share, seenIn: isSticky ? "session" : "traffic" } : null;
}

function likelyInputPrice(price: TokenPrices, cached: CachedShare | null): bigint {
  if (cached === null) return price.inputNanoUsdPerMillion;
  return BigInt(Math.round(Number(price.inputNanoUsdPerMillion) * (1 - cached.share) + Number(price.cacheReadNanoUsdPerMillion) * cached.share));
}

const sameCost = (nanoUsd: bigint): bigint => nanoUsd;
/** A cheaper tier lowers no bound: the provider may serve by its ordinary one. */
const dearerPerMille = (price: PriceVersion, tier: string): number => Math.max(1_000, tierPerMille(price, tier) ?? 1_000);
const costInTier = (price: PriceVersion, tier: string) => (nanoUsd: bigint): bigint => (nanoUsd * BigInt(dearerPerMille(price, tier)) + 999n) / 1_000n;

/** What a ceiling is held against. */
function priceInTier(price: PriceVersion, tier: string | undefined): PriceVersion {
  if (tier === undefined) return price;
  const inTier = costInTier(price, tier);
  return { ...price, inputNanoUsdPerMillion: inTier(price.inputNanoUsdPerMillion), outputNanoUsdPerMillion: inTier(price.outputNanoUsdPerMillion) };
}

const UNSCORED: Candidate["scores"] = {};

function draftOf(pair: Pair, input: PlanInput, place: Place, { price, maxOutputTokens }: { readonly price: PriceVersion; readonly maxOutputTokens: number }): Draft {
  const { endpoint, model } = pair;
  const { facts, health } = input;
  const answers = whole(facts.answers ?? 1);
  const inputMax = whole(facts.inputTokensMax ?? facts.inputTokens * INPUT_BOUND_FACTOR);
  const bound = price.steps === undefined ? null : dearestWithin(price, inputMax, facts);
  const likely = bound === null ? price : pricesFor(price, facts.inputTokens);
  const cached = likelyCached(pair, input);
  const inTier = facts.serviceTier === undefined ? sameCost : costInTier(price, facts.serviceTier);
  return {
    provider: endpoint.provider, model: model.id, upstreamModel: endpoint.upstreamModel, contextTokens: model.contextTokens, maxOutputTokens, price, cached,
    estimatedCostNanoUsd: inTier(cost({ input: whole(facts.inputTokens), inputPrice: likelyInputPrice(likely, cached), output: answers * whole(Math.min(maxOutputTokens, LIKELY_OUTPUT_TOKENS)), outputPrice: likely.outputNanoUsdPerMillion })),
    maxCostNanoUsd: inTier(cost({ input: inputMax, inputPrice: bound?.input ?? dearestInput(price, facts), output: answers * whole(maxOutputTokens), outputPrice: bound?.output ?? price.outputNanoUsdPerMillion })),
    circuit: health.circuit(endpoint.provider, model.id), scores: UNSCORED, lastResort: false,
    after: place.after, timeoutMs: place.target.timeoutMs ?? null, overrides: place.target.overrides ?? null,
  };
}

/** The caller's output limit, or the preset's in its place, as far as the model goes; without one, what the context leaves. */
function outputBound(model: CatalogModel, { facts }: PlanInput, { overrides }: PresetTarget): number {
  const wanted = overrides?.max_tokens ?? facts.maxOutputTokens ?? model.contextTokens - facts.inputTokens;
  return Math.floor(Math.min(wanted, model.maxOutputTokens));
}

/** Nobody knows an address here. */
const NOWHERE: RegionsOf = () => [];

const refuse = ({ endpoint: { provider }, model }: Pair, [filter, reason]: NonNullable<Objection>, draft: Draft | null = null): Verdict => ({ draft, rejected: { provider, model: model.id, filter, reason } });

/** Runs every filter. A candidate refused only for its open circuit keeps its draft, because it may return as a last resort. */
export function judge(pair: Pair, input: PlanInput, place: Place): Verdict {
  const { endpoint: { provider }, model } = pair;
  const maxOutputTokens = outputBound(model, input, place.target);
  const basic = (input.access === undefined ? null : accessObjection(pair.endpoint, input.access, input.regionsOf ?? NOWHERE)) ?? providerObjection(pair, input) ?? modelObjection(pair, input, maxOutputTokens) ?? lossObjection(pair, input, maxOutputTokens);
  if (basic) return refuse(pair, basic);
  const price = priceIn(pair.prices, input.nowMs);
  if (!price) return refuse(pair, ["unpriced", `${provider} has no price for ${model.id} now; nothing is served unpriced.`]);
  const draft = draftOf(pair, input, place, { price, maxOutputTokens });
  const asked = priceInTier(price, input.facts.serviceTier);
  const dear = ceilingObjection(asked, place.target) ?? priceObjection(asked, input) ?? costObjection(draft.maxCostNanoUsd, input);
  if (dear) return refuse(pair, dear);
  return draft.circuit === "open" ? refuse(pair, ["circuit_open", `Recent attempts at ${provider} failed; it is left alone until its cooldown ends.`], draft) : { draft, rejected: null };
}
