import { presetDocumentSchema } from "@trunkline/contracts";
import type { PublishedPreset } from "@trunkline/contracts";
import type { OrganizationPresets } from "../records.ts";
import type { Statement } from "./prepared.ts";

interface PresetVersionRow { readonly slug: string; readonly publishedVersion: number | null; readonly version: number; readonly document: unknown }

/** $1 the organization. */
export const LOAD_PRESETS: Statement<PresetVersionRow> = {
  name: "gateway_load_presets",
  text: `
SELECT p.slug, p."publishedVersion", v.version, v.document
FROM preset p JOIN preset_version v ON v."presetId" = p.id AND v."organizationId" = p."organizationId"
WHERE p."organizationId" = $1 ORDER BY p.slug, v.version`,
};

/** A document that this version of the program cannot read is left out: its preset is then not found, and the others keep working. */
export function organizationPresets(rows: readonly PresetVersionRow[]): OrganizationPresets {
  const published = new Map<string, PublishedPreset>();
  const versions = new Map<string, PublishedPreset>();
  for (const row of rows) {
    const document = presetDocumentSchema.safeParse(row.document);
    if (!document.success) continue;
    const preset = { slug: row.slug, version: row.version, document: document.data };
    versions.set(`${row.slug}:${row.version}`, preset);
    if (row.version === row.publishedVersion) published.set(row.slug, preset);
  }
  return { published, versions };
}
