/**
 * What a document says that the catalogue should hold: either a catalogue of our own form, or a release of the price package. Of the latter it
 * decides which entry is the price of which endpoint, by exact name alone, and which models are new: those that the release installed here
 * does not know. A new model is offered with the least that can be promised of it, until somebody curates it.
 */
import type { CatalogEndpoint, CatalogModel, CatalogSnapshot, PriceVersion } from "@trunkline/contracts";
import type { CatalogRows } from "../snapshot.ts";
import { parseCatalogDocument } from "./catalog-document.ts";
import { installedPriceData, isNamed, listedNames, parsePriceData, type PriceData, type PricedModel } from "./price-data.ts";
import { bookedPrices, tiersOf } from "./price-versions.ts";

interface Source {
  /** The price package's provider id. */
  readonly id: string;
  /** The id of a model that nobody has curated, from the provider's own name; null: only curated models are taken from here. */
  readonly modelOf: ((name: string) => string) | null;
}

const by = (author: string) => (name: string): string => `${author}/${name.toLowerCase()}`;
const itself = (name: string): string => name;

/** Our provider id → where its prices stand. */
const SOURCES: Readonly<Record<string, Source>> = {
  openai: { id: "openai", modelOf: by("openai") }, anthropic: { id: "anthropic", modelOf: (name) => `anthropic/${name.replace(/-(\d)-(\d)$/, "-$1.$2")}` }, gemini: { id: "google", modelOf: by("google") }, mistral: { id: "mistral", modelOf: by("mistralai") },
  deepseek: { id: "deepseek", modelOf: by("deepseek") }, xai: { id: "x-ai", modelOf: by("x-ai") }, cohere: { id: "cohere", modelOf: by("cohere") }, moonshot: { id: "moonshotai", modelOf: by("moonshotai") }, openrouter: { id: "openrouter", modelOf: itself },
  groq: { id: "groq", modelOf: null }, together: { id: "together", modelOf: null }, fireworks: { id: "fireworks", modelOf: null }, cerebras: { id: "cerebras", modelOf: null }, perplexity: { id: "perplexity", modelOf: null }, bedrock: { id: "aws", modelOf: null },
  "bedrock-anthropic": { id: "aws", modelOf: null }, vertex: { id: "google", modelOf: null }, "vertex-anthropic": { id: "google", modelOf: null }, "azure-openai": { id: "azure", modelOf: null },
};
/** Answers in another form than a chat, by another endpoint, or under a name that means whatever the provider likes. */
const OTHER_FORM = /embed|image|audio|tts|whisper|transcri|realtime|live|voice|sora|veo|imagen|moderation|ocr|rerank|sonic|omni|-latest$|^ft:|:|^~|router/;
const MODEL_ID = /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9.-]*$/;
const OUTPUT_TOKENS_MAX = 8_192;

export interface Wanted extends CatalogRows { readonly source: string }

/** Throws an Error that says what the document lacks. */
export function wantedCatalog(text: string, current: CatalogSnapshot, { name, nowMs }: { readonly name: string; readonly nowMs: number }): Wanted {
  const document = parseCatalogDocument(text);
  if (document) return { ...document, source: name };
  return wantedOfPrices(parsePriceData(text), current, { name, nowMs });
}

function wantedOfPrices(data: PriceData, current: CatalogSnapshot, { name: source, nowMs }: { readonly name: string; readonly nowMs: number }): Wanted {
  const prices: PriceVersion[] = [];
  for (const endpoint of [...current.endpointsByModel.values()].flat()) {
    const entry = entryOf(data.get(SOURCES[endpoint.provider]?.id ?? "") ?? [], endpoint.upstreamModel);
    if (entry) prices.push(...pricesOf(endpoint, entry, { isEmbedding: current.models.get(endpoint.model)?.kind === "embedding", source }));
  }
  const found = newModels(data, current, { source, nowMs });
  return { source, models: found.models, endpoints: found.endpoints, prices: [...prices, ...found.prices] };
}

/** Its own entry, if the document lists the name; a rule that merely matches it prices nothing. */
function entryOf(models: readonly PricedModel[], upstreamModel: string): PricedModel | undefined {
  return models.find((entry) => listedNames(entry.match).includes(upstreamModel)) ?? models.find((entry) => entry.id === upstreamModel);
}

function pricesOf({ provider, model }: CatalogEndpoint, entry: PricedModel, { isEmbedding, source }: { readonly isEmbedding: boolean; readonly source: string }): readonly PriceVersion[] {
  const versions = bookedPrices(entry, isEmbedding);
  const tiers = isEmbedding ? undefined : tiersOf(provider, model);
  return versions.map(({ fromMs, ...prices }, index) => ({
    id: `prc_${provider}_${model.replace("/", "_")}_${new Date(fromMs).toISOString().slice(0, 10).replaceAll("-", "")}`, provider, model, effectiveFromMs: fromMs, effectiveToMs: versions[index + 1]?.fromMs ?? null, source, ...prices, ...(tiers ? { tierPerMille: tiers } : {}),
  }));
}

interface Found { readonly models: CatalogModel[]; readonly endpoints: CatalogEndpoint[]; readonly prices: PriceVersion[] }

function newModels(data: PriceData, current: CatalogSnapshot, { source, nowMs }: { readonly source: string; readonly nowMs: number }): Found {
  const installed = installedPriceData(Object.values(SOURCES).map(({ id }) => id));
  const found: Found = { models: [], endpoints: [], prices: [] };
  const taken = new Set<string>();
  for (const [provider, { id: sourceId, modelOf }] of Object.entries(SOURCES)) {
    if (modelOf === null) continue;
    const known = installed.get(sourceId) ?? [];
    for (const entry of data.get(sourceId) ?? []) {
      const name = listedNames(entry.match)[0] ?? entry.id;
      const id = modelOf(name);
      const isNew = !known.some((one) => one.id === entry.id || isNamed(one.match, name)) && !taken.has(id) && !current.models.has(id) && MODEL_ID.test(id) && !OTHER_FORM.test(name);
      const endpoint = { provider, model: id, upstreamModel: name };
      const prices = isNew && entry.context_window ? pricesOf(endpoint, entry, { isEmbedding: false, source }) : [];
      if (prices.length === 0) continue;
      taken.add(id);
      found.models.push(leastOf(id, entry, nowMs));
      found.endpoints.push(endpoint);
      found.prices.push(...prices);
    }
  }
  return found;
}

/** Text in, text out; what more it can do nobody has looked up yet, and presets choose it only by name. */
function leastOf(id: string, entry: PricedModel, nowMs: number): CatalogModel {
  const contextTokens = entry.context_window ?? 0;
  return {
    id, name: entry.name ?? id.slice(id.indexOf("/") + 1), author: id.split("/")[0] ?? "", createdAt: Math.floor(nowMs / 1000), contextTokens, maxOutputTokens: Math.min(OUTPUT_TOKENS_MAX, contextTokens),
    inputModalities: ["text"], tools: false, jsonSchema: false, reasoning: false, tier: "specialised", description: "New from the price source; its abilities are not curated yet.",
  };
}

