import { NotFoundError } from "@trunkline/db/web";
import { z } from "zod";
import { toBuiltInView, toPresetView } from "../../../server/preset-view.ts";
import { builtInPresets } from "../../../server/routing.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PresetView } from "../../../server/views.ts";

export const getPreset = memberProcedure.input(z.object({ slug: z.string() })).query(async ({ ctx, input }): Promise<PresetView> => {
  try {
    return toPresetView(await ctx.db.presets.find(ctx.actor, input.slug));
  } catch (error) {
    const builtIn = builtInPresets().find((preset) => preset.slug === input.slug);
    if (error instanceof NotFoundError && builtIn) return toBuiltInView(builtIn);
    throw error;
  }
});
