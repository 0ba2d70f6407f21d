import { z } from "zod";
import { removeBudget as remove } from "../../../server/budget-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { BudgetView } from "../../../server/views.ts";

/** Gives the budget that was removed. */
export const removeBudget = memberProcedure.input(z.object({ id: z.string() })).mutation(({ ctx, input }): Promise<BudgetView> => remove(ctx, ctx.actor, input.id));
