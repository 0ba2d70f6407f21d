/**
 * Builds src/seed.json from @pydantic/genai-prices (MIT, https://github.com/pydantic/genai-prices) and the curated table.
 * Decides how that package's prices become price versions. It promises that a price is used only for a name the package lists
 * exactly, and that no request in the seed's bounds is rated below what the provider bills:
 *  - a price that rises with the prompt's length keeps its steps;
 *  - a price that changes with the hour of the day is taken at its dearest hour;
 *  - cache reads and writes without a price of their own cost as much as input.
 * Run: node scripts/build-seed.mjs   (deterministic; fails on any name without a price)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { findProvider } from "@pydantic/genai-prices";
import { ANTHROPIC_SNAPSHOTS, CURATED, HOSTED } from "./curated-models.mjs";
import { listedModels } from "./listed-models.mjs";
import { contextOf, factsOf } from "./model-facts.mjs";

const PACKAGE = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).dependencies["@pydantic/genai-prices"];
const SOURCE = `@pydantic/genai-prices@${PACKAGE}`;
/** Our provider id → the package's. */
const PRICE_PROVIDERS = { openai: "openai", anthropic: "anthropic", gemini: "google", mistral: "mistral", deepseek: "deepseek", groq: "groq", xai: "x-ai", together: "together", fireworks: "fireworks", vertex: "google", "bedrock-anthropic": "aws", "vertex-anthropic": "google" };
/** An entry without a start date holds since before the gateway existed. */
const FIRST_EFFECTIVE = "2020-01-01";
const MODALITIES = { i: "image", p: "pdf" };

/** The package's entry for exactly this upstream name: its id, or one of its `equals` clauses. */
function entryOf(provider, upstreamModel) {
  const models = findProvider({ providerId: PRICE_PROVIDERS[provider] })?.models ?? [];
  const clauses = (match) => (match.or ?? [match]).map((clause) => clause.equals);
  const hit = models.find((model) => clauses(model.match).includes(upstreamModel)) ?? models.find((model) => model.id === upstreamModel);
  if (!hit) throw new Error(`${provider} ${upstreamModel}: not listed by name in ${SOURCE}`);
  return hit;
}

const base = (price) => (typeof price === "object" ? price.base : price);
const startsOf = (prices) => [...new Set(Object.values(prices).flatMap((price) => (typeof price === "object" ? price.tiers.map((tier) => tier.start) : [])))].sort((left, right) => left - right);
/** The prices of a prompt longer than `start`. */
const above = (prices, start) => Object.fromEntries(Object.entries(prices).map(([unit, price]) => [unit, typeof price === "object" ? [...price.tiers].sort((left, right) => left.start - right.start).reduce((found, tier) => (tier.start <= start ? tier.price : found), price.base) : price]));
/** USD per million as the package writes it → nano-USD per million; exact, because prices have at most nine decimals. */
function nano(usd) {
  const value = Math.round(usd * 1e9);
  if (!Number.isSafeInteger(value) || Math.abs(value / 1e9 - usd) > 1e-12) throw new Error(`price ${usd} is not a whole number of nano-USD`);
  return value;
}

/** Embeddings have no output, and so no price of it. */
function rates(prices, isEmbedding) {
  const input = base(prices.input_mtok);
  const output = isEmbedding ? 0 : base(prices.output_mtok);
  if (typeof input !== "number" || typeof output !== "number") throw new Error("no input or output price");
  return [input, base(prices.cache_read_mtok) ?? input, base(prices.cache_write_mtok) ?? input, output].map(nano);
}
const dearest = (left, right) => left.map((value, index) => Math.max(value, right[index]));

/** Versions in time order; hourly prices are folded into every version as the dearest. */
function versionsOf(entry, isEmbedding) {
  const list = Array.isArray(entry.prices) ? entry.prices : [{ prices: entry.prices }];
  const hourly = list.filter((item) => item.constraint?.type === "time_of_date").map((item) => rates(item.prices, isEmbedding));
  return list.filter((item) => item.constraint?.type !== "time_of_date")
    .map((item) => ({ from: item.constraint?.start_date ?? FIRST_EFFECTIVE, rates: hourly.reduce(dearest, rates(item.prices, isEmbedding)), steps: startsOf(item.prices).map((start) => ({ start, rates: rates(above(item.prices, start), isEmbedding) })) }))
    .sort((left, right) => (left.from < right.from ? -1 : 1));
}

const priceFields = ([input, cacheRead, cacheWrite, output]) => ({ inputNanoUsdPerMillion: String(input), cacheReadNanoUsdPerMillion: String(cacheRead), cacheWriteNanoUsdPerMillion: String(cacheWrite), outputNanoUsdPerMillion: String(output) });

function priceRows(provider, model, versions) {
  return versions.map((version, index) => {
    return {
      id: `prc_seed_${provider}_${model.replace("/", "_")}_${version.from.replaceAll("-", "")}`, provider, model,
      effectiveFromMs: Date.parse(`${version.from}T00:00:00Z`),
      effectiveToMs: versions[index + 1] ? Date.parse(`${versions[index + 1].from}T00:00:00Z`) : null,
      ...priceFields(version.rates), ...(version.steps.length > 0 ? { steps: version.steps.map((step) => ({ aboveInputTokens: step.start, ...priceFields(step.rates) })) } : {}),
      source: SOURCE,
    };
  });
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
    const versions = versionsOf(entry, options.kind === "embedding");
    bounds.push(entry.context_window ?? Infinity);
    seed.endpoints.push({ provider, model: id, upstreamModel });
    seed.prices.push(...priceRows(provider, id, versions));
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
const titled = (slug) => slug.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
for (const [id, endpoints] of listedModels((model, provider, upstreamModel) => curatedIds.has(model) || model in seed.aliases || upstreamModel in seed.aliases || upstreamNames.has(`${provider} ${upstreamModel}`))) {
  const priced = endpoints.map(({ provider, upstreamModel, entry }) => ({ provider, upstreamModel, entry, versions: versionsOf(entry, false) }));
  const known = contextOf(id, priced.map(({ entry }) => entry.context_window).find(Boolean));
  if (known === null) { process.stdout.write(`left out, context unknown: ${id}\n`); continue; }
  const contextTokens = Math.min(known, ...priced.map(({ entry }) => entry.context_window ?? Infinity));
  const { name, released, ...facts } = factsOf(id, contextTokens);
  const [author, slug] = id.split("/");
  const described = priced.map(({ entry }) => entry.description ?? "").find((text) => text !== "") ?? "";
  for (const { provider, upstreamModel, versions } of priced) {
    seed.endpoints.push({ provider, model: id, upstreamModel });
    seed.prices.push(...priceRows(provider, id, versions));
  }
  seed.models.push({ id, name: name ?? titled(slug), author, createdAt: released ? Date.parse(`${released}T00:00:00Z`) / 1000 : 0, contextTokens, ...facts, tier: "specialised", description: (/^[^.]+\./.exec(described)?.[0] ?? described).slice(0, 240) });
}
writeFileSync(new URL("../src/seed.json", import.meta.url), `${JSON.stringify(seed, null, 1)}\n`);
process.stdout.write(`${seed.models.length} models, ${seed.endpoints.length} endpoints, ${seed.prices.length} prices, ${Object.keys(seed.aliases).length} aliases\n`);
