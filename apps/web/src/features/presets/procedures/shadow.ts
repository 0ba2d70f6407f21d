import { z } from "zod";
import { newShadowInput, shadowReport, startShadow, stopShadow } from "../../../server/shadow.ts";
import { memberProcedure } from "../../../server/trpc.ts";

const slugInput = z.object({ slug: z.string() });

export const shadow = memberProcedure.input(slugInput).query(({ ctx, input }) => shadowReport(ctx, input.slug));
export const startPresetShadow = memberProcedure.input(z.object({ ...slugInput.shape, ...newShadowInput.shape })).mutation(({ ctx, input: { slug, percent, version, model, comment } }) => startShadow(ctx, slug, { percent, version, model, comment }));
export const stopPresetShadow = memberProcedure.input(slugInput).mutation(({ ctx, input }) => stopShadow(ctx, input.slug));
