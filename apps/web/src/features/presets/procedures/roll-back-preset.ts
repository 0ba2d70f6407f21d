import { z } from "zod";
import { changedPreset } from "../../../server/preset-change.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PresetView } from "../../../server/views.ts";

export const rollBackPreset = memberProcedure.input(z.object({ slug: z.string(), version: z.int().min(1) }))
  .mutation(({ ctx, input }): Promise<PresetView> => changedPreset(ctx, ctx.db.presets.rollBack(ctx.actor, input.slug, input.version)));
