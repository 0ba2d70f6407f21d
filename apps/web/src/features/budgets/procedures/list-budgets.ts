import { toBudgetView } from "../../../server/budget-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { BudgetView } from "../../../server/views.ts";

export const listBudgets = memberProcedure.query(async ({ ctx }): Promise<BudgetView[]> => (await ctx.db.budgets.list(ctx.actor)).map(toBudgetView));
