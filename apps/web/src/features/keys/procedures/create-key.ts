import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { issueKey, newKeyInput } from "../../../server/issue-key.ts";
import { toKeyView } from "../../../server/key-view.ts";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { CreatedKeyView } from "../../../server/views.ts";

export const createKey = memberProcedure.input(newKeyInput).mutation(async ({ ctx, input }): Promise<CreatedKeyView> => {
  const { row, secret } = await issueKey(ctx.db, ctx.peppers, { actor: ctx.actor, projectId: ctx.project.id, input });
  await publishChange(ctx.kv, INVALIDATION_TOPICS.apiKey, row.keyId);
  return { key: toKeyView(row), secret };
});
