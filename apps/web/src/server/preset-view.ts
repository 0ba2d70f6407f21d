import { PRESET_SLUG, type PublishedPreset } from "@trunkline/contracts";
import type { CanaryRecord, PresetRecord, ShadowRecord } from "@trunkline/db/web";
import { z } from "zod";
import type { CanaryView, PresetView, ShadowView } from "./views.ts";

export const PRESET_NAME_LENGTH_MAX = 80;
export const COMMENT_LENGTH_MAX = 500;
export const presetSlugInput = z.string().regex(PRESET_SLUG, "use small letters, digits, - and _");

export function toCanaryView({ version, baseVersion, percent, by, startedAt, startedBy, endedAt, outcome, reason }: CanaryRecord): CanaryView {
  return { version, baseVersion, percent, by, startedAt: startedAt.toISOString(), startedBy, endedAt: endedAt?.toISOString() ?? null, outcome, reason };
}

export function toShadowView({ version, model, baseVersion, percent, startedAt, startedBy, endedAt }: ShadowRecord): ShadowView {
  return { version, model, baseVersion, percent, startedAt: startedAt.toISOString(), startedBy, endedAt: endedAt?.toISOString() ?? null };
}

export function toPresetView(row: PresetRecord): PresetView {
  const versions = row.versions.map((version) => ({ ...version, createdAt: version.createdAt.toISOString() }));
  const published = versions.find((version) => version.version === row.publishedVersion);
  return {
    slug: row.slug, name: row.name, builtIn: false, draft: row.draft, versions, canary: row.canary && toCanaryView(row.canary), shadow: row.shadow && toShadowView(row.shadow),
    published: published ? { version: published.version, document: published.document, comment: published.comment, createdAt: published.createdAt } : null,
  };
}

/** When the built-in presets took their present form; they change only with a release. */
const BUILT_IN_SINCE = "2026-01-01T00:00:00.000Z";

export const builtInName = (slug: string): string => slug.charAt(0).toUpperCase() + slug.slice(1).replaceAll("_", " ");

export function toBuiltInView(preset: PublishedPreset): PresetView {
  const version = { version: preset.version, document: preset.document, comment: "Built in", createdAt: BUILT_IN_SINCE };
  return { slug: preset.slug, name: builtInName(preset.slug), builtIn: true, draft: null, published: version, versions: [{ ...version, createdBy: null }], canary: null, shadow: null };
}
