import { z } from "zod";

/** Bounds of a preset document: large enough for real use, small enough that planning stays in microseconds. */
export const PRESET_RULES_MAX = 32;
export const PRESET_TARGETS_MAX = 16;

const needSchema = z.enum(["tools", "vision", "json", "json_schema", "reasoning", "pdf", "audio", "embedding"]);

export const presetConditionSchema = z.strictObject({
  inputTokensMin: z.int().min(0).optional(),
  inputTokensMax: z.int().min(0).optional(),
  task: z.array(z.string().min(1).max(64)).max(16).optional(),
  needs: z.array(needSchema).max(8).optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).optional(),
});

/** A target names a model (`author/slug`), optionally pinned to one provider. Weights matter for strategy `weighted`. */
export const presetTargetSchema = z.strictObject({
  model: z.string().min(1).max(128),
  provider: z.string().min(1).max(64).optional(),
  weight: z.int().min(1).max(1000).default(1),
});

export const presetRuleSchema = z.strictObject({
  name: z.string().min(1).max(80),
  when: presetConditionSchema.default({}),
  strategy: z.enum(["ordered", "weighted", "cheapest", "fastest", "balanced"]).default("ordered"),
  targets: z.array(presetTargetSchema).min(1).max(PRESET_TARGETS_MAX),
  /** Tried in order after every target has failed. */
  fallbacks: z.array(presetTargetSchema).max(PRESET_TARGETS_MAX).default([]),
});

export const presetLimitsSchema = z.strictObject({
  maxCostUsd: z.number().positive().max(1000).optional(),
  deadlineMs: z.int().min(1000).max(900_000).optional(),
  maxAttempts: z.int().min(1).max(5).optional(),
});

/** Ordered rules, first match wins. A document in which no rule can match a request yields no candidate, and the explanation says so. */
export const presetDocumentSchema = z.strictObject({
  rules: z.array(presetRuleSchema).min(1).max(PRESET_RULES_MAX),
  limits: presetLimitsSchema.default({}),
  /** What a candidate may lose of a request; the request's own `routing.losses` comes first. */
  losses: z.enum(["strict", "warn", "allow"]).optional(),
});

export type Need = z.infer<typeof needSchema>;
export type PresetCondition = z.infer<typeof presetConditionSchema>;
export type PresetTarget = z.infer<typeof presetTargetSchema>;
export type PresetRule = z.infer<typeof presetRuleSchema>;
export type PresetDocument = z.infer<typeof presetDocumentSchema>;

/** `strict`: a candidate that loses anything is none. `warn`: one that loses what the answer hangs on is none, other losses are reported. `allow`: none matters. */
export type LossPolicy = NonNullable<PresetDocument["losses"]>;

export interface PublishedPreset {
  readonly slug: string;
  readonly version: number;
  readonly document: PresetDocument;
}

export const PRESET_SLUG = /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/;
