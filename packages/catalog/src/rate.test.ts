import type { PriceVersion, TokenUsage } from "@trunkline/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateTokens, rate, ratedLines } from "./rate.ts";

const tokens = fc.nat({ max: 10_000_000 });
const usageArbitrary: fc.Arbitrary<TokenUsage> = fc.record({ inputTokens: tokens, cacheReadTokens: tokens, cacheWriteTokens: tokens, outputTokens: tokens, reasoningTokens: tokens, basis: fc.constant("reported" as const) });
const money = fc.bigInt({ min: 0n, max: 1_000_000_000_000n });
const priceArbitrary: fc.Arbitrary<PriceVersion> = fc.record({
  id: fc.constant("prc_x"), provider: fc.constant("p"), model: fc.constant("a/m"), effectiveFromMs: fc.constant(0), effectiveToMs: fc.constant(null),
  inputNanoUsdPerMillion: money, cacheReadNanoUsdPerMillion: money, cacheWriteNanoUsdPerMillion: money, outputNanoUsdPerMillion: money, source: fc.constant("test"),
});
const price: PriceVersion = { id: "prc_1", provider: "openai", model: "openai/gpt-5-mini", effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: 250_000_000n, cacheReadNanoUsdPerMillion: 25_000_000n, cacheWriteNanoUsdPerMillion: 250_000_000n, outputNanoUsdPerMillion: 2_000_000_000n, source: "test" };
const none: TokenUsage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0, basis: "reported" };
const sum = (left: TokenUsage, right: TokenUsage): TokenUsage => ({
  inputTokens: left.inputTokens + right.inputTokens, cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens, cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
  outputTokens: left.outputTokens + right.outputTokens, reasoningTokens: left.reasoningTokens + right.reasoningTokens, basis: "reported",
});

describe("rate", () => {
  it("bills each token class at its own price and reasoning at the output price", () => {
    expect(rate({ inputTokens: 1000, cacheReadTokens: 2000, cacheWriteTokens: 0, outputTokens: 100, reasoningTokens: 50, basis: "reported" }, price)).toBe(250_000n + 50_000n + 200_000n + 100_000n);
  });
  it("rounds half up, once per request", () => {
    const tiny = { ...price, inputNanoUsdPerMillion: 250_000n, outputNanoUsdPerMillion: 250_000n };
    expect(rate({ ...none, inputTokens: 1 }, tiny)).toBe(0n);
    expect(rate({ ...none, inputTokens: 2 }, tiny)).toBe(1n);
    expect(rate({ ...none, inputTokens: 1, outputTokens: 1 }, tiny)).toBe(1n);
  });
  it("is the exact sum, rounded once, however large", () => {
    fc.assert(fc.property(usageArbitrary, priceArbitrary, (usage, any) => {
      const exact = ratedLines(usage, any).reduce((total, line) => total + line.tokens * line.nanoUsdPerMillion, 0n);
      return rate(usage, any) === (exact + 500_000n) / 1_000_000n;
    }));
  });
  it("charges nothing for no usage", () => { fc.assert(fc.property(priceArbitrary, (any) => rate(none, any) === 0n)); });
  it("is never negative, whatever a provider reports", () => {
    const wild = fc.double();
    fc.assert(fc.property(wild, wild, priceArbitrary, (inputTokens, outputTokens, any) => rate({ ...none, inputTokens, outputTokens }, any) >= 0n));
  });
  it("adds up over split usage to within one nano-USD", () => {
    fc.assert(fc.property(usageArbitrary, usageArbitrary, priceArbitrary, (left, right, any) => {
      const gap = rate(sum(left, right), any) - (rate(left, any) + rate(right, any));
      return gap >= -1n && gap <= 1n;
    }));
  });
  it("never falls when tokens are added", () => {
    fc.assert(fc.property(usageArbitrary, usageArbitrary, priceArbitrary, (left, right, any) => rate(sum(left, right), any) >= rate(left, any)));
  });
});

describe("a price with steps", () => {
  const step = { aboveInputTokens: 200_000, inputNanoUsdPerMillion: 500_000_000n, cacheReadNanoUsdPerMillion: 50_000_000n, cacheWriteNanoUsdPerMillion: 500_000_000n, outputNanoUsdPerMillion: 3_000_000_000n };
  const stepped: PriceVersion = { ...price, steps: [step, { ...step, aboveInputTokens: 1_000_000, inputNanoUsdPerMillion: 900_000_000n }] };
  it("bills the whole request by the length of its prompt, cached parts included, and the bound itself at the lower price", () => {
    const usage = { ...none, inputTokens: 100_000, cacheReadTokens: 100_000, outputTokens: 1_000 };
    expect(rate(usage, stepped)).toBe(rate(usage, price));
    const longer = { ...usage, cacheReadTokens: 100_001 };
    expect(rate(longer, stepped)).toBe(rate(longer, { ...price, ...step }));
    expect(rate({ ...none, inputTokens: 1_000_001 }, stepped)).toBe(900_000_900n);
  });
  it("rounds as its lines do, for any usage", () => {
    fc.assert(fc.property(usageArbitrary, (usage) => rate(usage, stepped) === (ratedLines(usage, stepped).reduce((total, line) => total + line.tokens * line.nanoUsdPerMillion, 0n) + 500_000n) / 1_000_000n));
  });
  it("never falls when tokens are added, as long as no step is cheaper than the one before", () => {
    fc.assert(fc.property(usageArbitrary, usageArbitrary, (left, right) => rate(sum(left, right), stepped) >= rate(left, stepped)));
  });
});

it("estimates four bytes a token, rounded up, and none for nothing", () => {
  expect([0, 1, 4, 5, -3].map(estimateTokens)).toEqual([0, 1, 1, 2, 0]);
});
