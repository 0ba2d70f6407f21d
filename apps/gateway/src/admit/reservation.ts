import { budgetWindow, CREDIT_BUDGET_ID, GatewayError, PAST_DUE_BUDGET_ID, usdTextFromNano, type Budget } from "@trunkline/contracts";
import type { GatewayDb } from "@trunkline/db/gateway";
import type { BudgetLine, Kv } from "@trunkline/kv";
import type { Reservation } from "../stages.ts";

/** A hold outlives the longest request (900 s) and the settlement behind it. */
export const HOLD_MS = 960_000;
/** Counters are forgotten a day after their window, when nothing can settle into it any more. */
const COUNTER_GRACE_MS = 86_400_000;
/** Five tries over some 15 s, within the hold's life. */
const SETTLE_RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;

export interface ReservationStores {
  readonly kv: Pick<Kv, "reserve" | "settle" | "release">;
  readonly lines: BudgetLines;
  readonly now: () => number;
  onSettleFailed(holdId: string): void;
}

const NO_BUDGETS: Reservation = { lineKeys: [], heldNanoUsd: 0n, cover: () => Promise.resolve(), settle: () => undefined, release: () => undefined };

/** A hold on every budget that binds the key; a key without budgets costs nothing. */
export function createReservation(holdId: string, budgets: readonly Budget[], stores: ReservationStores): Reservation {
  return budgets.length === 0 ? NO_BUDGETS : new BudgetReservation(holdId, budgets, stores);
}

/** The line of each budget's present window, made once a window: budgets are replaced, never changed. */
export class BudgetLines {
  readonly #lines = new WeakMap<Budget, { readonly line: BudgetLine; readonly endMs: number }>();

  constructor(readonly db: Pick<GatewayDb, "loadSpent">) {}

  find(budget: Budget, nowMs: number): BudgetLine {
    const known = this.#lines.get(budget);
    if (known && nowMs < known.endMs) return known.line;
    const line = budgetLine(budget, this.db, nowMs);
    this.#lines.set(budget, { line, endMs: budgetWindow(budget.period, nowMs).endMs ?? Infinity });
    return line;
  }
}

/** Counter key of a budget's present window. The organization is the hash tag: all lines of one request share a slot. */
export function budgetLine(budget: Budget, db: Pick<GatewayDb, "loadSpent">, nowMs: number): BudgetLine {
  const { startMs, endMs } = budgetWindow(budget.period, nowMs);
  const scope = budget.scope === "project" ? { projectId: budget.scopeId } : budget.scope === "key" ? { apiKeyId: budget.scopeId } : {};
  return {
    budgetId: budget.id, key: `budget:{${budget.organizationId}}:${budget.id}:${startMs}`, limitNanoUsd: budget.limitNanoUsd,
    loadSpent: () => db.loadSpent({ organizationId: budget.organizationId, ...scope, mode: "live", fromMs: startMs, toMs: endMs }),
    expiresAtMs: endMs === null ? null : endMs + COUNTER_GRACE_MS,
  };
}

class BudgetReservation implements Reservation {
  heldNanoUsd = 0n;
  readonly lineKeys: readonly string[];
  readonly #lines: readonly BudgetLine[];
  #asked = false;
  #covered = false;
  #closed = false;

  constructor(readonly holdId: string, readonly budgets: readonly Budget[], readonly stores: ReservationStores) {
    this.#lines = budgets.map((budget) => stores.lines.find(budget, stores.now()));
    this.lineKeys = this.#lines.map((line) => line.key);
  }

  async cover(amountNanoUsd: bigint): Promise<void> {
    if (this.#covered && amountNanoUsd <= this.heldNanoUsd) return;
    // Before the answer: a question that times out may still be held there, and then has to be given back.
    this.#asked = true;
    let decision;
    try {
      decision = await this.stores.kv.reserve(this.#lines, this.holdId, amountNanoUsd, HOLD_MS);
    } catch {
      throw new GatewayError("gateway.dependency_unavailable", "Budgets cannot be checked right now because their store does not answer. Retry in a few seconds.", { retryAfterMs: 2000 });
    }
    if (!decision.reserved) this.#asked = this.#covered;
    if (!decision.reserved) throw this.#exceeded(decision.budgetId, decision.spentNanoUsd + decision.heldNanoUsd, amountNanoUsd);
    this.#covered = true;
    this.heldNanoUsd = amountNanoUsd;
  }

  #exceeded(budgetId: string, usedNanoUsd: bigint, wantedNanoUsd: bigint): GatewayError {
    const budget = this.budgets.find((candidate) => candidate.id === budgetId);
    if (budgetId === PAST_DUE_BUDGET_ID) return new GatewayError("tenant.insufficient_credits", "The organization's last payment failed, so calls that cost money are refused. Pay the open invoice in the dashboard under Billing; calls work again seconds later.");
    if (budgetId === CREDIT_BUDGET_ID) return insufficientCredits((budget?.limitNanoUsd ?? 0n) - usedNanoUsd, wantedNanoUsd);
    const resetMs = budget ? budgetWindow(budget.period, this.stores.now()).endMs : null;
    const reset = resetMs === null ? null : new Date(resetMs).toISOString();
    const text = `The ${budget?.period ?? ""} budget "${budget?.name ?? budgetId}" of this ${budget?.scope ?? "organization"} cannot cover the request: ${usdTextFromNano(usedNanoUsd)} of ${usdTextFromNano(budget?.limitNanoUsd ?? 0n)} USD are spent or held, and up to ${usdTextFromNano(wantedNanoUsd)} USD are needed. ${reset ? `It resets at ${reset}; ` : ""}raise it in the dashboard under Budgets, or ask for fewer tokens (max_tokens).`;
    return new GatewayError("tenant.budget_exceeded", text, { metadata: { budget: { id: budgetId, name: budget?.name ?? null, scope: budget?.scope ?? null, owner: budget?.scopeId ?? null, resets_at: reset } } });
  }

  settle(spentNanoUsd: bigint): void {
    if (this.#closed || !this.#asked) return;
    this.#closed = true;
    void this.#retry(() => this.stores.kv.settle(this.#lines, this.holdId, spentNanoUsd));
  }

  release(): void {
    if (this.#closed || !this.#asked) return;
    this.#closed = true;
    void this.#retry(() => this.stores.kv.release(this.#lines, this.holdId));
  }

  async #retry(operation: () => Promise<void>): Promise<void> {
    for (const delayMs of [0, ...SETTLE_RETRY_MS]) {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
      try { return await operation(); } catch { continue; }
    }
    this.stores.onSettleFailed(this.holdId);
  }
}

function insufficientCredits(leftNanoUsd: bigint, wantedNanoUsd: bigint): GatewayError {
  const left = leftNanoUsd > 0n ? leftNanoUsd : 0n;
  return new GatewayError("tenant.insufficient_credits", `The organization's credits cannot cover the request: ${usdTextFromNano(left)} USD are free, and up to ${usdTextFromNano(wantedNanoUsd)} USD are needed. Buy credits in the dashboard under Billing, or ask for fewer tokens (max_tokens).`, { metadata: { credits: { free_usd: usdTextFromNano(left), needed_usd: usdTextFromNano(wantedNanoUsd) } } });
}
