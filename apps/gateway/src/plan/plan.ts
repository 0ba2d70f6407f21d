import { findModel, nearestModels } from "@trunkline/catalog";
import { GatewayError, type BookMode, type CatalogSnapshot, type PublishedPreset } from "@trunkline/contracts";
import { classifyTask, compilePreset, explain, NOT_ALLOWED, plan, type CircuitBook, type HealthSnapshot, type PlanInput, type RoutePlan, type UserPlan } from "@trunkline/router-core";
import { extraTier } from "@trunkline/providers";
import type { AdmittedCall, AuthenticatedCall, InboundFacts, RoutedCall, Stages } from "../stages.ts";
import type { BudgetUse } from "./budget-use.ts";
import type { CacheRates } from "./cache-rates.ts";
import type { EndUserPlans } from "./end-user-plans.ts";
import { lossGuard, planWithin, reportedLosses } from "./loss-guard.ts";
import { readPrompt } from "./read-prompt.ts";
import { createPlaces, type OwnAddresses, type Places } from "./places.ts";
import { servingVersion } from "./serving-version.ts";
import { withSoldTiers } from "./sold-tiers.ts";
import type { SessionPlaces } from "./session-places.ts";
import type { CatalogCache, PresetCache } from "./snapshots.ts";

/** Circuits of the platform's own credentials; an organization's own are keyed by the credential. */
export const PLATFORM_CREDENTIAL = "platform";

/** What an organization's own provider credentials change about a plan. */
interface OwnCredentials extends OwnAddresses {
  available(platform: ReadonlySet<string>): ReadonlySet<string>;
  health(circuits: Pick<CircuitBook, "snapshot" | "state">, nowMs: number): HealthSnapshot;
  expand(route: RoutePlan, platform: ReadonlySet<string>, random: () => number): RoutePlan;
}

export interface PlanOptions {
  /** Null for an organization that brings no credential. */
  readonly own: { find(key: AuthenticatedCall["key"]): OwnCredentials | null };
  readonly catalog: Pick<CatalogCache, "snapshot">;
  readonly presets: Pick<PresetCache, "find">;
  readonly states: { of(mode: BookMode, organizationId: string): { readonly circuits: Pick<CircuitBook, "snapshot" | "state"> } };
  /** Providers with a usable credential, by book. */
  readonly available: Record<BookMode, ReadonlySet<string>>;
  /** Where a provider is asked without an address of the caller's own; for a test call, where a live one would be. */
  readonly addressOf: (provider: string, mode: BookMode) => string;
  readonly sessions: Pick<SessionPlaces, "find">;
  readonly cacheRates: Pick<CacheRates, "of">;
  readonly budgetUse: Pick<BudgetUse, "percentOf">;
  readonly userPlans: Pick<EndUserPlans, "find">;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Input: an admitted call. Output: a plan with at least one candidate, from immutable snapshots. Fails with GatewayError 404 for a model or preset
 * that does not exist (with the nearest names) and 400, 402 or 503 where every candidate was filtered out, saying which filter did it.
 */
export function createPlan(options: PlanOptions): Stages["plan"] {
  const routed = (call: AdmittedCall, route: RoutePlan): RoutedCall => {
    if (route.candidates.length === 0) throw noCandidate(route, call.facts);
    let explained: Readonly<Record<string, unknown>> | null = null;
    return { exchange: call.exchange, call: call.call, facts: call.facts, key: call.key, mode: call.mode, reservation: call.reservation, plan: route, attempts: [], explain: () => explained ??= explain(route) };
  };
  return (call) => {
    const { preset } = call.facts.choice;
    return preset ? options.presets.find(call.key.organizationId, preset).then((found) => planUnder(call, found, options)).then((route) => routed(call, route)) : routed(call, planWith(call, null, options));
  };
}

type Planned = Pick<AuthenticatedCall, "key" | "facts" | "mode" | "call" | "exchange">;

/** The same decision without a request behind it: for `/v1/route/explain`. */
export async function planFor(call: Planned, options: PlanOptions): Promise<RoutePlan> {
  const { preset } = call.facts.choice;
  return preset ? planUnder(call, await options.presets.find(call.key.organizationId, preset), options) : planWith(call, null, options);
}

/** What rules ask of stores has to be known before planning, which waits for nothing. */
function planUnder(call: Planned, found: PublishedPreset, options: PlanOptions): RoutePlan | Promise<RoutePlan> {
  const preset = servingVersion(found, call.facts, options.random);
  const { asksBudget, asksUserPlan } = compilePreset(preset.document);
  const userPlan = asksUserPlan ? options.userPlans.find(call.key.organizationId, call.facts.endUser) : undefined;
  if (!asksBudget && !(userPlan instanceof Promise)) return planWith(call, preset, options, { userPlan });
  const percent = asksBudget ? options.budgetUse.percentOf(call.key.budgets, options.now()) : null;
  return Promise.all([percent, userPlan]).then(([budgetUsedPercent, known]) => planWith(call, preset, options, { budgetUsedPercent, userPlan: known }));
}

interface Looked { readonly budgetUsedPercent?: number | null; readonly userPlan?: UserPlan | undefined }

function planWith({ facts, mode, call, key, exchange }: Planned, preset: PublishedPreset | null, options: PlanOptions, { budgetUsedPercent = null, userPlan }: Looked = {}): RoutePlan {
  const catalog = options.catalog.snapshot;
  if (catalog.models.size === 0) throw new GatewayError("gateway.dependency_unavailable", "The model catalogue is not loaded yet. Retry in a few seconds.", { retryAfterMs: 2000 });
  const nowMs = options.now();
  const own = mode === "live" ? options.own.find(key) : null;
  const { circuits } = options.states.of(mode, key.organizationId);
  const platform = options.available[mode];
  const tier = extraTier(call.body["service_tier"]);
  const places = key.access?.some(({ regions }) => regions.length > 0) ? placesFor(options, mode, own) : undefined;
  const input: PlanInput = {
    access: key.access, regionsOf: places?.regionsOf, cachedShareOf: options.cacheRates.of({ mode, organizationId: key.organizationId, presetSlug: preset?.slug ?? null, apiKeyId: key.id }, nowMs),
    facts: {
      models: facts.choice.names.map((name) => resolve(catalog, name)), inputTokens: facts.inputTokens, inputTokensMax: facts.inputTokensMax, maxOutputTokens: facts.maxOutputTokens, answers: facts.answers, cachesForAnHour: asksForAnHour(call.raw), serviceTier: tier, needs: facts.needs, task: facts.task,
      inferTask: preset === null && facts.choice.names.length > 0 ? undefined : () => classifyTask({ text: readPrompt(call.body), tools: Array.isArray(call.body["tools"]) ? call.body["tools"].length : 0 }),
      keyId: key.id, projectId: key.projectId, endUser: facts.endUser, userPlan, sessionId: facts.sessionId, headers: exchange.headers, budgetUsedPercent, sticky: facts.sessionId === null ? null : options.sessions.find(key.organizationId, facts.sessionId),
      metadata: facts.metadata, preferences: facts.preferences, maxCostNanoUsd: facts.maxCostNanoUsd, deadlineMs: facts.deadlineMs, fallbacks: facts.fallbacks,
    },
    preset, catalog, health: own ? own.health(circuits, nowMs) : circuits.snapshot(PLATFORM_CREDENTIAL, nowMs), availableProviders: own ? own.available(platform) : platform, nowMs, random: options.random(),
  };
  const guard = lossGuard(call, facts, preset);
  const route = guard === undefined ? plan(input) : planWithin(guard, (losses) => plan({ ...input, losses }));
  const everywhere = own ? own.expand(route, platform, options.random) : route;
  const expanded = places && key.access ? places.keepAllowed(everywhere, key.access) : everywhere;
  return tier === undefined ? expanded : withSoldTiers(expanded, tier, (candidate) => !reportedLosses(call, candidate).includes("dropped:service_tier"));
}

/** Those of a key's candidates, for `GET /v1/models` too. */
export function placesFor({ available, addressOf }: Pick<PlanOptions, "available" | "addressOf">, mode: BookMode, own: OwnAddresses | null): Places {
  const usual = (provider: string): string => addressOf(provider, mode);
  return createPlaces({ own, usual, platform: (provider) => available[mode].has(provider) ? usual(provider) : null });
}

/** The only value a cache marker's `ttl` has beside the ordinary five minutes. Text that merely says so makes a larger hold, and nothing else. */
const AN_HOUR = Buffer.from('"1h"');
const asksForAnHour = (raw: Uint8Array): boolean => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).includes(AN_HOUR);

