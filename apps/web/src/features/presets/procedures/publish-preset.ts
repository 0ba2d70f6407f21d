import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { z } from "zod";
import { COMMENT_LENGTH_MAX, toPresetView } from "../../../server/preset-view.ts";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PresetView } from "../../../server/views.ts";

export const publishPreset = memberProcedure.input(z.object({ slug: z.string(), comment: z.string().trim().max(COMMENT_LENGTH_MAX).default("") }))
  .mutation(async ({ ctx, input }): Promise<PresetView> => {
    const row = await ctx.db.presets.publish(ctx.actor, input.slug, input.comment);
    await publishChange(ctx.kv, INVALIDATION_TOPICS.preset, ctx.actor.organizationId);
    return toPresetView(row);
  });
