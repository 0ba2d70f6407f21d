import { budgetFilter, budgetWindow, CREDIT_BUDGET_ID, EVERY_USER, GatewayError, NO_SPEND, PAST_DUE_BUDGET_ID, shadowSlug, usdTextFromNano, type Budget, type Spend } from "@trunkline/contracts";
import type { GatewayDb } from "@trunkline/db/gateway";
import type { BudgetLine, Kv } from "@trunkline/kv";
import { hash } from "node:crypto";
import { lineKind, lineSpend } from "../charge.ts";
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

/** For a key without budgets: no method does anything. */
export const NO_RESERVATION: Reservation = { lineKeys: [], heldNanoUsd: 0n, cover: () => Promise.resolve(), settle: () => undefined, release: () => undefined };

/** What is asked for, as far as budgets tell requests apart before a candidate is chosen. */
export interface BudgetSubject { readonly id: string; readonly endUser: string | null }

/** A hold on every budget that binds the request; a key without budgets costs nothing. */
export function createReservation({ id, endUser }: BudgetSubject, budgets: readonly Budget[], stores: ReservationStores): Reservation {
  if (budgets.length === 0) return NO_RESERVATION;
  const binding = budgets.filter((budget) => budget.scope !== "user" || (endUser !== null && (budget.scopeId === EVERY_USER || budget.scopeId === endUser)));
  return binding.length === 0 ? NO_RESERVATION : new BudgetReservation({ id, endUser }, binding, stores);
}

type SpendStore = Pick<GatewayDb, "loadSpent" | "confirmGenerations">;

/** The line of each budget's present window, made once a window: budgets are replaced, never changed. One that every user has is a line for each. */
export class BudgetLines {
  readonly #lines = new WeakMap<Budget, { readonly line: BudgetLine; readonly endMs: number }>();

  constructor(readonly db: SpendStore) {}

  find(budget: Budget, endUser: string | null, nowMs: number): BudgetLine {
    if (budget.scopeId === EVERY_USER) return budgetLine(budget, this.db, { nowMs, endUser: endUser ?? "" });
    const known = this.#lines.get(budget);
    if (known && nowMs < known.endMs) return known.line;
    const line = budgetLine(budget, this.db, { nowMs });
    this.#lines.set(budget, { line, endMs: budgetWindow(budget.period, nowMs, budget.timeZone).endMs ?? Infinity });
    return line;
  }
}

/** Counter key of a budget's present window. The organization is the hash tag: all lines of one request share a slot. */
function budgetLine(budget: Budget, db: SpendStore, { nowMs, endUser }: { readonly nowMs: number; readonly endUser?: string }): BudgetLine {
  const { startMs, endMs } = budgetWindow(budget.period, nowMs, budget.timeZone);
  // A caller chooses how an end user is called: a digest keeps the counter's name short and plain.
  const who = endUser === undefined ? "" : `:${hash("sha256", endUser, "base64url")}`;
  return {
    budgetId: budget.id, key: `${lineKind(budget)}:{${budget.organizationId}}:${budget.id}:${startMs}${who}`, limitNanoUsd: budget.limitNanoUsd,
    loadSpent: () => db.loadSpent({ organizationId: budget.organizationId, ...budgetFilter(budget, endUser), countsOwnKeys: budget.countsOwnKeys, mode: "live", fromMs: startMs, toMs: endMs }),
    bookedOf: (holdIds) => db.confirmGenerations(holdIds),
    expiresAtMs: endMs === null ? null : endMs + COUNTER_GRACE_MS,
  };
}

const SUBJECTS: Readonly<Record<Budget["scope"], string>> = { organization: "organization", project: "project", key: "key", model: "model", preset: "preset", user: "end user" };

class BudgetReservation implements Reservation {
  lineKeys: readonly string[] = [];
  /** The most of each book that was asked for: a hold only grows. */
  #held: Spend = NO_SPEND;
  #lines: readonly BudgetLine[] = [];
  /** Only budgets of models and presets can change between candidates. */
  readonly #varies: boolean;
  #asked = false;
  #covered = false;
  #closed = false;

