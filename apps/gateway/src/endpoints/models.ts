import { findModel, priceAt, retirementOf } from "@trunkline/catalog";
import { GatewayError, type AccessRule, type CatalogEndpoint, type CatalogModel, type CatalogSnapshot } from "@trunkline/contracts";
import type { EndpointStats } from "@trunkline/db/gateway";
import { accessObjection, type RegionsOf } from "@trunkline/router-core";
import { createHash } from "node:crypto";

/** One entry of `GET /v1/models`: a superset that the OpenAI, Anthropic and OpenRouter clients all accept. */
function modelEntry(model: CatalogModel, catalog: CatalogSnapshot, nowMs: number): Record<string, unknown> {
  const created = model.createdAt;
  return {
    id: model.id, object: "model", type: "model", created, created_at: new Date(created * 1_000).toISOString(), owned_by: model.author, display_name: model.name, name: model.name,
    canonical_slug: model.id, description: model.description, context_length: model.contextTokens, max_input_tokens: model.contextTokens, max_tokens: model.maxOutputTokens,
    pricing: pricing(model, catalog, nowMs),
    architecture: { modality: `${model.inputModalities.join("+")}->${outputOf(model)}`, input_modalities: model.inputModalities.map((modality) => modality === "pdf" ? "file" : modality), output_modalities: [outputOf(model)], tokenizer: "Other", instruct_type: null },
    supported_parameters: supportedParameters(model), default_parameters: null, per_request_limits: null, supported_voices: null, expiration_date: retirementOf(model.id)?.on ?? null,
    links: { details: `/api/v1/models/${model.id}/endpoints` },
    top_provider: { context_length: model.contextTokens, max_completion_tokens: model.maxOutputTokens, is_moderated: false },
  };
}

/** USD per token as decimal text, of the cheapest provider, as OpenRouter has it. */
function pricing(model: CatalogModel, catalog: CatalogSnapshot, nowMs: number): Record<string, string> {
  const prices = (catalog.endpointsByModel.get(model.id) ?? []).map((endpoint) => priceAt(catalog, endpoint.provider, model.id, nowMs)).filter((price) => price !== null);
  const cheapest = prices.sort((left, right) => Number(left.inputNanoUsdPerMillion + left.outputNanoUsdPerMillion - right.inputNanoUsdPerMillion - right.outputNanoUsdPerMillion))[0];
  if (!cheapest) return {};
  return {
    prompt: perToken(cheapest.inputNanoUsdPerMillion), completion: perToken(cheapest.outputNanoUsdPerMillion), request: "0", image: "0",
    input_cache_read: perToken(cheapest.cacheReadNanoUsdPerMillion), input_cache_write: perToken(cheapest.cacheWriteNanoUsdPerMillion),
  };
}

/** nano-USD per million tokens = femto-USD per token: 15 decimals. */
function perToken(nanoUsdPerMillion: bigint): string {
  const digits = nanoUsdPerMillion.toString().padStart(16, "0");
  return `${digits.slice(0, -15)}.${digits.slice(-15)}`.replace(/\.?0+$/, "");
}

const outputOf = (model: CatalogModel): string => model.kind === "embedding" ? "embeddings" : "text";

function supportedParameters(model: CatalogModel): readonly string[] {
  if (model.kind === "embedding") return ["dimensions", "encoding_format"];
  return ["max_tokens", "max_completion_tokens", "temperature", "top_p", "stop", "stream", "response_format",
    ...(model.tools ? ["tools", "tool_choice", "parallel_tool_calls"] : []), ...(model.jsonSchema ? ["structured_outputs"] : []), ...(model.reasoning ? ["reasoning", "reasoning_effort", "include_reasoning"] : [])];
}

/** The answer as it is sent. */
export interface ModelList { readonly json: Buffer; readonly etag: string }

/** A price whose day has come shows in the list within this time. */
const LIST_FRESH_MS = 60_000;
/** Lists that are kept for one catalogue: one for each set of providers that some organization has. */
const LISTS_MAX = 64;
type ListsOf<Key extends object> = WeakMap<CatalogSnapshot, Map<Key, ModelList & { readonly untilMs: number }>>;
const lists: ListsOf<ReadonlySet<string> | readonly AccessRule[]> = new WeakMap();

