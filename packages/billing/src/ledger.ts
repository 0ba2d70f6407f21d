import { absorbedNanoUsdOf, type LedgerSums, type UsageEvent } from "@trunkline/contracts";

export const LEDGER_ACCOUNTS = ["customer_receivable", "revenue", "own_key_fee", "provider_cost", "provider_payable", "absorbed"] as const;
export type LedgerAccountKind = (typeof LEDGER_ACCOUNTS)[number];

/** Debit positive, credit negative, nano-USD. */
export interface LedgerLine { readonly account: LedgerAccountKind; readonly amountNanoUsd: bigint }

/**
 * The double entry of one request; sums to zero; empty in test mode and when no money moved.
 *
 * Two books. Customer: `customer_receivable` +charge, `revenue` −charge, but `own_key_fee` for the part that is the fee on own provider keys. Provider, over all attempts: `provider_payable` −cost, and
 * the same cost as an expense, split in two: `absorbed` = max(0, cost − (charge − fee)) is what no customer pays for (failed attempts,
 * broken streams, insured completions), `provider_cost` = cost − absorbed is the rest. Zero lines are left out.
 *
 * Throws RangeError on a negative amount: a correction is a transaction of its own, never a usage event.
 */
export function ledgerEntriesFor(event: Pick<UsageEvent, "mode" | "chargeNanoUsd" | "ownKeyFeeNanoUsd"> & { readonly attempts: readonly { readonly costNanoUsd: string }[] }): readonly LedgerLine[] {
  if (event.mode !== "live") return [];
  const charge = amount(event.chargeNanoUsd);
  const cost = event.attempts.reduce((sum, attempt) => sum + amount(attempt.costNanoUsd), 0n);
  const fee = amount(event.ownKeyFeeNanoUsd ?? "0");
  if (fee > charge) throw new RangeError("a usage event carries a fee above its charge");
  const absorbed = absorbedNanoUsdOf({ chargeNanoUsd: charge, ownKeyFeeNanoUsd: fee, costNanoUsd: cost });
  const lines: LedgerLine[] = [
    { account: "customer_receivable", amountNanoUsd: charge },
    { account: "revenue", amountNanoUsd: fee - charge },
    { account: "own_key_fee", amountNanoUsd: -fee },
    { account: "provider_cost", amountNanoUsd: cost - absorbed },
    { account: "absorbed", amountNanoUsd: absorbed },
    { account: "provider_payable", amountNanoUsd: -cost },
  ];
  return lines.filter((line) => line.amountNanoUsd !== 0n);
}

/** The posting that turns what was posted for a request into what should have been; empty where that is the same. Sums to zero. */
export function correctionEntriesFor(before: LedgerSums, after: LedgerSums): readonly LedgerLine[] {
  const sums = new Map<LedgerAccountKind, bigint>();
  for (const { account, amountNanoUsd } of linesOf(after)) sums.set(account, amountNanoUsd);
  for (const { account, amountNanoUsd } of linesOf(before)) sums.set(account, (sums.get(account) ?? 0n) - amountNanoUsd);
  return [...sums].flatMap(([account, amountNanoUsd]) => (amountNanoUsd === 0n ? [] : [{ account, amountNanoUsd }]));
}

const linesOf = ({ chargeNanoUsd, ownKeyFeeNanoUsd, costNanoUsd }: LedgerSums): readonly LedgerLine[] =>
  ledgerEntriesFor({ mode: "live", chargeNanoUsd: chargeNanoUsd.toString(), ownKeyFeeNanoUsd: ownKeyFeeNanoUsd.toString(), attempts: [{ costNanoUsd: costNanoUsd.toString() }] });

function amount(text: string): bigint {
  const value = BigInt(text);
  if (value < 0n) throw new RangeError("a usage event carries a negative amount");
  return value;
}
