import type { Budget, BudgetPeriod, BudgetScope } from "@trunkline/contracts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import { spentOf, toBudget } from "./budget-spend.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { NotFoundError } from "./errors.ts";

export interface BudgetRecord extends Budget { readonly scopeName: string; readonly spentNanoUsd: bigint }
export interface NewBudget { readonly scope: BudgetScope; readonly scopeId: string; readonly name: string; readonly period: BudgetPeriod; readonly limitNanoUsd: bigint }

/** Throws NotFoundError when the thing a budget is for is not of this organization. */
async function nameOfScope(transaction: Transaction, organizationId: string, budget: Pick<Budget, "scope" | "scopeId">): Promise<string> {
  const where = { id: budget.scopeId, organizationId };
  const found = budget.scope === "project" ? await transaction.project.findFirst({ where, select: { name: true } })
    : budget.scope === "key" ? await transaction.apiKey.findFirst({ where, select: { name: true } })
    : budget.scopeId === organizationId ? await transaction.organization.findUnique({ where: { id: organizationId }, select: { name: true } }) : null;
  if (!found) throw new NotFoundError(budget.scope);
  return found.name;
}

export function createBudgets(context: StoreContext) {
  const complete = async (transaction: Transaction, budget: Budget): Promise<BudgetRecord> => ({
    ...budget, scopeName: await nameOfScope(transaction, budget.organizationId, budget).catch(() => budget.scopeId), spentNanoUsd: await spentOf(transaction, budget, context.nowMs()),
  });
  return {
    list: (actor: Actor): Promise<BudgetRecord[]> => context.tenant(actor, "resources.read", async (transaction) => {
      const rows = await transaction.budget.findMany({ where: { organizationId: actor.organizationId }, orderBy: { createdAt: "asc" } });
      const records: BudgetRecord[] = [];
      for (const row of rows) records.push(await complete(transaction, toBudget(row)));
      return records;
    }),
    /** The caller publishes the invalidation after the commit. */
    create: (actor: Actor, budget: NewBudget): Promise<BudgetRecord> => context.tenant(actor, "budgets.manage", async (transaction) => {
      await nameOfScope(transaction, actor.organizationId, budget);
      const row = await transaction.budget.create({ data: { id: context.newId("bud"), organizationId: actor.organizationId, ...budget } });
      await recordAudit(transaction, actor, { action: "budget.create", subject: row.id });
      return complete(transaction, toBudget(row));
    }),
    remove: (actor: Actor, id: string): Promise<BudgetRecord> => context.tenant(actor, "budgets.manage", async (transaction) => {
      const row = await transaction.budget.findFirst({ where: { id, organizationId: actor.organizationId } });
      if (!row) throw new NotFoundError("budget");
      const record = await complete(transaction, toBudget(row));
      await transaction.budget.deleteMany({ where: { id, organizationId: actor.organizationId } });
      await recordAudit(transaction, actor, { action: "budget.remove", subject: id });
      return record;
    }),
  };
}
