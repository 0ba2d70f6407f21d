/**
 * Builds src/seed.json from @pydantic/genai-prices (MIT, https://github.com/pydantic/genai-prices) and the curated table.
 * Decides how that package's prices become price versions. It promises that a price is used only for a name the package lists
 * exactly, and that no request in the seed's bounds is rated below what the provider bills:
 *  - a price that rises with the prompt's length keeps its steps, one that changes with the hour of the day its hours;
 *  - what is priced apart within a class (writes kept for an hour, audio, images, searches) keeps its price;
 *  - cache reads and writes without a price of their own cost as much as input.
 * Run: node scripts/build-seed.mjs   (deterministic; fails on any name without a price)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { transformSync } from "esbuild";
import { findProvider } from "@pydantic/genai-prices";
import { ANTHROPIC_SNAPSHOTS, CURATED, HOSTED } from "./curated-models.mjs";
import { listedModels } from "./listed-models.mjs";
import { contextOf, factsOf } from "./model-facts.mjs";
import { REPLICATE, REPLICATE_SINCE_MS, REPLICATE_SOURCE } from "./replicate-prices.mjs";

const PACKAGE = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).dependencies["@pydantic/genai-prices"];
const SOURCE = `@pydantic/genai-prices@${PACKAGE}`;
/** Our provider id → the package's. */
const PRICE_PROVIDERS = { openai: "openai", anthropic: "anthropic", gemini: "google", mistral: "mistral", deepseek: "deepseek", groq: "groq", xai: "x-ai", together: "together", fireworks: "fireworks", vertex: "google", "bedrock-anthropic": "aws", "vertex-anthropic": "google", "azure-openai": "azure", cohere: "cohere" };
const MODALITIES = { i: "image", p: "pdf" };

/** The package's entry for exactly this upstream name: its id, or one of its `equals` clauses. */
function entryOf(provider, upstreamModel) {
  const models = findProvider({ providerId: PRICE_PROVIDERS[provider] })?.models ?? [];
  const clauses = (match) => (match.or ?? [match]).map((clause) => clause.equals);
  const hit = models.find((model) => clauses(model.match).includes(upstreamModel)) ?? models.find((model) => model.id === upstreamModel);
  if (!hit) throw new Error(`${provider} ${upstreamModel}: not listed by name in ${SOURCE}`);
  return hit;
}

/** The prices are made by what makes them of every later release, so that the seed and a sync of the same data agree. */
const { code } = transformSync(readFileSync(new URL("../src/sync/price-versions.ts", import.meta.url), "utf8"), { loader: "ts", format: "esm" });
const { bookedPrices, tiersOf } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

function priceRows(provider, model, { entry, isEmbedding }) {
  const versions = bookedPrices(entry, isEmbedding);
  if (versions.length === 0) throw new Error(`${provider} ${model}: no complete price in ${SOURCE}`);
  return versions.map(({ fromMs, ...prices }, index) => ({
    id: `prc_seed_${provider}_${model.replace("/", "_")}_${new Date(fromMs).toISOString().slice(0, 10).replaceAll("-", "")}`, provider, model, effectiveFromMs: fromMs, effectiveToMs: versions[index + 1]?.fromMs ?? null,
    ...prices, ...(tiersOf(provider, model) && !isEmbedding ? { tierPerMille: tiersOf(provider, model) } : {}), source: SOURCE,
  }));
}

/** Snapshot names (`<name>-YYYY-MM-DD`) of which the package knows exactly one, so that the undated name means the same model. */
function snapshotsOf(entry, upstreamModel) {
  const names = (entry.match.or ?? []).map((clause) => clause.equals ?? "").filter((name) => name.startsWith(`${upstreamModel}-`) && /^-20\d\d-\d\d-\d\d$/.test(name.slice(upstreamModel.length)));
  return names.length === 1 ? names : [];
}

const seed = { provenance: { source: SOURCE, license: "MIT", url: "https://github.com/pydantic/genai-prices", prices: [...new Set(Object.values(PRICE_PROVIDERS).flatMap((id) => findProvider({ providerId: id }).pricing_urls))] }, models: [], endpoints: [], prices: [], aliases: { ...ANTHROPIC_SNAPSHOTS } };
for (const [id, name, released, options, endpoints] of CURATED) {
  const bounds = options.ctx ? [options.ctx] : [];
  for (const [provider, upstreamModel] of Object.entries({ ...endpoints, ...HOSTED[id] })) {
    const entry = entryOf(provider, upstreamModel);
    bounds.push(entry.context_window ?? Infinity);
    seed.endpoints.push({ provider, model: id, upstreamModel });
    seed.prices.push(...priceRows(provider, id, { entry, isEmbedding: options.kind === "embedding" }));
    for (const alias of snapshotsOf(entry, upstreamModel)) seed.aliases[alias] = id;
  }
  const contextTokens = Math.min(...bounds);
  if (!Number.isFinite(contextTokens)) throw new Error(`${id}: no context length known`);
  seed.models.push({
    id, name, author: id.split("/")[0], createdAt: Date.parse(`${released}T00:00:00Z`) / 1000, contextTokens, maxOutputTokens: options.kind === "embedding" ? 0 : Math.min(options.out, contextTokens), ...(options.kind ? { kind: options.kind } : {}),
    inputModalities: ["text", ...[...(options.reads ?? "")].map((letter) => MODALITIES[letter])],
    tools: (options.can ?? "").includes("t"), jsonSchema: (options.can ?? "").includes("j"), reasoning: (options.can ?? "").includes("r"), tier: options.tier, description: options.text,
  });
}

