import { EVERY_USER, type Budget, type BudgetAction, type BudgetPeriod, type BudgetScope } from "@trunkline/contracts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import { spentOf, timeZoneOf, toBudget, type StoredBudget } from "./budget-spend.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { NotFoundError } from "./errors.ts";

export interface BudgetRecord extends StoredBudget { readonly scopeName: string; readonly spentNanoUsd: bigint }
export interface NewBudget { readonly scope: BudgetScope; readonly scopeId: string; readonly name: string; readonly period: BudgetPeriod; readonly limitNanoUsd: bigint; readonly action?: BudgetAction; readonly enforced?: boolean; readonly countsOwnKeys?: boolean }
export interface BudgetChange { readonly name?: string; readonly limitNanoUsd?: bigint; readonly action?: BudgetAction; readonly enforced?: boolean; readonly countsOwnKeys?: boolean }

/** Throws NotFoundError when the thing a budget is for is not of this organization. A preset may also be a built-in one, which the caller has checked. */
async function nameOfScope(transaction: Transaction, organizationId: string, { scope, scopeId }: Pick<Budget, "scope" | "scopeId">): Promise<string> {
  const where = { id: scopeId, organizationId };
  const select = { name: true };
  switch (scope) {
    case "user": return scopeId === EVERY_USER ? "each end user" : scopeId;
    case "preset": return (await transaction.preset.findFirst({ where: { slug: scopeId, organizationId }, select }))?.name ?? scopeId;
    case "model": if (await transaction.model.findUnique({ where: { id: scopeId }, select: { id: true } })) return scopeId; throw new NotFoundError(scope);
    default: break;
  }
  const found = scope === "project" ? await transaction.project.findFirst({ where, select })
    : scope === "key" ? await transaction.apiKey.findFirst({ where, select })
    : scopeId === organizationId ? await transaction.organization.findUnique({ where: { id: organizationId }, select }) : null;
  if (!found) throw new NotFoundError(scope);
  return found.name;
}

export function createBudgets(context: StoreContext) {
  const complete = async (transaction: Transaction, budget: StoredBudget): Promise<BudgetRecord> => ({
    ...budget, scopeName: await nameOfScope(transaction, budget.organizationId, budget).catch(() => budget.scopeId), spentNanoUsd: await spentOf(transaction, budget, context.nowMs()),
  });
  const find = async (transaction: Transaction, organizationId: string, id: string): Promise<StoredBudget> => {
    const row = await transaction.budget.findFirst({ where: { id, organizationId } });
    if (!row) throw new NotFoundError("budget");
    return toBudget(row, await timeZoneOf(transaction, organizationId));
  };
  return {
    list: (actor: Actor): Promise<BudgetRecord[]> => context.tenant(actor, "resources.read", async (transaction) => {
      const timeZone = await timeZoneOf(transaction, actor.organizationId);
      const rows = await transaction.budget.findMany({ where: { organizationId: actor.organizationId }, orderBy: { createdAt: "asc" } });
      const records: BudgetRecord[] = [];
      for (const row of rows) records.push(await complete(transaction, toBudget(row, timeZone)));
      return records;
    }),
    /** The caller publishes the invalidation after the commit. */
    create: (actor: Actor, budget: NewBudget): Promise<BudgetRecord> => context.tenant(actor, "budgets.manage", async (transaction) => {
      await nameOfScope(transaction, actor.organizationId, budget);
      const row = await transaction.budget.create({ data: { id: context.newId("bud"), organizationId: actor.organizationId, ...budget } });
      await recordAudit(transaction, actor, { action: "budget.create", subject: row.id });
      return complete(transaction, await find(transaction, actor.organizationId, row.id));
    }),
    update: (actor: Actor, id: string, change: BudgetChange): Promise<BudgetRecord> => context.tenant(actor, "budgets.manage", async (transaction) => {
      await transaction.budget.updateMany({ where: { id, organizationId: actor.organizationId }, data: change });
      const budget = await find(transaction, actor.organizationId, id);
      await recordAudit(transaction, actor, { action: "budget.update", subject: id });
      return complete(transaction, budget);
    }),
    remove: (actor: Actor, id: string): Promise<BudgetRecord> => context.tenant(actor, "budgets.manage", async (transaction) => {
      const record = await complete(transaction, await find(transaction, actor.organizationId, id));
      await transaction.budget.deleteMany({ where: { id, organizationId: actor.organizationId } });
      await recordAudit(transaction, actor, { action: "budget.remove", subject: `${id} ${record.name}` });
      return record;
    }),
  };
}
