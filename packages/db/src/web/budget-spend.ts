import { budgetFilter, budgetWindow, EVERY_USER, type Budget, type BudgetAction, type BudgetPeriod, type BudgetScope } from "@trunkline/contracts";
import type { Transaction } from "./context.ts";

interface BudgetRow { id: string; organizationId: string; scope: string; scopeId: string; name: string; period: string; limitNanoUsd: bigint; action: string; enforced: boolean }

/** As the dashboard has it: also those that only count and warn. */
export interface StoredBudget extends Budget { readonly action: BudgetAction; readonly enforced: boolean; readonly timeZone: string }

/** The columns `scope`, `period` and `action` are text written only through checked input; see `createBudgets`. */
export const toBudget = (row: BudgetRow, timeZone: string): StoredBudget => ({
  id: row.id, organizationId: row.organizationId, scope: row.scope as BudgetScope, scopeId: row.scopeId, name: row.name, period: row.period as BudgetPeriod, limitNanoUsd: row.limitNanoUsd,
  action: row.action as BudgetAction, enforced: row.enforced, timeZone,
});

/** The zone in which an organization's periods begin. */
export async function timeZoneOf(transaction: Transaction, organizationId: string): Promise<string> {
  return (await transaction.organization.findUnique({ where: { id: organizationId }, select: { timeZone: true } }))?.timeZone ?? "UTC";
}

/** Charges of the budget's current window. A key has one book of its own, every other scope counts the live one; a budget that every user has shows the user who has spent most. */
export async function spentOf(transaction: Transaction, budget: Budget, nowMs: number): Promise<bigint> {
  const { startMs, endMs } = budgetWindow(budget.period, nowMs, budget.timeZone);
  const { organizationId } = budget;
  if (budget.scope === "user") return userSpent(transaction, { organizationId, mode: "live", createdAt: { gte: new Date(startMs), ...(endMs === null ? {} : { lt: new Date(endMs) }) }, endUser: budget.scopeId === EVERY_USER ? { not: null } : budget.scopeId });
  const { projectId = null, apiKeyId = null, model = null, presetSlug = null } = budgetFilter(budget);
  const modes = budget.scope === "key" ? ["live", "test"] : ["live"];
  const [sum] = await transaction.$queryRaw<{ spent: bigint }[]>`
    SELECT coalesce(sum(u."chargeNanoUsd"), 0)::bigint AS spent FROM unnest(${modes}::text[]) book, usage_between(${organizationId}, book, ${new Date(startMs)}::timestamptz, ${endMs === null ? null : new Date(endMs)}::timestamptz, '{}') u
    WHERE (${projectId}::text IS NULL OR u."projectId" = ${projectId}) AND (${apiKeyId}::text IS NULL OR u."apiKeyId" = ${apiKeyId}) AND (${model}::text IS NULL OR u.model = ${model}) AND (${presetSlug}::text IS NULL OR u."presetSlug" IN (${presetSlug}, ${presetSlug} || '/shadow'))`;
  return sum?.spent ?? 0n;
}

type GenerationWhere = NonNullable<NonNullable<Parameters<Transaction["generation"]["findFirst"]>[0]>["where"]>;

async function userSpent(transaction: Transaction, where: GenerationWhere): Promise<bigint> {
  const [most] = await transaction.generation.groupBy({ by: ["endUser"], where, _sum: { chargeNanoUsd: true }, orderBy: { _sum: { chargeNanoUsd: "desc" } }, take: 1 });
  return most?._sum.chargeNanoUsd ?? 0n;
}
