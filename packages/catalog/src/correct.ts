// What a request would have been charged and have cost, had its price been right. It starts from the stored usage, so that for a whole answer
// the result is exactly what rating at the right price gives; which requests are corrected, and how that is posted, is left to others.
import { ownKeyFee, PLANS, type AttemptRecord, type PriceVersion } from "@trunkline/contracts";
import { rate } from "./rate.ts";
import { priceOfHour } from "./snapshot.ts";

export interface RatedSums { readonly chargeNanoUsd: bigint; readonly ownKeyFeeNanoUsd: bigint; readonly ownSpendNanoUsd: bigint; readonly costNanoUsd: bigint }
export interface RatedRequest extends RatedSums {
  readonly createdAtMs: number;
  readonly provider: string | null;
  readonly model: string | null;
  readonly attempts: readonly Pick<AttemptRecord, "provider" | "model" | "usage" | "priceVersionId" | "costNanoUsd" | "credentialId" | "continues">[];
}
export interface WrongPrice { readonly wrong: PriceVersion; readonly right: PriceVersion }
type Attempt = RatedRequest["attempts"][number];

/** The sums as they should have been; those of the request itself where the wrong price had no part in it. */
export function correctedSums(request: RatedRequest, prices: WrongPrice): RatedSums {
  const costs = request.attempts.map((attempt) => ({ attempt, before: BigInt(attempt.costNanoUsd), after: costAfter(attempt, request, prices) }));
  const charged = new Set(chargedAttempts(request));
  const costNanoUsd = request.costNanoUsd + costs.reduce((sum, { before, after }) => sum + after - before, 0n);
  const parts = costs.filter(({ attempt }) => charged.has(attempt));
  const [before, after] = [parts.reduce((sum, part) => sum + part.before, 0n), parts.reduce((sum, part) => sum + part.after, 0n)];
  const own = correctedOwn(request, prices, [...charged]);
  return { costNanoUsd, chargeNanoUsd: scaled(request.chargeNanoUsd - request.ownKeyFeeNanoUsd, before, after) + own.ownKeyFeeNanoUsd, ...own };
}

/** The same share of another whole: the whole itself where it was the whole, nothing where it was nothing. In between lies what a hold had bounded, and a hold moves with the price. */
const scaled = (part: bigint, before: bigint, after: bigint): bigint => (part === before ? after : before === 0n ? part : (part * after) / before);

function rates({ usage }: Attempt, { createdAtMs }: RatedRequest, { wrong, right }: WrongPrice): readonly [before: bigint, after: bigint] {
  return [rate(usage, priceOfHour(wrong, createdAtMs)), rate(usage, priceOfHour(right, createdAtMs))];
}

function costAfter(attempt: Attempt, request: RatedRequest, prices: WrongPrice): bigint {
  const cost = BigInt(attempt.costNanoUsd);
  if (attempt.priceVersionId !== prices.wrong.id || attempt.credentialId !== undefined) return cost;
  const [before, after] = rates(attempt, request, prices);
  return scaled(cost, before, after);
}

/** Those that made the answer: the last one at who served, and the one that it went on from. */
function chargedAttempts({ attempts, provider, model }: RatedRequest): readonly Attempt[] {
  const at = attempts.findLastIndex((attempt) => attempt.provider === provider && attempt.model === model);
  const served = attempts[at];
  if (served === undefined) return [];
  const first = served.continues === true ? attempts[at - 1] : undefined;
  return first === undefined ? [served] : [first, served];
}

const FEES: readonly number[] = Object.values(PLANS).map(({ ownKeyFeeBasisPoints }) => ownKeyFeeBasisPoints);

/** Own provider keys: what their provider bills, and the fee on it at the rate that gave the fee before. */
function correctedOwn(request: RatedRequest, prices: WrongPrice, charged: readonly Attempt[]): Pick<RatedSums, "ownKeyFeeNanoUsd" | "ownSpendNanoUsd"> {
  const { ownKeyFeeNanoUsd, ownSpendNanoUsd } = request;
  const own = charged.findLast(({ credentialId, priceVersionId }) => credentialId !== undefined && priceVersionId === prices.wrong.id);
  if (own === undefined) return { ownKeyFeeNanoUsd, ownSpendNanoUsd };
  const [before, after] = rates(own, request, prices);
  const list = scaled(ownSpendNanoUsd, before, after);
  const basisPoints = FEES.find((one) => one > 0 && ownKeyFee(ownSpendNanoUsd, one) === ownKeyFeeNanoUsd);
  return { ownSpendNanoUsd: list, ownKeyFeeNanoUsd: ownKeyFeeNanoUsd === 0n ? 0n : basisPoints === undefined ? scaled(ownKeyFeeNanoUsd, ownSpendNanoUsd, list) : ownKeyFee(list, basisPoints) };
}
