import { budgetFilter, budgetWindow, EVERY_USER, type Budget, type BudgetAction, type BudgetPeriod, type BudgetScope } from "@trunkline/contracts";
import type { Transaction } from "./context.ts";

interface BudgetRow { id: string; organizationId: string; scope: string; scopeId: string; name: string; period: string; limitNanoUsd: bigint; action: string; enforced: boolean; countsOwnKeys: boolean }

/** As the dashboard has it: also those that only count and warn. */
export interface StoredBudget extends Budget { readonly action: BudgetAction; readonly enforced: boolean; readonly countsOwnKeys: boolean; readonly timeZone: string }

/** The columns `scope`, `period` and `action` are text written only through checked input; see `createBudgets`. */
export const toBudget = (row: BudgetRow, timeZone: string): StoredBudget => ({
  id: row.id, organizationId: row.organizationId, scope: row.scope as BudgetScope, scopeId: row.scopeId, name: row.name, period: row.period as BudgetPeriod, limitNanoUsd: row.limitNanoUsd,
  action: row.action as BudgetAction, enforced: row.enforced, countsOwnKeys: row.countsOwnKeys, timeZone,
});

/** The zone in which an organization's periods begin. */
export async function timeZoneOf(transaction: Transaction, organizationId: string): Promise<string> {
  return (await transaction.organization.findUnique({ where: { id: organizationId }, select: { timeZone: true } }))?.timeZone ?? "UTC";
}

/** What the budget counts of its current window. A key has one book of its own, every other scope counts the live one; a budget that every user has shows the user who has spent most. */
export async function spentOf(transaction: Transaction, budget: StoredBudget, nowMs: number): Promise<bigint> {
  const { startMs, endMs } = budgetWindow(budget.period, nowMs, budget.timeZone);
  const { organizationId } = budget;
  if (budget.scope === "user") return userSpent(transaction, budget, { startMs, endMs });
  const { projectId = null, apiKeyId = null, model = null, presetSlug = null } = budgetFilter(budget);
  const modes = budget.scope === "key" ? ["live", "test"] : ["live"];
  const [sum] = await transaction.$queryRaw<{ spent: bigint }[]>`
    SELECT coalesce(sum(u."chargeNanoUsd" + CASE WHEN ${budget.countsOwnKeys} THEN u."ownSpendNanoUsd" ELSE 0 END), 0)::bigint AS spent FROM unnest(${modes}::text[]) book, usage_between(${organizationId}, book, ${new Date(startMs)}::timestamptz, ${endMs === null ? null : new Date(endMs)}::timestamptz, '{}') u
    WHERE (${projectId}::text IS NULL OR u."projectId" = ${projectId}) AND (${apiKeyId}::text IS NULL OR u."apiKeyId" = ${apiKeyId}) AND (${model}::text IS NULL OR u.model = ${model}) AND (${presetSlug}::text IS NULL OR u."presetSlug" IN (${presetSlug}, ${presetSlug} || '/shadow'))`;
  return sum?.spent ?? 0n;
}

/** Of the end user who has spent most, or of the named one. Rows that are gone by the plan's days are counted on by their day's sum. */
async function userSpent(transaction: Transaction, { organizationId, scopeId, countsOwnKeys }: StoredBudget, { startMs, endMs }: { readonly startMs: number; readonly endMs: number | null }): Promise<bigint> {
  const [user, from, to] = [scopeId === EVERY_USER ? null : scopeId, new Date(startMs), endMs === null ? null : new Date(endMs)];
  const [most] = await transaction.$queryRaw<{ spent: bigint }[]>`
    SELECT coalesce(max(spent), 0)::bigint AS spent FROM (
      SELECT sum("chargeNanoUsd" + CASE WHEN ${countsOwnKeys} THEN "ownSpendNanoUsd" ELSE 0 END) AS spent FROM (
        SELECT "endUser", "chargeNanoUsd", "ownSpendNanoUsd" FROM generation
        WHERE "organizationId" = ${organizationId} AND mode = 'live' AND "createdAt" >= ${from}::timestamptz AND (${to}::timestamptz IS NULL OR "createdAt" < ${to}::timestamptz) AND "endUser" IS NOT NULL AND (${user}::text IS NULL OR "endUser" = ${user})
        UNION ALL SELECT "endUser", "chargeNanoUsd", "ownSpendNanoUsd" FROM removed_user_spend
        WHERE "organizationId" = ${organizationId} AND mode = 'live' AND day >= ${from}::timestamptz AND (${to}::timestamptz IS NULL OR day < ${to}::timestamptz) AND (${user}::text IS NULL OR "endUser" = ${user})
      ) row GROUP BY "endUser") each_user`;
  return most?.spent ?? 0n;
}
