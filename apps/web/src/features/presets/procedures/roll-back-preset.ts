import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { z } from "zod";
import { toPresetView } from "../../../server/preset-view.ts";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PresetView } from "../../../server/views.ts";

export const rollBackPreset = memberProcedure.input(z.object({ slug: z.string(), version: z.int().min(1) })).mutation(async ({ ctx, input }): Promise<PresetView> => {
  const row = await ctx.db.presets.rollBack(ctx.actor, input.slug, input.version);
  await publishChange(ctx.kv, INVALIDATION_TOPICS.preset, ctx.actor.organizationId);
  return toPresetView(row);
});
