// What each plan grants and costs. The one file that the pricing page, the gateway's limits, the management API and the tests read;
// what an organization pays for lives in its billing account, what it owes in the ledger.

export const PLAN_IDS = ["free", "pro", "scale"] as const;
export type PlanId = (typeof PLAN_IDS)[number];

export interface Plan {
  readonly id: PlanId;
  readonly name: string;
  /** In whole cents, as Stripe bills it; 0 needs no subscription. */
  readonly monthlyCents: number;
  /** Over all keys of the organization; its own limit may be lower or, where it set one, decides. */
  readonly requestsPerMinute: number;
  readonly logRetentionDays: number;
  readonly seats: number;
  /** Taken of what a call with the customer's own provider key would have cost, in hundredths of a per cent. */
  readonly ownKeyFeeBasisPoints: number;
  readonly features: readonly string[];
}

export const PLANS: Readonly<Record<PlanId, Plan>> = {
  free: {
    id: "free", name: "Free", monthlyCents: 0, requestsPerMinute: 60, logRetentionDays: 7, seats: 2, ownKeyFeeBasisPoints: 500,
    features: ["Every model and provider", "Prepaid credits", "Budgets that hold", "Test mode with ordered faults"],
  },
  pro: {
    id: "pro", name: "Pro", monthlyCents: 4_900, requestsPerMinute: 3_000, logRetentionDays: 30, seats: 10, ownKeyFeeBasisPoints: 200,
    features: ["Everything in Free", "Usage billed monthly", "Routing presets with versions", "Alerts by e-mail and webhook"],
  },
  scale: {
    id: "scale", name: "Scale", monthlyCents: 49_900, requestsPerMinute: 60_000, logRetentionDays: 365, seats: 100, ownKeyFeeBasisPoints: 0,
    features: ["Everything in Pro", "Own provider keys without a fee"],
  },
};

const BASIS_POINTS = 10_000n;

/** The fee on a call with the customer's own provider key: a share of its list price, rounded half up to the nano-USD. */
export const ownKeyFee = (listNanoUsd: bigint, basisPoints: number): bigint => (listNanoUsd * BigInt(basisPoints) + BASIS_POINTS / 2n) / BASIS_POINTS;

export const isPlanId = (text: unknown): text is PlanId => PLAN_IDS.some((id) => id === text);

/** The Stripe meter of what is spent, in micro-USD. */
export const SPEND_METER = "trunkline_spend_micro_usd";

/** Ids of the two budgets that a billing account makes: what was prepaid, and nothing while a payment is overdue. */
export const CREDIT_BUDGET_ID = "credits";
export const PAST_DUE_BUDGET_ID = "past_due";
