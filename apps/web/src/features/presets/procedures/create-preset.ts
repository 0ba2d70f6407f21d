import { presetDocumentSchema } from "@trunkline/contracts";
import { z } from "zod";
import { PRESET_NAME_LENGTH_MAX, presetSlugInput, toPresetView } from "../../../server/preset-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PresetView } from "../../../server/views.ts";

const input = z.object({ slug: presetSlugInput, name: z.string().trim().min(1).max(PRESET_NAME_LENGTH_MAX), document: presetDocumentSchema });

/** A new preset is a draft; nothing routes by it until it is published. */
export const createPreset = memberProcedure.input(input).mutation(async ({ ctx, input: preset }): Promise<PresetView> => {
  const { slug, name, document } = preset;
  return toPresetView(await ctx.db.presets.create(ctx.actor, { slug, name, document }));
});
