import { BUDGET_PERIODS } from "@trunkline/contracts";
import type { BudgetRecord } from "@trunkline/db/web";
import { z } from "zod";
import { percentOf, usd, usdInput } from "./money-view.ts";
import type { BudgetView } from "./views.ts";

const NAME_LENGTH_MAX = 80;

export const newBudgetInput = z.object({ scope: z.enum(["organization", "project", "key"]), scopeId: z.string().min(1), name: z.string().trim().min(1).max(NAME_LENGTH_MAX), period: z.enum(BUDGET_PERIODS), limitUsd: usdInput });

export function toBudgetView(row: BudgetRecord): BudgetView {
  const { id, scope, scopeId, scopeName, name, period } = row;
  return { id, scope, scopeId, scopeName, name, period, limitUsd: usd(row.limitNanoUsd), spentUsd: usd(row.spentNanoUsd), percent: percentOf(row.spentNanoUsd, row.limitNanoUsd) };
}
