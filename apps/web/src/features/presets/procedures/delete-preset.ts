import { z } from "zod";
import { changedPreset } from "../../../server/preset-change.ts";
import { presetSlugInput } from "../../../server/preset-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";

/** For good, at once in every gateway. */
export const deletePreset = memberProcedure.input(z.object({ slug: presetSlugInput })).mutation(async ({ ctx: { db, kv, actor }, input }): Promise<{ slug: string }> => {
  const { slug } = await changedPreset({ kv, actor }, db.presets.remove(actor, input.slug));
  return { slug };
});
