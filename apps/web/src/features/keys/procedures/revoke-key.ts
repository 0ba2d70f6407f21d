import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { z } from "zod";
import { toKeyView } from "../../../server/key-view.ts";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { KeyView } from "../../../server/views.ts";

export const revokeKey = memberProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }): Promise<KeyView> => {
  const row = await ctx.db.keys.revoke(ctx.actor, input.id, ctx.project.id);
  await publishChange(ctx.kv, INVALIDATION_TOPICS.apiKey, row.keyId);
  return toKeyView(row);
});
