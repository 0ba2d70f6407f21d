export const BUDGET_PERIODS = ["daily", "weekly", "monthly", "total"] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];
export type BudgetScope = "organization" | "project" | "key";

export interface Budget {
  readonly id: string;
  readonly organizationId: string;
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly name: string;
  readonly period: BudgetPeriod;
  readonly limitNanoUsd: bigint;
}

/** UTC bounds of the period that holds `nowMs`; `endMs` null for total. Weeks begin on Monday. */
export function budgetWindow(period: BudgetPeriod, nowMs: number): { readonly startMs: number; readonly endMs: number | null } {
  const now = new Date(nowMs);
  const day = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  switch (period) {
    case "daily": return { startMs: day, endMs: day + 86_400_000 };
    case "weekly": {
      const start = day - ((now.getUTCDay() + 6) % 7) * 86_400_000;
      return { startMs: start, endMs: start + 7 * 86_400_000 };
    }
    case "monthly": return { startMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1), endMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) };
    case "total": return { startMs: 0, endMs: null };
  }
}
