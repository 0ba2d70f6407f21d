import { z } from "zod";
import { addCredential, newCredentialInput } from "../../../server/provider-credential.ts";
import { memberProcedure } from "../../../server/trpc.ts";

export const createProviderKey = memberProcedure.input(z.object({ credential: newCredentialInput })).mutation(({ ctx, input }) => addCredential(ctx, ctx.actor, { input: input.credential, nowMs: ctx.nowMs() }));
