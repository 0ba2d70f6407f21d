import { z } from "zod";
import { removeCredential } from "../../../server/provider-credential.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { ProviderCredentialView } from "../../../server/views.ts";

export const removeProviderKey = memberProcedure.input(z.object({ id: z.string() })).mutation(({ ctx, input }): Promise<ProviderCredentialView> => removeCredential(ctx, ctx.actor, input.id));