/** Models that some provider serves and that have a price, as far as the key may use them. Made once a minute for each set of providers, or for each key that is restricted: clients ask for it at every start. */
export function listModels(catalog: CatalogSnapshot, { providers, access, regionsOf, nowMs }: { readonly providers: ReadonlySet<string>; readonly access?: readonly AccessRule[] | undefined; readonly regionsOf: RegionsOf; readonly nowMs: number }): ModelList {
  let known = lists.get(catalog);
  if (!known) lists.set(catalog, known = new Map());
  const fresh = known.get(access ?? providers);
  if (fresh && nowMs < fresh.untilMs) return fresh;
  if (known.size >= LISTS_MAX) known.clear();
  const made = { ...makeList(catalog, (endpoint) => providers.has(endpoint.provider) && (access === undefined || accessObjection(endpoint, access, regionsOf) === null), nowMs), untilMs: nowMs + LIST_FRESH_MS };
  known.set(access ?? providers, made);
  return made;
}

function makeList(catalog: CatalogSnapshot, serves: (endpoint: CatalogEndpoint) => boolean, nowMs: number): ModelList {
  const data = [...catalog.models.values()]
    .filter((model) => (catalog.endpointsByModel.get(model.id) ?? []).some(serves))
    .map((model) => modelEntry(model, catalog, nowMs));
  const body = { object: "list", data, has_more: false, first_id: data[0]?.["id"] ?? null, last_id: data.at(-1)?.["id"] ?? null, links: { next: null }, total_count: data.length };
  const json = Buffer.from(JSON.stringify(body));
  return { json, etag: `"${createHash("sha256").update(json).digest("base64url").slice(0, 27)}"` };
}

/** Throws GatewayError caller.model_not_found. */
export function findModelEntry(catalog: CatalogSnapshot, id: string, nowMs: number): Record<string, unknown> {
  const model = findModel(catalog, id);
  if (!model) throw new GatewayError("caller.model_not_found", `There is no model "${id.slice(0, 128)}". GET /v1/models lists all.`);
  return modelEntry(model, catalog, nowMs);
}

/** Price, uptime, latency and speed per provider of one model. */
export function listEndpoints(catalog: CatalogSnapshot, given: string, { nowMs, stats, regionsOf }: { readonly nowMs: number; readonly stats: readonly EndpointStats[]; readonly regionsOf: RegionsOf }): Record<string, unknown> {
  const entry = findModelEntry(catalog, given, nowMs);
  const id = String(entry["id"]);
  const endpoints = (catalog.endpointsByModel.get(id) ?? []).map((endpoint) => {
    const price = priceAt(catalog, endpoint.provider, id, nowMs);
    return {
      name: `${endpoint.provider} | ${id}`, provider_name: endpoint.provider, provider: endpoint.provider, upstream_model: endpoint.upstreamModel, context_length: entry["context_length"],
      max_completion_tokens: entry["max_tokens"], supported_parameters: entry["supported_parameters"],
      pricing: price ? { prompt: perToken(price.inputNanoUsdPerMillion), completion: perToken(price.outputNanoUsdPerMillion), input_cache_read: perToken(price.cacheReadNanoUsdPerMillion), input_cache_write: perToken(price.cacheWriteNanoUsdPerMillion) } : null,
      regions: [...new Set(regionsOf(endpoint).filter((region) => region !== null))],
      ...measured(stats.find((item) => item.provider === endpoint.provider)),
    };
  });
  return { data: { ...entry, endpoints } };
}

/** In OpenRouter's words: shares as percent, latency in milliseconds to the first token, throughput in tokens a second; null where nothing was recorded. */
function measured(stats: EndpointStats | undefined): Record<string, unknown> {
  const percent = (share: number | null | undefined): number | null => share == null ? null : Math.round(share * 10_000) / 100;
  return {
    uptime_last_30m: percent(stats?.uptimeLast30m), uptime_last_1d: percent(stats?.uptimeLastDay), requests_last_1d: stats?.requestsLastDay ?? 0,
    latency_last_30m: stats?.timeToFirstTokenMs ?? null, throughput_last_30m: stats?.tokensPerSecond ?? null,
  };
}
