import { MODEL_SHADOW_VERSION, presetDocumentSchema, shadowSlug } from "@trunkline/contracts";
import type { BookMode, DrawnBy, PresetDrill, PresetShadow, PublishedPreset } from "@trunkline/contracts";
import type { OrganizationPresets } from "../records.ts";
import type { Statement } from "./prepared.ts";

interface PresetVersionRow { readonly slug: string; readonly publishedVersion: number | null; readonly version: number; readonly document: unknown; readonly canaryPercent: number | null; readonly canaryDrawnBy: DrawnBy | null; readonly shadowPercent: number | null; readonly shadowModel: string | null; readonly drillId: string | null; readonly drillProvider: string; readonly drillPercent: number; readonly drillMode: BookMode; readonly drillStartsAt: Date; readonly drillEndsAt: Date }

/** $1 the organization. */
export const LOAD_PRESETS: Statement<PresetVersionRow> = {
  name: "gateway_load_presets",
  text: `
SELECT p.slug, p."publishedVersion", v.version, v.document, c.percent AS "canaryPercent", c."drawnBy" AS "canaryDrawnBy", s.percent AS "shadowPercent", s.model AS "shadowModel",
  d.id AS "drillId", d.provider AS "drillProvider", d.percent AS "drillPercent", d.mode AS "drillMode", d."startsAt" AS "drillStartsAt", d."endsAt" AS "drillEndsAt"
FROM preset p JOIN preset_version v ON v."presetId" = p.id AND v."organizationId" = p."organizationId"
LEFT JOIN preset_canary c ON c."presetId" = p.id AND c.version = v.version AND c."endedAt" IS NULL
LEFT JOIN preset_shadow s ON s."presetId" = p.id AND coalesce(s.version, p."publishedVersion") = v.version AND s."endedAt" IS NULL
LEFT JOIN preset_drill d ON d."presetId" = p.id AND p."publishedVersion" = v.version AND d."endedAt" IS NULL AND d."endsAt" > now()
WHERE p."organizationId" = $1 ORDER BY p.slug, v.version`,
};

/** $1 the organization, $2 the end user. */
export const LOAD_END_USER_PLAN: Statement<{ readonly plan: string }> = { name: "gateway_load_end_user_plan", text: `SELECT plan FROM end_user_plan WHERE "organizationId" = $1 AND "endUser" = $2` };

const drillOf = ({ drillProvider, drillPercent, drillMode, drillStartsAt, drillEndsAt }: PresetVersionRow, id: string): PresetDrill =>
  ({ id, provider: drillProvider, percent: drillPercent, mode: drillMode, startsAtMs: drillStartsAt.getTime(), endsAtMs: drillEndsAt.getTime() });

/** Copies to a model keep to the limits of the version beside them, and know of no other model. */
function shadowOf({ slug, version, document }: PublishedPreset, model: string | null): PublishedPreset {
  if (model === null) return { slug: shadowSlug(slug), version, document };
  return { slug: shadowSlug(slug), version: MODEL_SHADOW_VERSION, document: { ...document, rules: [{ name: model, when: {}, strategy: "ordered", targets: [{ model, weight: 1 }], fallbacks: [] }] } };
}

/** A document that this version of the program cannot read is left out: its preset is then not found, and the others keep working. */
export function organizationPresets(rows: readonly PresetVersionRow[]): OrganizationPresets {
  const published = new Map<string, PublishedPreset>();
  const versions = new Map<string, PublishedPreset>();
  const canaries: NonNullable<PublishedPreset["canary"]>[] = [];
  const shadows: { readonly slug: string; readonly shadow: PresetShadow }[] = [];
  for (const row of rows) {
    const document = presetDocumentSchema.safeParse(row.document);
    if (!document.success) continue;
    const preset = { slug: row.slug, version: row.version, document: document.data };
    versions.set(`${row.slug}:${row.version}`, preset);
    if (row.version === row.publishedVersion) published.set(row.slug, row.drillId === null ? preset : { ...preset, drill: drillOf(row, row.drillId) });
    if (row.shadowPercent !== null && (row.shadowModel !== null || row.version !== row.publishedVersion)) shadows.push({ slug: row.slug, shadow: { preset: shadowOf(preset, row.shadowModel), percent: row.shadowPercent } });
    if (row.version !== row.publishedVersion && row.canaryPercent !== null && row.canaryDrawnBy !== null) canaries.push({ preset, percent: row.canaryPercent, by: row.canaryDrawnBy });
  }
  for (const canary of canaries) {
    const beside = published.get(canary.preset.slug);
    if (beside) published.set(canary.preset.slug, { ...beside, canary });
  }
  for (const { slug, shadow } of shadows) {
    const beside = published.get(slug);
    if (beside) published.set(slug, { ...beside, shadow });
  }
  return { published, versions };
}
