/**
 * A preset as people write it and processes hand it over. It decides what may be said, and bounds it; what a rule does to a request
 * is router-core's. A field that is added here is optional or has a default, so that every published version stays readable.
 */
import { z } from "zod";
import type { BookMode } from "./usage.ts";

/** Bounds of a preset document: large enough for real use, small enough that planning stays in microseconds. */
export const PRESET_RULES_MAX = 32;
export const PRESET_TARGETS_MAX = 16;

const needSchema = z.enum(["tools", "vision", "json", "json_schema", "reasoning", "pdf", "audio", "embedding"]);

/** An end user as requests name them, and the organization's own word for what they pay for. */
export const END_USER_LENGTH_MAX = 512;
export const endUserPlanSchema = z.string().trim().min(1).max(64).regex(/^[^\p{Cc}]+$/u, "a label without control characters");
/** An organization's; their table is read by single rows, so the bound is on its disk alone. */
export const END_USER_PLANS_MAX = 1_000_000;
/** At once: a statement of some hundred kilobytes. */
export const END_USER_PLANS_AT_ONCE_MAX = 1_000;

const labels = z.array(z.string().min(1).max(128)).min(1).max(64);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day as HH:MM");
const usdPerMillion = z.number().min(0).max(100_000);
/** Conditions are stored and shown, so none may hold a secret. */
const SECRET_HEADERS = new Set(["authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"]);
const headerName = z.string().regex(/^[a-z0-9-]{1,64}$/, "a header name in small letters").refine((name) => !SECRET_HEADERS.has(name), "a header that carries a secret cannot be a condition");
const isZone = (name: string): boolean => { try { return new Intl.DateTimeFormat("en", { timeZone: name }) instanceof Intl.DateTimeFormat; } catch { return false; } };
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** From is inclusive, to exclusive; a window whose end lies before its start runs over midnight and belongs to the day it began. */
const timeWindowSchema = z.strictObject({
  days: z.array(z.enum(WEEKDAYS)).min(1).max(7).optional(),
  from: timeOfDay.default("00:00"),
  to: timeOfDay.default("00:00"),
  zone: z.string().max(64).refine(isZone, "no time zone of this name").default("UTC"),
});

/** `session` and `user` keep whoever is drawn; a request that names neither is drawn by itself. */
const drawnBySchema = z.enum(["session", "user", "request"]);
const bucketSchema = z.strictObject({ percent: z.number().min(0).max(100), by: drawnBySchema.default("session") });

/** The lowest input price of the model now, at `provider` where one is named. */
const priceConditionSchema = z.strictObject({ model: z.string().min(1).max(128), provider: z.string().min(1).max(64).optional(), inputUsdPerMillionMin: usdPerMillion.optional(), inputUsdPerMillionMax: usdPerMillion.optional() });

export const presetConditionSchema = z.strictObject({
  inputTokensMin: z.int().min(0).optional(),
  inputTokensMax: z.int().min(0).optional(),
  /** The caller's label where it gave one, else the inferred class. */
  task: z.array(z.string().min(1).max(64)).max(16).optional(),
  needs: z.array(needSchema).max(8).optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).optional(),
  headers: z.record(headerName, z.string().max(512)).optional(),
  keys: labels.optional(),
  projects: labels.optional(),
  endUsers: labels.optional(),
  /** The plan that the organization keeps for the request's end user is any of these. */
  userPlan: z.array(endUserPlanSchema).min(1).max(64).optional(),
  time: timeWindowSchema.optional(),
  bucket: bucketSchema.optional(),
  /** Share of the tightest budget of the key that is spent or held, in percent. */
  budgetUsedPercentMin: z.number().min(0).max(100).optional(),
  price: priceConditionSchema.optional(),
});

const TARGET_NAME = /^(?:tier:(?:frontier|mid|fast|specialised)|set:[a-z0-9_-]{1,64}|(?!tier:|set:).+)$/;

/** Put in the place of what the caller sent. */
const overridesSchema = z.strictObject({ temperature: z.number().min(0).max(2).optional(), top_p: z.number().min(0).max(1).optional(), max_tokens: z.int().min(1).max(1_000_000).optional() });

/** A target names a model (`author/slug`), a tier (`tier:fast`) or an equivalence set of the document (`set:<name>`), optionally pinned to one provider. Weights matter for strategy `weighted`. */
export const presetTargetSchema = z.strictObject({
  model: z.string().min(1).max(128).regex(TARGET_NAME, "a model, `tier:frontier|mid|fast|specialised` or `set:<name>`"),
  provider: z.string().min(1).max(64).optional(),
  weight: z.int().min(1).max(1000).default(1),
  /** Time to the first content, after which the next candidate is tried. */
  timeoutMs: z.int().min(100).max(900_000).optional(),
  maxPrice: z.strictObject({ inputUsdPerMillion: usdPerMillion.optional(), outputUsdPerMillion: usdPerMillion.optional() }).optional(),
  overrides: overridesSchema.optional(),
});

/** Sooner, nearly every request would be made twice; later, a fallback by `timeoutMs` does as well. */
export const HEDGE_MS_MIN = 50;
export const HEDGE_MS_MAX = 60_000;

