import { builtInName } from "../../../server/preset-view.ts";
import { builtInPresets } from "../../../server/routing.ts";
import { usd } from "../../../server/money-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PresetListItem } from "../../../server/views.ts";

const WEEK_MS = 7 * 86_400_000;

/** The organization's own first, then the built-in ones that it has not replaced. Counts are the project's, in the book that is in use. */
export const listPresets = memberProcedure.query(async ({ ctx }): Promise<PresetListItem[]> => {
  const { db, actor, project } = ctx;
  const [presets, mode] = await Promise.all([db.presets.list(actor), db.requests.defaultMode(actor, project.id)]);
  const groups = await db.usage.groups(actor, { projectId: project.id, mode, from: new Date(ctx.nowMs() - WEEK_MS), to: new Date(ctx.nowMs()) }, "preset");
  const used = (slug: string) => {
    const group = groups.find((row) => row.key === slug);
    return { requests7d: Number(group?.requests ?? 0n), spendUsd7d: usd(group?.chargeNanoUsd ?? 0n) };
  };
  const own = presets.map((row) => ({ slug: row.slug, name: row.name, builtIn: false, publishedVersion: row.publishedVersion, hasDraft: row.draft !== null, updatedAt: row.updatedAt.toISOString(), ...used(row.slug) }));
  const taken = new Set(presets.filter((row) => row.publishedVersion !== null).map((row) => row.slug));
  const builtIn = builtInPresets().filter((preset) => !taken.has(preset.slug))
    .map((preset) => ({ slug: preset.slug, name: builtInName(preset.slug), builtIn: true, publishedVersion: preset.version, hasDraft: false, updatedAt: null, ...used(preset.slug) }));
  return [...own, ...builtIn];
});