const curatedIds = new Set(seed.models.map(({ id }) => id));
const upstreamNames = new Set(seed.endpoints.map(({ provider, upstreamModel }) => `${provider} ${upstreamModel}`));
const capital = (word) => /^o\d$/.test(word) ? word : word.charAt(0).toUpperCase() + word.slice(1);
const titled = (slug) => slug.replace(/-(20\d\d-\d\d-\d\d)$/, "~($1)").split("~").map((part) => part.startsWith("(") ? part : part.split("-").map(capital).join(" ")).join(" ").replace(/^Gpt /, "GPT-");
/** A dated release or a Codex form of a curated model can do what that one can. */
const VARIANT = /^(.+?)-(20\d\d-\d\d-\d\d|codex(?:-max)?)$/;
function variantOf(id) {
  const [, base, variant] = VARIANT.exec(id) ?? [];
  const model = base && seed.models.find((candidate) => candidate.id === base && candidate.tier !== "specialised");
  return model ? { model, name: /^\d/.test(variant) ? `${model.name} (${variant})` : `${model.name} ${titled(variant)}`, released: /^\d/.test(variant) ? Date.parse(`${variant}T00:00:00Z`) / 1000 : model.createdAt } : null;
}
for (const [id, endpoints] of listedModels((model, provider, upstreamModel) => curatedIds.has(model) || model in seed.aliases || upstreamModel in seed.aliases || upstreamNames.has(`${provider} ${upstreamModel}`))) {
  const priced = endpoints.map(({ provider, upstreamModel, entry }) => ({ provider, upstreamModel, entry }));
  const known = contextOf(id, priced.map(({ entry }) => entry.context_window).find(Boolean));
  if (known === null) { process.stdout.write(`left out, context unknown: ${id}\n`); continue; }
  const contextTokens = Math.min(known, ...priced.map(({ entry }) => entry.context_window ?? Infinity));
  const { name, released, ...facts } = factsOf(id, contextTokens);
  const [author, slug] = id.split("/");
  const described = priced.map(({ entry }) => entry.description ?? "").find((text) => text !== "") ?? "";
  for (const { provider, upstreamModel, entry } of priced) {
    seed.endpoints.push({ provider, model: id, upstreamModel });
    seed.prices.push(...priceRows(provider, id, { entry, isEmbedding: false }));
  }
  const variant = variantOf(id);
  if (variant) { seed.models.push({ ...variant.model, id, name: variant.name, createdAt: variant.released, contextTokens: Math.min(contextTokens, variant.model.contextTokens), tier: "specialised" }); continue; }
  seed.models.push({ id, name: name ?? titled(slug), author, createdAt: released ? Date.parse(`${released}T00:00:00Z`) / 1000 : 0, contextTokens, ...facts, tier: "specialised", description: (/^[^.]+\./.exec(described)?.[0] ?? described).slice(0, 240) });
}
const nanoUsd = (usd) => BigInt(Math.round(usd * 1e6)) * 1000n;
for (const [model, [upstreamModel, input, output]] of Object.entries(REPLICATE)) {
  if (!seed.models.some(({ id }) => id === model)) throw new Error(`replicate ${upstreamModel}: no model ${model}`);
  const inputNanoUsdPerMillion = nanoUsd(input);
  seed.endpoints.push({ provider: "replicate", model, upstreamModel });
  seed.prices.push({
    id: `prc_seed_replicate_${model.replace("/", "_")}_${new Date(REPLICATE_SINCE_MS).toISOString().slice(0, 10).replaceAll("-", "")}`, provider: "replicate", model, effectiveFromMs: REPLICATE_SINCE_MS, effectiveToMs: null,
    inputNanoUsdPerMillion, cacheReadNanoUsdPerMillion: inputNanoUsdPerMillion, cacheWriteNanoUsdPerMillion: inputNanoUsdPerMillion, outputNanoUsdPerMillion: nanoUsd(output), source: REPLICATE_SOURCE,
  });
}
writeFileSync(new URL("../src/seed.json", import.meta.url), `${JSON.stringify(seed, (_name, value) => (typeof value === "bigint" ? value.toString() : value), 1)}\n`);
process.stdout.write(`${seed.models.length} models, ${seed.endpoints.length} endpoints, ${seed.prices.length} prices, ${Object.keys(seed.aliases).length} aliases\n`);
