/** Budgets as input and output of every way to manage them, and what has to happen after each change. */
import { BUDGET_ACTIONS, BUDGET_PERIODS, BUDGET_SCOPES, INVALIDATION_TOPICS } from "@trunkline/contracts";
import { NotFoundError, type Actor, type BudgetRecord, type WebDb } from "@trunkline/db/web";
import type { Kv } from "@trunkline/kv";
import { z } from "zod";
import { percentOf, usd, usdInput } from "./money-view.ts";
import { publishChange } from "./publish.ts";
import { builtInPresets } from "./routing.ts";
import type { BudgetView } from "./views.ts";

const NAME_LENGTH_MAX = 80;
/** As long as callers may call an end user. */
const SCOPE_ID_LENGTH_MAX = 256;

const name = z.string().trim().min(1).max(NAME_LENGTH_MAX);
const action = z.enum(BUDGET_ACTIONS).describe("block refuses with 402; downgrade lets a cheaper candidate serve where the budget covers it");
const enforced = z.boolean().describe("false: the budget only counts and warns");
const countsOwnKeys = z.boolean().describe("true: also counts what providers bill you for calls on your own keys, at list price");

export const newBudgetInput = z.object({ scope: z.enum(BUDGET_SCOPES), scopeId: z.string().trim().min(1).max(SCOPE_ID_LENGTH_MAX).describe("the thing's id; a model's id, a preset's slug, an end user, or * for each end user"), name, period: z.enum(BUDGET_PERIODS), limitUsd: usdInput, action: action.default("block"), enforced: enforced.default(true), countsOwnKeys: countsOwnKeys.default(false) });
export const budgetChangeInput = z.strictObject({ name: name.optional(), limitUsd: usdInput.optional(), action: action.optional(), enforced: enforced.optional(), countsOwnKeys: countsOwnKeys.optional() });

export function toBudgetView(row: BudgetRecord): BudgetView {
  const { id, scope, scopeId, scopeName, name, period, action, enforced, countsOwnKeys, timeZone } = row;
  return { id, scope, scopeId, scopeName, name, period, action, enforced, countsOwnKeys, timeZone, limitUsd: usd(row.limitNanoUsd), spentUsd: usd(row.spentNanoUsd), percent: percentOf(row.spentNanoUsd, row.limitNanoUsd) };
}

interface BudgetPorts { readonly db: WebDb; readonly kv: Pick<Kv, "publish"> }

async function announced({ kv }: BudgetPorts, actor: Actor, row: BudgetRecord): Promise<BudgetView> {
  await publishChange(kv, INVALIDATION_TOPICS.budget, actor.organizationId);
  return toBudgetView(row);
}

/** Throws NotFoundError for a thing that is not of this organization. */
export async function createBudget(ports: BudgetPorts, actor: Actor, { limitUsd, ...budget }: z.output<typeof newBudgetInput>): Promise<BudgetView> {
  const { db } = ports;
  if (budget.scope === "preset" && !builtInPresets().some((preset) => preset.slug === budget.scopeId) && !(await db.presets.list(actor)).some((preset) => preset.slug === budget.scopeId)) throw new NotFoundError("preset");
  return announced(ports, actor, await db.budgets.create(actor, { ...budget, limitNanoUsd: limitUsd }));
}

export async function changeBudget(ports: BudgetPorts, actor: Actor, { id, change: { limitUsd, ...change } }: { readonly id: string; readonly change: z.output<typeof budgetChangeInput> }): Promise<BudgetView> {
  const { name, action, enforced, countsOwnKeys } = change;
  return announced(ports, actor, await ports.db.budgets.update(actor, id, {
    ...(name === undefined ? {} : { name }), ...(action === undefined ? {} : { action }), ...(enforced === undefined ? {} : { enforced }), ...(countsOwnKeys === undefined ? {} : { countsOwnKeys }), ...(limitUsd === undefined ? {} : { limitNanoUsd: limitUsd }),
  }));
}

export const removeBudget = async (ports: BudgetPorts, actor: Actor, id: string): Promise<BudgetView> => announced(ports, actor, await ports.db.budgets.remove(actor, id));
