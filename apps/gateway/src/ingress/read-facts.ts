import { GatewayError, NANO_USD_PER_USD, PRESET_SLUG, type Need } from "@trunkline/contracts";
import type { ProviderPreferences } from "@trunkline/router-core";
import type { InboundFacts, ModelChoice } from "../stages.ts";
import type { SharedFields } from "./request-fields.ts";

/** What only the inbound API knows. */
export interface OwnFacts {
  readonly inputTokens: number;
  readonly inputTokensMax: number;
  readonly answers: number;
  readonly maxOutputTokens: number | null;
  readonly needs: readonly Need[];
  readonly endUser: string | null;
  readonly sessionId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A label longer than this is content, not a label. */
const METADATA_VALUE_CHARS_MAX = 512;
const SUFFIX = /:(floor|nitro)$/;
const SUFFIXES: Readonly<Record<string, "price" | "throughput">> = { floor: "price", nitro: "throughput" };

/** Bodies that steer nothing share these: most do. */
const NO_ROUTING: NonNullable<SharedFields["routing"]> = {};
const NO_PREFERENCES: ProviderPreferences = {};
const NO_LABELS: Readonly<Record<string, string>> = {};

/** The routing half of a body, alike for every inbound API. Throws GatewayError caller.invalid_request. */
export function readFacts(fields: SharedFields, own: OwnFacts): InboundFacts {
  const routing = fields.routing ?? NO_ROUTING;
  const { provider } = fields;
  const { choice, sort } = readChoice(fields);
  return {
    inputTokens: own.inputTokens, inputTokensMax: own.inputTokensMax, maxOutputTokens: own.maxOutputTokens, answers: own.answers, needs: own.needs, endUser: own.endUser, sessionId: own.sessionId, metadata: own.metadata,
    requestedModel: fields.model ?? (choice.preset ? `@preset/${choice.preset.slug}` : "auto"),
    choice,
    task: routing.task ?? null,
    preferences: provider == null && sort === null ? NO_PREFERENCES : readPreferences(provider ?? {}, sort),
    maxCostNanoUsd: routing.max_cost_usd == null ? null : BigInt(Math.round(routing.max_cost_usd * Number(NANO_USD_PER_USD))),
    deadlineMs: routing.deadline_ms ?? null,
    fallbacks: routing.fallbacks !== false && provider?.allow_fallbacks !== false,
    losses: routing.losses ?? null,
    explain: routing.explain === true,
  };
}

interface Choosing { preset: ModelChoice["preset"]; readonly names: string[]; sort: "price" | "throughput" | null }

function readChoice(fields: SharedFields): { readonly choice: ModelChoice; readonly sort: "price" | "throughput" | null } {
  const choosing: Choosing = { preset: fields.routing_preset ? readPreset(fields.routing_preset, "routing_preset") : null, names: [], sort: null };
  addChoice(choosing, fields.model, "model");
  if (fields.models) for (let index = 0; index < fields.models.length; index++) addChoice(choosing, fields.models[index], `models[${index}]`);
  return { choice: { names: choosing.names, preset: choosing.preset }, sort: choosing.sort };
}

/** The second is how clients name it that want an author, the third what OpenRouter's own configurations carry. */
const AUTO: ReadonlySet<string> = new Set(["auto", "trunkline/auto", "openrouter/auto"]);

function addChoice(into: Choosing, given: string | null | undefined, param: string): void {
  if (given == null || AUTO.has(given)) return;
  if (given.startsWith("@preset/")) { into.preset = readPreset(given.slice("@preset/".length), param); return; }
  const suffix = given.includes(":") ? SUFFIX.exec(given) : null;
  if (suffix) into.sort = SUFFIXES[suffix[1] ?? ""] ?? null;
  const name = suffix ? given.slice(0, suffix.index) : given;
  if (!into.names.includes(name)) into.names.push(name);
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
    ...(provider.data_collection != null ? { dataCollection: provider.data_collection } : {}),
    ...(provider.zdr != null ? { zeroRetention: provider.zdr } : {}),
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
  if (metadata == null && headers["http-referer"] === undefined && headers["x-title"] === undefined) return NO_LABELS;
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
