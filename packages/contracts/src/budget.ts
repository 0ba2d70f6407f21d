import { zonedDay, zonedMidnight } from "./zoned-day.ts";

export const BUDGET_PERIODS = ["daily", "weekly", "monthly", "total"] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];
/** What a budget counts. `model`, `preset` and `user` count over the whole organization. */
export const BUDGET_SCOPES = ["organization", "project", "key", "model", "preset", "user"] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];
/** What happens to a request that a budget cannot cover: it is refused, or a cheaper candidate that is covered serves it. */
export const BUDGET_ACTIONS = ["block", "downgrade"] as const;
export type BudgetAction = (typeof BUDGET_ACTIONS)[number];
/** As a `user` budget's `scopeId`: every end user has this much, each by itself. */
export const EVERY_USER = "*";

export interface Budget {
  readonly id: string;
  readonly organizationId: string;
  readonly scope: BudgetScope;
  /** The thing's id; a model's id, a preset's slug, an end user as callers name it, or `EVERY_USER`. */
  readonly scopeId: string;
  readonly name: string;
  readonly period: BudgetPeriod;
  readonly limitNanoUsd: bigint;
  /** Absent: block. */
  readonly action?: BudgetAction;
  /** Also what providers bill the organization itself for calls on its own keys, at list price; absent: only what is charged here. */
  readonly countsOwnKeys?: boolean;
  /** IANA zone in which the period begins; absent: UTC. */
  readonly timeZone?: string;
}

/** What calls came to, in the two books that a budget may count. */
export interface Spend {
  /** What the customer is charged here, fees on own keys included. */
  readonly chargeNanoUsd: bigint;
  /** What providers bill the organization itself, at list price. */
  readonly ownNanoUsd: bigint;
}
export const NO_SPEND: Spend = { chargeNanoUsd: 0n, ownNanoUsd: 0n };
export const spendSum = (one: Spend, other: Spend): Spend => ({ chargeNanoUsd: one.chargeNanoUsd + other.chargeNanoUsd, ownNanoUsd: one.ownNanoUsd + other.ownNanoUsd });
/** The part of a spend that a budget counts. */
export const countedSpend = ({ chargeNanoUsd, ownNanoUsd }: Spend, countsOwnKeys: boolean | undefined): bigint => countsOwnKeys ? chargeNanoUsd + ownNanoUsd : chargeNanoUsd;

/** The part of an organization's spend that a budget counts. */
export interface BudgetFilter { readonly projectId?: string; readonly apiKeyId?: string; readonly model?: string; readonly presetSlug?: string; readonly endUser?: string }

/** `endUser` is who asks, for a budget that every user has. */
export function budgetFilter({ scope, scopeId }: Pick<Budget, "scope" | "scopeId">, endUser?: string): BudgetFilter {
  switch (scope) {
    case "organization": return {};
    case "project": return { projectId: scopeId };
    case "key": return { apiKeyId: scopeId };
    case "model": return { model: scopeId };
    case "preset": return { presetSlug: scopeId };
    case "user": return { endUser: scopeId === EVERY_USER ? endUser ?? "" : scopeId };
  }
}

/** Bounds of the period that holds `nowMs`, midnight to midnight in the zone; `endMs` null for total. Weeks begin on Monday. */
export function budgetWindow(period: BudgetPeriod, nowMs: number, timeZone = "UTC"): { readonly startMs: number; readonly endMs: number | null } {
  if (period === "total") return { startMs: 0, endMs: null };
  const { year, month, day, weekday } = zonedDay(nowMs, timeZone);
  const span = (from: readonly [number, number, number], to: readonly [number, number, number]) => ({ startMs: zonedMidnight(from, timeZone), endMs: zonedMidnight(to, timeZone) });
  switch (period) {
    case "daily": return span([year, month, day], [year, month, day + 1]);
    case "weekly": return span([year, month, day - weekday], [year, month, day - weekday + 7]);
    case "monthly": return span([year, month, 1], [year, month + 1, 1]);
  }
}
