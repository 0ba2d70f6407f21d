import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { NotFoundError } from "@trunkline/db/web";
import { z } from "zod";
import { keyChangeIn, keyChangeInput } from "../../../server/issue-key.ts";
import { toKeyView } from "../../../server/key-view.ts";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { KeyView } from "../../../server/views.ts";

/** At once in every gateway. */
export const updateKey = memberProcedure.input(z.object({ id: z.string(), change: keyChangeInput })).mutation(async ({ ctx, input }): Promise<KeyView> => {
  if (!(await ctx.db.keys.list(ctx.actor, ctx.project.id)).some((key) => key.id === input.id)) throw new NotFoundError("API key");
  const row = await ctx.db.keys.update(ctx.actor, input.id, keyChangeIn(input.change));
  await publishChange(ctx.kv, INVALIDATION_TOPICS.apiKey, row.keyId);
  return toKeyView(row);
});
