import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { z } from "zod";
import { toBudgetView } from "../../../server/budget-view.ts";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { BudgetView } from "../../../server/views.ts";

/** Gives the budget that was removed. */
export const removeBudget = memberProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }): Promise<BudgetView> => {
  const row = await ctx.db.budgets.remove(ctx.actor, input.id);
  await publishChange(ctx.kv, INVALIDATION_TOPICS.budget, ctx.actor.organizationId);
  return toBudgetView(row);
});