function resolve(catalog: CatalogSnapshot, name: string): string {
  const model = findModel(catalog, name);
  if (model) return model.id;
  const nearest = nearestModels(catalog, name);
  throw new GatewayError("caller.model_not_found", `There is no model "${name.slice(0, 128)}".${nearest.length > 0 ? ` Nearest: ${nearest.join(", ")}.` : ""} GET /v1/models lists all.`, { param: "model", metadata: { nearest } });
}

/** The commonest obstacle decides the status; every one is listed. */
function noCandidate(route: RoutePlan, facts: InboundFacts): GatewayError {
  const filters = new Set(route.rejected.map((item) => item.filter));
  const reasons = route.rejected.slice(0, 8).map((item) => `${item.model} at ${item.provider}: ${item.reason}`).join(" ");
  const details = { param: "model", metadata: { ...(route.presetVersion === null ? {} : { preset_version: route.presetVersion }), rejected: route.rejected.slice(0, 32) } };
  const only = (filter: string): boolean => filters.size === 1 && filters.has(filter);
  if (only("context")) return new GatewayError("caller.context_overflow", `No model of this request can hold it. ${reasons} Shorten it, or name a model with a larger context.`, details);
  if (only("provider_unavailable")) return new GatewayError("gateway.dependency_unavailable", `No provider of ${facts.requestedModel} has a credential in this gateway. ${reasons} Use a tl_test_ key to try without one, or ask the operator.`, { ...details, retry: false });
  if (only(NOT_ALLOWED)) return new GatewayError("tenant.model_not_allowed", `This key may not use ${facts.requestedModel}. ${reasons} Use an allowed model, or let somebody who manages the key change what it may use.`, details);
  if (only("service_tier")) return new GatewayError("caller.invalid_request", `Nobody sells this by that service tier. ${reasons} Leave service_tier out, or bring your own key of the provider.`, { ...details, param: "service_tier" });
  if (only("losses")) return new GatewayError("caller.invalid_request", `No candidate can honour all of this request. ${reasons} Leave out what they name, allow other models, or set routing.losses to "allow".`, details);
  return new GatewayError("caller.invalid_request", `No provider can serve this request. ${reasons || `No rule of the preset ${route.presetSlug ?? ""} matches it.`}`, details);
}
