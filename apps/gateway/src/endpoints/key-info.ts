import { budgetFilter, budgetWindow, EVERY_USER, usdFromNano, type BookMode, type Budget } from "@trunkline/contracts";
import type { ApiKeyRecord, GatewayDb } from "@trunkline/db/gateway";

interface Spending { readonly db: Pick<GatewayDb, "loadSpent">; readonly nowMs: number }

/** The key itself, in the shape of OpenRouter's `GET /key`, with every budget that binds it. Money in USD. */
export async function describeKey(key: ApiKeyRecord, spending: Spending): Promise<Record<string, unknown>> {
  const mode: BookMode = key.kind === "test" ? "test" : "live";
  const usage = await spending.db.loadSpent({ organizationId: key.organizationId, apiKeyId: key.id, mode, fromMs: 0, toMs: null });
  const budgets = await Promise.all(key.budgets.filter((budget) => budget.scopeId !== EVERY_USER).map((budget) => describeBudget(budget, spending)));
  const own = budgets.filter((budget) => budget.scope === "key").sort((left, right) => left.remaining - right.remaining)[0];
  return {
    data: {
      label: key.name, id: key.id, key_id: key.keyId, is_test: mode === "test", is_free_tier: false, is_provisioning_key: false, organization_id: key.organizationId, project_id: key.projectId,
      usage: usdFromNano(usage), limit: own?.limit ?? null, limit_remaining: own?.remaining ?? null, limit_reset: own?.resets_at ?? null,
      expires_at: key.expiresAtMs === null ? null : new Date(key.expiresAtMs).toISOString(),
      rate_limit: { requests: key.rpmLimit ?? key.organizationRpmLimit ?? -1, interval: "1m" }, budgets,
    },
  };
}

async function describeBudget(budget: Budget, { db, nowMs }: Spending) {
  const { startMs, endMs } = budgetWindow(budget.period, nowMs, budget.timeZone);
  const spent = await db.loadSpent({ organizationId: budget.organizationId, ...budgetFilter(budget), countsOwnKeys: budget.countsOwnKeys, mode: "live", fromMs: startMs, toMs: endMs });
  return {
    id: budget.id, name: budget.name, scope: budget.scope, period: budget.period, limit: usdFromNano(budget.limitNanoUsd), spent: usdFromNano(spent),
    remaining: usdFromNano(budget.limitNanoUsd > spent ? budget.limitNanoUsd - spent : 0n), resets_at: endMs === null ? null : new Date(endMs).toISOString(),
  };
}

/** `GET /credits` as OpenRouter has it. Usage is billed after the fact, so the tightest organization budget is what can still be used; null: no limit. */
export async function describeCredits(key: ApiKeyRecord, spending: Spending): Promise<Record<string, unknown>> {
  const usage = await spending.db.loadSpent({ organizationId: key.organizationId, mode: key.kind === "test" ? "test" : "live", fromMs: 0, toMs: null });
  const budgets = await Promise.all(key.budgets.filter((budget) => budget.scope === "organization").map((budget) => describeBudget(budget, spending)));
  const tightest = budgets.sort((left, right) => left.remaining - right.remaining)[0];
  return { data: { total_credits: tightest?.limit ?? null, total_usage: usdFromNano(usage), remaining: tightest?.remaining ?? null, budgets } };
}
