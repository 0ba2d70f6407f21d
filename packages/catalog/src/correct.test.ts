import { ownKeyFee, ZERO_USAGE, type PriceVersion, type TokenUsage } from "@trunkline/contracts";
import fc from "fast-check";
import { expect, it } from "vitest";
import { correctedSums, type RatedRequest } from "./correct.ts";
import { rate } from "./rate.ts";

const version = (id: string, [input, cacheRead, cacheWrite, output]: readonly [bigint, bigint, bigint, bigint]): PriceVersion => ({
  id, provider: "openai", model: "x/m", effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: input, cacheReadNanoUsdPerMillion: cacheRead, cacheWriteNanoUsdPerMillion: cacheWrite, outputNanoUsdPerMillion: output, source: "test",
});
const price = fc.tuple(...[0, 1, 2, 3].map(() => fc.bigInt({ min: 1n, max: 10n ** 11n }))) as fc.Arbitrary<[bigint, bigint, bigint, bigint]>;
const tokens = fc.integer({ min: 0, max: 2_000_000 });
const usage: fc.Arbitrary<TokenUsage> = fc.record({ inputTokens: tokens, cacheReadTokens: tokens, cacheWriteTokens: tokens, outputTokens: tokens, reasoningTokens: tokens, basis: fc.constant("reported" as const) });
interface Kind { readonly used: TokenUsage; readonly failed: TokenUsage | null; readonly continued: TokenUsage | null; readonly feeBasisPoints: 0 | 200 | 500 | null; readonly isFree: boolean }
const kind: fc.Arbitrary<Kind> = fc.record({ used: usage, failed: fc.option(usage), continued: fc.option(usage), feeBasisPoints: fc.constantFrom(null, 0 as const, 200 as const, 500 as const), isFree: fc.boolean() });

/** A request as the gateway books it: a failed attempt elsewhere, then the answer, whole or gone on from another, on our key or their own. */
function booked({ used, failed, continued, feeBasisPoints, isFree }: Kind, served: PriceVersion, elsewhere: PriceVersion): RatedRequest {
  const own = feeBasisPoints !== null;
  const first = continued && !own ? { provider: "anthropic", model: "x/m", usage: continued, priceVersionId: elsewhere.id, costNanoUsd: rate(continued, elsewhere).toString() } : null;
  const winner = { provider: "openai", model: "x/m", usage: used, priceVersionId: served.id, costNanoUsd: own ? "0" : rate(used, served).toString(), ...(own ? { credentialId: "crd_1" } : {}), ...(first ? { continues: true as const } : {}) };
  const lost = failed ? [{ provider: "openai", model: "x/m", usage: failed, priceVersionId: served.id, costNanoUsd: rate(failed, served).toString() }] : [];
  const attempts = [...lost, ...(first ? [first] : []), winner];
  const list = rate(used, served);
  const fee = own && !isFree ? ownKeyFee(list, feeBasisPoints) : 0n;
  const charge = isFree ? 0n : own ? fee : BigInt(winner.costNanoUsd) + BigInt(first?.costNanoUsd ?? "0");
  return { createdAtMs: 0, provider: "openai", model: "x/m", attempts, chargeNanoUsd: charge, ownKeyFeeNanoUsd: fee, ownSpendNanoUsd: own ? list : 0n, costNanoUsd: attempts.reduce((sum, attempt) => sum + BigInt(attempt.costNanoUsd), 0n) };
}
const sums = ({ chargeNanoUsd, ownKeyFeeNanoUsd, ownSpendNanoUsd, costNanoUsd }: RatedRequest) => ({ chargeNanoUsd, ownKeyFeeNanoUsd, ownSpendNanoUsd, costNanoUsd });

it("gives every request the sums that it would have had at the right price from the start", () => {
  fc.assert(fc.property(kind, price, price, price, (request, wrongPrices, rightPrices, otherPrices) => {
    const [wrong, right, elsewhere] = [version("prc_1", wrongPrices), version("prc_1", rightPrices), version("prc_other", otherPrices)];
    // A fee so small that two plans' rates give the same tells nothing of the rate: real calls cost more.
    fc.pre(request.feeBasisPoints === null || rate(request.used, wrong) > 1_000n);
    // A charge of nothing, or all of a cost of nothing, is kept whichever it was.
    fc.pre(request.isFree ? rate(request.used, wrong) > 0n : rate(request.used, wrong) > 0n || rate(request.used, right) === 0n);
    fc.pre(request.failed === null || rate(request.failed, wrong) > 0n || rate(request.failed, right) === 0n);
    expect(correctedSums(booked(request, wrong, elsewhere), { wrong, right })).toEqual(sums(booked(request, right, elsewhere)));
  }));
});

it("leaves alone what the wrong price had no part in", () => {
  const elsewhere = version("prc_other", [1_000_000n, 1n, 1n, 2_000_000n]);
  const request = booked({ used: { ...ZERO_USAGE, inputTokens: 10 }, failed: null, continued: null, feeBasisPoints: null, isFree: false }, elsewhere, elsewhere);
  expect(correctedSums(request, { wrong: version("prc_1", [5n, 5n, 5n, 5n]), right: version("prc_1", [1n, 1n, 1n, 1n]) })).toEqual(sums(request));
});

it("moves a charge that a hold had bounded with the price", () => {
  const [wrong, right] = [version("prc_1", [2_000_000n, 0n, 0n, 0n]), version("prc_1", [1_000_000n, 0n, 0n, 0n])];
  const attempt = { provider: "openai", model: "x/m", usage: { ...ZERO_USAGE, inputTokens: 100, basis: "estimated" as const }, priceVersionId: "prc_1", costNanoUsd: "200" };
  expect(correctedSums({ createdAtMs: 0, provider: "openai", model: "x/m", attempts: [attempt], chargeNanoUsd: 120n, ownKeyFeeNanoUsd: 0n, ownSpendNanoUsd: 0n, costNanoUsd: 200n }, { wrong, right })).toMatchObject({ chargeNanoUsd: 60n, costNanoUsd: 100n });
});