const targets = z.array(presetTargetSchema).max(PRESET_TARGETS_MAX);

/** Classes that another target can cure. */
export const CURABLE_FAILURES = ["context_overflow", "content_filtered", "quota_exhausted", "rate_limited", "overloaded", "server_error", "timeout", "network", "protocol_violation", "form_violation"] as const;

export const presetRuleSchema = z.strictObject({
  name: z.string().min(1).max(80),
  when: presetConditionSchema.default({}),
  strategy: z.enum(["ordered", "weighted", "cheapest", "fastest", "least_busy", "balanced"]).default("ordered"),
  targets: targets.min(1),
  /** Tried in order after every target has failed. */
  fallbacks: targets.default([]),
  /** Where the first candidate has given nothing for so long, another provider is asked too, and the first to answer serves. It buys some prompts twice. */
  hedge: z.strictObject({ afterMs: z.int().min(HEDGE_MS_MIN).max(HEDGE_MS_MAX) }).optional(),
  /** A stream of plain text that breaks after its first content goes on at another provider that can. */
  continuation: z.boolean().optional(),
  /** Tried first after a failure of the class: a longer context after an overflow, another model after a refusal. */
  fallbacksAfter: z.partialRecord(z.enum(CURABLE_FAILURES), targets.min(1)).optional(),
});

export const presetLimitsSchema = z.strictObject({
  maxCostUsd: z.number().positive().max(1000).optional(),
  deadlineMs: z.int().min(1000).max(900_000).optional(),
  maxAttempts: z.int().min(1).max(5).optional(),
});

const PRESET_SETS_MAX = 32;
const setsSchema = z.record(z.string().regex(/^[a-z0-9_-]{1,64}$/), z.array(z.string().min(1).max(128)).min(1).max(PRESET_TARGETS_MAX)).refine((sets) => Object.keys(sets).length <= PRESET_SETS_MAX, { error: `at most ${PRESET_SETS_MAX} sets` });

/** Ordered rules, first match wins. A document in which no rule can match a request yields no candidate, and the explanation says so. */
export const presetDocumentSchema = z.strictObject({
  /** Models that stand for each other, by the name that `set:<name>` targets use. */
  sets: setsSchema.optional(),
  rules: z.array(presetRuleSchema).min(1).max(PRESET_RULES_MAX),
  limits: presetLimitsSchema.default({}),
  /** What a candidate may lose of a request; the request's own `routing.losses` comes first. */
  losses: z.enum(["strict", "warn", "allow"]).optional(),
});

export type Need = z.infer<typeof needSchema>;
export type PresetCondition = z.infer<typeof presetConditionSchema>;
export type CurableFailure = (typeof CURABLE_FAILURES)[number];
export type PresetTarget = z.infer<typeof presetTargetSchema>;
export type PresetRule = z.infer<typeof presetRuleSchema>;
export type PresetDocument = z.infer<typeof presetDocumentSchema>;

/** `strict`: a candidate that loses anything is none. `warn`: one that loses what the answer hangs on is none, other losses are reported. `allow`: none matters. */
export type LossPolicy = NonNullable<PresetDocument["losses"]>;

export interface PublishedPreset {
  readonly slug: string;
  readonly version: number;
  readonly document: PresetDocument;
  /** A version that gets copies of a share of the requests. */
  readonly shadow?: PresetShadow;
  /** Running, or waiting for its time. */
  readonly drill?: PresetDrill;
  /** A version that takes a share of the requests which name no version. */
  readonly canary?: { readonly preset: PublishedPreset; readonly percent: number; readonly by: DrawnBy };
}
/** `preset` goes by `shadowSlug`. */
export interface PresetShadow { readonly preset: PublishedPreset; readonly percent: number }
/** The label under which copies are metered. No preset is called so: a slug has no slash. */
export const shadowSlug = (slug: string): string => `${slug}/shadow`;
/** The version under which copies to a model are metered; no version of a preset has it. */
export const MODEL_SHADOW_VERSION = 0;
export const shadowShareSchema = z.number().min(0.1).max(100);
export type DrawnBy = z.infer<typeof drawnBySchema>;

/** A share of 100 is publishing. `by` as in a rule's bucket. */
export const canaryShareSchema = z.number().min(0.1).max(99);
export const canarySchema = z.strictObject({ percent: canaryShareSchema, by: drawnBySchema.default("session") });
export type CanaryOutcome = "promoted" | "aborted" | "aborted_automatically" | "replaced";

/** Carries its own beginning and end, so that it ends though everybody who knows of it dies. */
export interface PresetDrill { readonly id: string; readonly provider: string; readonly percent: number; readonly mode: BookMode; readonly startsAtMs: number; readonly endsAtMs: number }
/** Long enough to see a whole prompt cache expire, short enough that a drill is never forgotten. */
export const DRILL_MINUTES_MAX = 60;
/** What became of a schedule's latest hour. */
export type DrillOutcome = "started" | "skipped_busy" | "skipped_unpublished";
/** Further ahead the preset, or who watches, will have changed. */
export const DRILL_DAYS_AHEAD_MAX = 30;

export const PRESET_SLUG = /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/;
