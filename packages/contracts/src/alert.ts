/** What can be watched. */
export const ALERT_KINDS = ["budget", "error_rate", "spend_anomaly", "latency", "provider_down", "credential_failing", "low_balance", "price_change", "drill_failed"] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Absent fields: the defaults below. `percents` and `budgetId` are for budgets, `milliseconds` for latency, `balanceNanoUsdMin` for credit, the rest for rates and spend. */
export interface AlertSettings {
  readonly percents?: readonly number[];
  readonly budgetId?: string;
  readonly percent?: number;
  readonly minutes?: number;
  readonly requestsMin?: number;
  readonly factor?: number;
  readonly spendNanoUsdMin?: string;
  readonly milliseconds?: number;
  readonly balanceNanoUsdMin?: string;
}

export const ALERT_DEFAULTS = {
  percents: [50, 80, 100],
  /** Of the requests or attempts in the last `minutes`, of which there must be `requestsMin`: one failure among three says nothing. */
  percent: 20, minutes: 10, requestsMin: 20,
  /** The last hour against the mean hour of the seven days before it; below the least spend nothing is an anomaly. */
  factor: 3, spendNanoUsdMin: "1000000000",
  /** Of the 95th percentile of the time to the first token: a wait that people notice and complain of. */
  milliseconds: 5_000,
  /** Of prepaid credit: an hour or two of a small team, so that somebody can still act. */
  balanceNanoUsdMin: "10000000000",
} as const;

/** The body of a webhook, by the Standard Webhooks specification (https://www.standardwebhooks.com). */
export interface AlertMessage {
  readonly type: `alert.${AlertKind}` | "alert.test";
  readonly timestamp: string;
  readonly data: { readonly event: string; readonly rule: { readonly id: string; readonly name: string; readonly kind: AlertKind }; readonly organization: string; readonly summary: string; readonly details: Readonly<Record<string, unknown>> };
}