  get heldNanoUsd(): bigint { return this.#held.chargeNanoUsd; }

  readonly holdId: string;
  constructor(readonly subject: BudgetSubject, readonly budgets: readonly Budget[], readonly stores: ReservationStores) {
    this.holdId = subject.id;
    this.#varies = budgets.some((budget) => budget.scope === "model" || budget.scope === "preset");
    if (!this.#varies) this.#bind(budgets);
  }

  #bind(budgets: readonly Budget[]): void {
    const nowMs = this.stores.now();
    this.#lines = budgets.map((budget) => this.stores.lines.find(budget, this.subject.endUser, nowMs));
    this.lineKeys = this.#lines.map((line) => line.key);
  }

  /** The budgets of the candidate's model and preset take the place of the former candidate's, whose hold is given back. */
  async #rebind(model: string, presetSlug: string | null): Promise<void> {
    const former = this.#lines;
    this.#bind(this.budgets.filter((budget) => (budget.scope !== "model" || budget.scopeId === model) && (budget.scope !== "preset" || budget.scopeId === presetSlug || shadowSlug(budget.scopeId) === presetSlug)));
    const kept = new Set(this.lineKeys);
    const left = former.filter((line) => !kept.has(line.key));
    if (left.length === 0 && former.length === this.#lines.length) return;
    // Where the store is away the hold ends by its own expiry.
    if (left.length > 0 && this.#asked) await this.stores.kv.release(left, this.holdId).catch(() => undefined);
    this.#covered = false;
  }

  async cover(most: Spend, model: string, presetSlug: string | null): Promise<void> {
    if (this.#varies) await this.#rebind(model, presetSlug);
    if (this.#lines.length === 0 || (this.#covered && most.chargeNanoUsd <= this.#held.chargeNanoUsd && most.chargeNanoUsd + most.ownNanoUsd <= this.#held.chargeNanoUsd + this.#held.ownNanoUsd)) return;
    const wanted = largerOf(this.#held, most);
    const lines = this.#asking(wanted, most);
    if (lines.length === 0) return;
    // Before the answer: a question that times out may still be held there, and then has to be given back.
    this.#asked = true;
    let decision;
    try {
      decision = await this.stores.kv.reserve(lines, this.holdId, lines.map(({ key }) => lineSpend(key, wanted)), HOLD_MS);
    } catch {
      throw new GatewayError("gateway.dependency_unavailable", "Budgets cannot be checked right now because their store does not answer. Retry in a few seconds.", { retryAfterMs: 2000 });
    }
    if (!decision.reserved) this.#asked = this.#covered;
    if (!decision.reserved) throw this.#exceeded(decision.budgetId, decision.spentNanoUsd + decision.heldNanoUsd, lineSpend(lines.find(({ budgetId }) => budgetId === decision.budgetId)?.key ?? "", wanted));
    this.#covered = true;
    this.#held = wanted;
  }

  /** A call on an own key that is free here asks nothing of a budget that counts charges alone, even of one that is used up. */
  #asking(wanted: Spend, { ownNanoUsd }: Spend): readonly BudgetLine[] {
    return ownNanoUsd === 0n ? this.#lines : this.#lines.filter(({ key }) => lineSpend(key, wanted) > 0n);
  }

  #exceeded(budgetId: string, usedNanoUsd: bigint, wantedNanoUsd: bigint): GatewayError {
    const budget = this.budgets.find((candidate) => candidate.id === budgetId);
    if (budgetId === PAST_DUE_BUDGET_ID) return new GatewayError("tenant.insufficient_credits", "The organization's last payment failed, so calls that cost money are refused. Pay the open invoice in the dashboard under Billing; calls work again seconds later.");
    if (budgetId === CREDIT_BUDGET_ID) return insufficientCredits((budget?.limitNanoUsd ?? 0n) - usedNanoUsd, wantedNanoUsd);
    const resetMs = budget ? budgetWindow(budget.period, this.stores.now(), budget.timeZone).endMs : null;
    const reset = resetMs === null ? null : new Date(resetMs).toISOString();
    const text = `The ${budget?.period ?? ""} budget "${budget?.name ?? budgetId}" of this ${SUBJECTS[budget?.scope ?? "organization"]} cannot cover the request: ${usdTextFromNano(usedNanoUsd)} of ${usdTextFromNano(budget?.limitNanoUsd ?? 0n)} USD are spent or held, and up to ${usdTextFromNano(wantedNanoUsd)} USD are needed. ${reset ? `It resets at ${reset}; ` : ""}raise it in the dashboard under Budgets, or ask for fewer tokens (max_tokens).`;
    return new GatewayError("tenant.budget_exceeded", text, { metadata: { budget: { id: budgetId, name: budget?.name ?? null, scope: budget?.scope ?? null, owner: budget?.scopeId ?? null, action: budget?.action ?? "block", resets_at: reset } } });
  }

  settle(spent: Spend): void {
    if (this.#closed || !this.#asked) return;
    this.#closed = true;
    const lines = this.#lines;
    void this.#retry(() => this.stores.kv.settle(lines, this.holdId, lines.map(({ key }) => lineSpend(key, spent))));
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

/** Each budget's amount grows with the larger of the two candidates, whichever book it counts. */
function largerOf(held: Spend, most: Spend): Spend {
  const chargeNanoUsd = held.chargeNanoUsd > most.chargeNanoUsd ? held.chargeNanoUsd : most.chargeNanoUsd;
  const [before, now] = [held.chargeNanoUsd + held.ownNanoUsd, most.chargeNanoUsd + most.ownNanoUsd];
  return { chargeNanoUsd, ownNanoUsd: (before > now ? before : now) - chargeNanoUsd };
}

function insufficientCredits(leftNanoUsd: bigint, wantedNanoUsd: bigint): GatewayError {
  const left = leftNanoUsd > 0n ? leftNanoUsd : 0n;
  return new GatewayError("tenant.insufficient_credits", `The organization's credits cannot cover the request: ${usdTextFromNano(left)} USD are free, and up to ${usdTextFromNano(wantedNanoUsd)} USD are needed. Buy credits in the dashboard under Billing, or ask for fewer tokens (max_tokens).`, { metadata: { credits: { free_usd: usdTextFromNano(left), needed_usd: usdTextFromNano(wantedNanoUsd) } } });
}
