import { budgetFilter, budgetWindow, type Budget } from "@trunkline/contracts";
import type { GatewayDb } from "@trunkline/db/gateway";

/** A rule that downgrades may act this much late; the budget itself is never over-admitted, because that is decided elsewhere. */
const FRESH_MS = 5_000;
const ALL_OF_IT = 100;

/** Budgets of a model, a preset or an end user bind some of a key's requests only, and which is not known before a rule has chosen. */
const BINDING: ReadonlySet<Budget["scope"]> = new Set(["organization", "project", "key"]);

/** How much of a key's tightest budget is spent, for rules that ask. Reads the ledger's sums, so it costs nothing where no rule asks. */
export class BudgetUse {
  readonly #known = new WeakMap<Budget, { readonly percent: Promise<number>; readonly atMs: number }>();
  constructor(readonly db: Pick<GatewayDb, "loadSpent">) {}

  /** null without a budget. A store that is away counts as nothing spent: a downgrade is no reason to refuse. */
  async percentOf(budgets: readonly Budget[], nowMs: number): Promise<number | null> {
    const binding = budgets.filter(({ scope }) => BINDING.has(scope));
    if (binding.length === 0) return null;
    const percents = await Promise.all(binding.map((budget) => this.#percent(budget, nowMs).catch(() => 0)));
    return Math.max(...percents);
  }

  #percent(budget: Budget, nowMs: number): Promise<number> {
    const known = this.#known.get(budget);
    if (known && nowMs - known.atMs < FRESH_MS) return known.percent;
    const percent = this.#load(budget, nowMs);
    this.#known.set(budget, { percent, atMs: nowMs });
    return percent;
  }

  async #load(budget: Budget, nowMs: number): Promise<number> {
    const { startMs, endMs } = budgetWindow(budget.period, nowMs, budget.timeZone);
    const spent = await this.db.loadSpent({ organizationId: budget.organizationId, ...budgetFilter(budget), countsOwnKeys: budget.countsOwnKeys, mode: "live", fromMs: startMs, toMs: endMs });
    return budget.limitNanoUsd > 0n ? Number(spent) / Number(budget.limitNanoUsd) * ALL_OF_IT : ALL_OF_IT;
  }
}
