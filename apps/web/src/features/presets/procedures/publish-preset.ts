import { z } from "zod";
import { changedPreset } from "../../../server/preset-change.ts";
import { COMMENT_LENGTH_MAX } from "../../../server/preset-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PresetView } from "../../../server/views.ts";

export const publishPreset = memberProcedure.input(z.object({ slug: z.string(), comment: z.string().trim().max(COMMENT_LENGTH_MAX).default("") }))
  .mutation(({ ctx, input }): Promise<PresetView> => changedPreset(ctx, ctx.db.presets.publish(ctx.actor, input.slug, input.comment)));
