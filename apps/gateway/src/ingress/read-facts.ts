import { GatewayError, NANO_USD_PER_USD, PRESET_SLUG, type Need } from "@trunkline/contracts";
import type { ProviderPreferences } from "@trunkline/router-core";
import type { InboundFacts, ModelChoice } from "../stages.ts";
import type { SharedFields } from "./request-fields.ts";

/** What only the inbound API knows. */
export interface OwnFacts {
  readonly inputTokens: number;
  readonly maxOutputTokens: number | null;
  readonly needs: readonly Need[];
  readonly endUser: string | null;
  readonly sessionId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A label longer than this is content, not a label. */
const METADATA_VALUE_CHARS_MAX = 512;
const SUFFIXES: Readonly<Record<string, "price" | "throughput">> = { floor: "price", nitro: "throughput" };

/** The routing half of a body, alike for every inbound API. Throws GatewayError caller.invalid_request. */
export function readFacts(fields: SharedFields, own: OwnFacts): InboundFacts {
  const routing = fields.routing ?? {};
  const { choice, sort } = readChoice(fields);
  return {
    ...own,
    requestedModel: fields.model ?? (choice.preset ? `@preset/${choice.preset.slug}` : "auto"),
    choice,
    task: routing.task ?? null,
    preferences: readPreferences(fields.provider ?? {}, sort),
    maxCostNanoUsd: routing.max_cost_usd == null ? null : BigInt(Math.round(routing.max_cost_usd * Number(NANO_USD_PER_USD))),
    deadlineMs: routing.deadline_ms ?? null,
    fallbacks: routing.fallbacks !== false && fields.provider?.allow_fallbacks !== false,
    losses: routing.losses ?? (fields.provider?.require_parameters ? "strict" : "warn"),
    explain: routing.explain === true,
  };
}

function readChoice(fields: SharedFields): { choice: ModelChoice; sort: "price" | "throughput" | null } {
  let preset = fields.routing_preset ? readPreset(fields.routing_preset, "routing_preset") : null;
  const names: string[] = [];
  let sort: "price" | "throughput" | null = null;
  for (const [index, given] of [fields.model, ...(fields.models ?? [])].entries()) {
    if (given == null || given === "auto" || given === "trunkline/auto") continue;
    if (given.startsWith("@preset/")) { preset = readPreset(given.slice("@preset/".length), index === 0 ? "model" : `models[${index - 1}]`); continue; }
    const suffix = /:(floor|nitro)$/.exec(given);
    if (suffix) sort = SUFFIXES[suffix[1] ?? ""] ?? null;
    const name = suffix ? given.slice(0, suffix.index) : given;
    if (!names.includes(name)) names.push(name);
  }
  return { choice: { names, preset }, sort };
}

function readPreset(text: string, param: string): { slug: string; version: number | null } {
  const match = /^([^:]+)(?::(\d{1,9}))?$/.exec(text);
  if (!match || !PRESET_SLUG.test(match[1] ?? "")) throw new GatewayError("caller.invalid_request", `\`${param}\`: a preset is named by its slug, with an optional :version.`, { param });
  return { slug: match[1] ?? "", version: match[2] === undefined ? null : Number(match[2]) };
}

function readPreferences(provider: NonNullable<SharedFields["provider"]>, suffixSort: "price" | "throughput" | null): ProviderPreferences {
  const sort = provider.sort ?? suffixSort;
  const price = provider.max_price;
  return {
    ...(provider.order ? { order: provider.order } : {}),
    ...(provider.only ? { only: provider.only } : {}),
    ...(provider.ignore ? { ignore: provider.ignore } : {}),
    ...(sort ? { sort } : {}),
    ...(provider.allow_fallbacks != null ? { allowFallbacks: provider.allow_fallbacks } : {}),
    ...(provider.require_parameters != null ? { requireParameters: provider.require_parameters } : {}),
    ...(price ? { maxPrice: { ...(price.prompt != null ? { prompt: price.prompt } : {}), ...(price.completion != null ? { completion: price.completion } : {}) } } : {}),
  };
}

/** The conversation, from the places where clients name it; the explicit field wins. */
export function readSession(headers: Readonly<Record<string, string>>, fields: { readonly session_id?: string | null | undefined }, cacheKey: unknown): string | null {
  return textOf(fields.session_id) ?? textOf(headers["x-claude-code-session-id"]) ?? textOf(headers["x-session-id"]) ?? textOf(headers["session-id"]) ?? textOf(cacheKey);
}

/** Only text labels, bounded, with the application that OpenRouter clients name in headers. NUL is dropped: Postgres text cannot hold it. */
export function readMetadata(headers: Readonly<Record<string, string>>, metadata: Readonly<Record<string, unknown>> | null | undefined): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (name === "user_id" || name === "__proto__") continue;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") labels[clean(name)] = clean(String(value));
  }
  if (headers["http-referer"]) labels["app_url"] ??= clean(headers["http-referer"]);
  if (headers["x-title"]) labels["app_title"] ??= clean(headers["x-title"]);
  return labels;
}

/** Attribution of Open WebUI, whose proxy names the person in headers. */
export const readEndUser = (headers: Readonly<Record<string, string>>, own: unknown): string | null =>
  textOf(own) ?? textOf(headers["x-openwebui-user-id"]) ?? textOf(headers["x-openwebui-user-email"]);

const clean = (text: string): string => text.replaceAll("\u0000", "").slice(0, METADATA_VALUE_CHARS_MAX);
const textOf = (value: unknown): string | null => typeof value === "string" && value.length > 0 ? clean(value) : null;
