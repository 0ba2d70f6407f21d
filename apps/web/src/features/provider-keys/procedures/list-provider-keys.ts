import { roleMay } from "@trunkline/contracts";
import { credentialProviders, toCredentialView } from "../../../server/provider-credential.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { ProviderCredentialsView } from "../../../server/views.ts";

export const listProviderKeys = memberProcedure.query(async ({ ctx }): Promise<ProviderCredentialsView> => ({
  credentials: (await ctx.db.credentials.list(ctx.actor)).map(toCredentialView), providers: credentialProviders(), mayManage: roleMay(ctx.actor.role, "credentials.manage"),
}));
