import { budgetWindow, type Budget, type BudgetPeriod, type BudgetScope } from "@trunkline/contracts";
import type { Transaction } from "./context.ts";

interface BudgetRow { id: string; organizationId: string; scope: string; scopeId: string; name: string; period: string; limitNanoUsd: bigint }

/** The columns `scope` and `period` are text written only through checked input; see `createBudgets`. */
export const toBudget = (row: BudgetRow): Budget => ({
  id: row.id, organizationId: row.organizationId, scope: row.scope as BudgetScope, scopeId: row.scopeId, name: row.name, period: row.period as BudgetPeriod, limitNanoUsd: row.limitNanoUsd,
});

/** Charges of the budget's current window. Organization and project budgets bind the live book; a key has one book of its own. */
export async function spentOf(transaction: Transaction, budget: Budget, nowMs: number): Promise<bigint> {
  const { startMs, endMs } = budgetWindow(budget.period, nowMs);
  const scope = budget.scope === "organization" ? { mode: "live" } : budget.scope === "project" ? { projectId: budget.scopeId, mode: "live" } : { apiKeyId: budget.scopeId };
  const sum = await transaction.usageRollup.aggregate({
    where: { organizationId: budget.organizationId, ...scope, bucket: { gte: new Date(startMs), ...(endMs === null ? {} : { lt: new Date(endMs) }) } }, _sum: { chargeNanoUsd: true },
  });
  return sum._sum.chargeNanoUsd ?? 0n;
}
