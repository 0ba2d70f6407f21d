import type { BookMode, UsageEvent } from "@trunkline/contracts";

/** Prompt caches live from five minutes to an hour, and what an application sends changes by the day. */
const HALF_LIFE_MS = 1_800_000;
/** With less than this, decayed, one odd request would price the next: nothing is known then. */
const REQUESTS_MIN = 3;
/** Presets and keys, and the places each is served at; with some 200 bytes a place at most 15 MB. Who rested longest goes first. */
const GROUPS_MAX = 2_000;
const PLACES_MAX = 40;

interface Rate { inputTokens: number; cachedTokens: number; requests: number; atMs: number }
type Observed = Pick<UsageEvent, "mode" | "organizationId" | "presetSlug" | "apiKeyId" | "provider" | "model" | "usage" | "status" | "createdAtMs" | "durationMs">;
interface Traffic { readonly mode: BookMode; readonly organizationId: string; readonly presetSlug: string | null; readonly apiKeyId: string }

/** How much of their input the requests of a preset, or of a key, read from each provider's prompt cache of late. Of this process alone. */
export class CacheRates {
  /** By traffic, then by model and provider: a plan looks a group up once, and puts no name together for a candidate. */
  readonly #groups = new Map<string, Map<string, Map<string, Rate>>>();

  observe(event: Observed): void {
    const { provider, model, usage, status } = event;
    const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    if (provider === null || model === null || input <= 0 || (status !== "ok" && status !== "rescued")) return;
    const seen = { inputTokens: input, cachedTokens: usage.cacheReadTokens, requests: 1, atMs: event.createdAtMs + event.durationMs };
    if (event.presetSlug !== null) this.#add(groupOf(event, event.presetSlug), [model, provider], seen);
    this.#add(groupOf(event, null), [model, provider], seen);
  }

  /** Of the preset's requests, without one of the key's. Undefined where none were seen. */
  of(traffic: Traffic, nowMs: number): ((provider: string, model: string) => number) | undefined {
    const places = this.#groups.get(groupOf(traffic, traffic.presetSlug));
    return places && ((provider, model) => shareOf(places.get(model)?.get(provider), nowMs));
  }

  #add(group: string, [model, provider]: readonly [string, string], seen: Rate): void {
    const models = this.#groups.get(group) ?? new Map<string, Map<string, Rate>>();
    this.#groups.delete(group);
    this.#groups.set(group, models);
    if (this.#groups.size > GROUPS_MAX) dropFirst(this.#groups);
    const providers = models.get(model) ?? new Map<string, Rate>();
    models.delete(model);
    models.set(model, providers);
    const rate = providers.get(provider);
    if (rate) add(rate, seen);
    else providers.set(provider, { ...seen });
    if (countOf(models) > PLACES_MAX) dropFirst(models);
  }
}

const groupOf = ({ mode, organizationId, apiKeyId }: Omit<Traffic, "presetSlug">, presetSlug: string | null): string => (presetSlug === null ? `${mode} ${organizationId} ${apiKeyId}` : `${mode} ${organizationId} @${presetSlug}`);

function countOf(models: ReadonlyMap<string, ReadonlyMap<string, Rate>>): number {
  let count = 0;
  for (const providers of models.values()) count += providers.size;
  return count;
}

function dropFirst(map: Map<string, unknown>): void {
  for (const first of map.keys()) { map.delete(first); return; }
}

const remaining = (elapsedMs: number): number => 0.5 ** (Math.max(0, elapsedMs) / HALF_LIFE_MS);

function add(rate: Rate, seen: Rate): void {
  const left = remaining(seen.atMs - rate.atMs);
  rate.inputTokens = rate.inputTokens * left + seen.inputTokens;
  rate.cachedTokens = rate.cachedTokens * left + seen.cachedTokens;
  rate.requests = rate.requests * left + seen.requests;
  rate.atMs = Math.max(rate.atMs, seen.atMs);
}

/** Tokens decay alike, so their ratio holds for as long as there is evidence. */
function shareOf(rate: Rate | undefined, nowMs: number): number {
  if (rate === undefined || rate.cachedTokens <= 0 || rate.requests * remaining(nowMs - rate.atMs) < REQUESTS_MIN) return 0;
  return rate.cachedTokens / rate.inputTokens;
}
