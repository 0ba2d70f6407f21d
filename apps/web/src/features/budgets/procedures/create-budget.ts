import { createBudget as create, newBudgetInput } from "../../../server/budget-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { BudgetView } from "../../../server/views.ts";

export const createBudget = memberProcedure.input(newBudgetInput).mutation(({ ctx, input: { organization: _organization, project: _project, ...budget } }): Promise<BudgetView> => create(ctx, ctx.actor, budget));
