import { router } from "../../server/trpc.ts";
import { createBudget } from "./procedures/create-budget.ts";
import { listBudgets } from "./procedures/list-budgets.ts";
import { updateBudget } from "./procedures/update-budget.ts";
import { removeBudget } from "./procedures/remove-budget.ts";

export const budgetsRouter = router({ list: listBudgets, create: createBudget, update: updateBudget, remove: removeBudget });
