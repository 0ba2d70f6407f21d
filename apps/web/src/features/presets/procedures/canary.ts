import { z } from "zod";
import { abortCanary, canaryReport, canaryShareInput, newCanaryInput, promoteCanary, setCanaryShare, startCanary } from "../../../server/canary.ts";
import { memberProcedure } from "../../../server/trpc.ts";

const slugInput = z.object({ slug: z.string() });

export const canary = memberProcedure.input(slugInput).query(({ ctx, input }) => canaryReport(ctx, input.slug));
export const startPresetCanary = memberProcedure.input(z.object({ ...slugInput.shape, ...newCanaryInput.shape })).mutation(({ ctx, input: { slug, percent, by, version, comment } }) => startCanary(ctx, slug, { percent, by, version, comment }));
export const setPresetCanaryShare = memberProcedure.input(z.object({ ...slugInput.shape, ...canaryShareInput.shape })).mutation(({ ctx, input }) => setCanaryShare(ctx, input.slug, input.percent));
export const promotePresetCanary = memberProcedure.input(slugInput).mutation(({ ctx, input }) => promoteCanary(ctx, input.slug));
export const abortPresetCanary = memberProcedure.input(slugInput).mutation(({ ctx, input }) => abortCanary(ctx, input.slug));
