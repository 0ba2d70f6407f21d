import { z } from "zod";
import { recheckCredential } from "../../../server/provider-credential.ts";
import { memberProcedure } from "../../../server/trpc.ts";

export const checkProviderKey = memberProcedure.input(z.object({ id: z.string() })).mutation(({ ctx, input }) => recheckCredential(ctx, ctx.actor, { id: input.id, nowMs: ctx.nowMs() }));
