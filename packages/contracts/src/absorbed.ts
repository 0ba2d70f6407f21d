export interface LedgerSums { readonly chargeNanoUsd: bigint; readonly ownKeyFeeNanoUsd: bigint; readonly costNanoUsd: bigint }

/** The part of what providers bill for a request that no customer pays: the one difference between the two books. A fee on own keys pays for none of it. */
export function absorbedNanoUsdOf({ chargeNanoUsd, ownKeyFeeNanoUsd, costNanoUsd }: LedgerSums): bigint {
  const paid = chargeNanoUsd - ownKeyFeeNanoUsd;
  return costNanoUsd > paid ? costNanoUsd - paid : 0n;
}
