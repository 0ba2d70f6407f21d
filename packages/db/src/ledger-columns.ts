/** Where a transaction of metered usage carries its entry of each account. */
export const LEDGER_COLUMNS: ReadonlyMap<string, string> = new Map([
  ["customer_receivable", "customerReceivableNanoUsd"], ["revenue", "revenueNanoUsd"], ["own_key_fee", "ownKeyFeeNanoUsd"],
  ["provider_cost", "providerCostNanoUsd"], ["provider_payable", "providerPayableNanoUsd"], ["absorbed", "absorbedNanoUsd"],
]);
