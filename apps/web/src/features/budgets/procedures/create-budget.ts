import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { newBudgetInput, toBudgetView } from "../../../server/budget-view.ts";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { BudgetView } from "../../../server/views.ts";

export const createBudget = memberProcedure.input(newBudgetInput).mutation(async ({ ctx, input }): Promise<BudgetView> => {
  const { scope, scopeId, name, period, limitUsd } = input;
  const row = await ctx.db.budgets.create(ctx.actor, { scope, scopeId, name, period, limitNanoUsd: limitUsd });
  await publishChange(ctx.kv, INVALIDATION_TOPICS.budget, ctx.actor.organizationId);
  return toBudgetView(row);
});
