import { z } from "zod";
import { budgetChangeInput, changeBudget } from "../../../server/budget-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { BudgetView } from "../../../server/views.ts";

export const updateBudget = memberProcedure.input(z.object({ id: z.string(), change: budgetChangeInput })).mutation(({ ctx, input }): Promise<BudgetView> => changeBudget(ctx, ctx.actor, input));
