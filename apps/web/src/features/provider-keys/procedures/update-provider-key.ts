import { z } from "zod";
import { changeCredential, credentialChangeInput } from "../../../server/provider-credential.ts";
import { memberProcedure } from "../../../server/trpc.ts";

export const updateProviderKey = memberProcedure.input(z.object({ id: z.string(), change: credentialChangeInput })).mutation(({ ctx, input }) => changeCredential(ctx, ctx.actor, { id: input.id, input: input.change, nowMs: ctx.nowMs() }));
