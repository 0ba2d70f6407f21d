import { presetDocumentSchema } from "@trunkline/contracts";
import { z } from "zod";
import { toPresetView } from "../../../server/preset-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PresetView } from "../../../server/views.ts";

export const savePresetDraft = memberProcedure.input(z.object({ slug: z.string(), document: presetDocumentSchema }))
  .mutation(async ({ ctx, input }): Promise<PresetView> => toPresetView(await ctx.db.presets.saveDraft(ctx.actor, input.slug, input.document)));
