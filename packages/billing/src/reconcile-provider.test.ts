import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apportion, compareProviderDay, modelFamily } from "./reconcile-provider.ts";
import type { BookedModel, ProviderDay, ProviderModel, TokenSums } from "./reconcile-provider.ts";

const PRICE = { inputNanoUsdPerMillion: 2_000_000_000n, cacheReadNanoUsdPerMillion: 1_000_000_000n, cacheWriteNanoUsdPerMillion: 2_500_000_000n, outputNanoUsdPerMillion: 8_000_000_000n };
const worth = ({ input, cacheRead, cacheWrite, output }: TokenSums): bigint => input * 2_000n + cacheRead * 1_000n + cacheWrite * 2_500n + output * 8_000n;
const tokens = (input: bigint, output: bigint, cacheRead = 0n, cacheWrite = 0n): TokenSums => ({ input, output, cacheRead, cacheWrite });
const booked = (sums: TokenSums, change: Partial<BookedModel> = {}): BookedModel => ({ model: "gpt-x", tokens: sums, attempts: 10n, costNanoUsd: worth(sums), estimated: { attempts: 0n, costNanoUsd: 0n }, edgeNanoUsd: 0n, ...change });
const counted = (sums: TokenSums, change: Partial<ProviderModel> = {}): ProviderModel => ({ model: "gpt-x-2026-01-31", tokens: sums, requests: 10n, splitsCache: true, ...change });
const compare = (ours: readonly BookedModel[], theirs: readonly ProviderModel[], change: Partial<ProviderDay> = {}) =>
  compareProviderDay({ booked: ours, counted: theirs, costNanoUsd: theirs.reduce((sum, one) => sum + worth(one.tokens), 0n), priceOf: () => PRICE, isClosed: true, ...change });

describe("the books of a day against a provider's own count", () => {
  it("agrees where tokens and bill are the same, whichever release the alias stood for", () => {
    const day = compare([booked(tokens(1_000n, 200n, 50n))], [counted(tokens(1_000n, 200n, 50n))]);
    expect(day).toMatchObject({ agrees: true, gaps: [], settlements: [] });
    expect(day.providerNanoUsd).toBe(day.bookedNanoUsd);
    expect([modelFamily("claude-sonnet-4-5-20250929"), modelFamily("gpt-4o-2024-08-06"), modelFamily("o4-mini")]).toEqual(["claude-sonnet-4-5", "gpt-4o", "o4-mini"]);
  });

  it("names what the provider counts and no attempt explains, in money and requests", () => {
    expect(compare([booked(tokens(1_000n, 200n))], [counted(tokens(1_500n, 260n), { requests: 12n })])).toMatchObject({ agrees: false, gaps: [{ class: "missing", nanoUsd: 500n * 2_000n + 60n * 8_000n, attempts: 2n }] });
  });

  it("names what is booked and the provider does not count", () => {
    expect(compare([booked(tokens(1_000n, 200n))], [counted(tokens(900n, 180n), { requests: 9n })])).toMatchObject({ agrees: false, gaps: [{ class: "duplicate", nanoUsd: -(100n * 2_000n + 20n * 8_000n), attempts: 1n }] });
  });

  it("calls the same tokens at another price mispriced, a prompt in another class among them", () => {
    expect(compare([booked(tokens(1_000n, 200n))], [counted(tokens(1_000n, 200n))], { costNanoUsd: worth(tokens(1_000n, 200n)) + 90_000n })).toMatchObject({ agrees: false, gaps: [{ class: "mispriced", nanoUsd: 90_000n }] });
    expect(compare([booked(tokens(1_000n, 200n))], [counted(tokens(600n, 200n, 400n))]).gaps).toEqual([{ class: "mispriced", nanoUsd: -400_000n, attempts: 0n }]);
  });

  it("takes a surplus that cut answers explain as theirs, and says by how much the estimate was off", () => {
    const ours = booked(tokens(1_000n, 200n), { estimated: { attempts: 2n, costNanoUsd: 500_000n } });
    expect(compare([ours], [counted(tokens(1_200n, 260n), { requests: 12n })])).toMatchObject({ agrees: true, gaps: [{ class: "aborted", nanoUsd: 880_000n - 500_000n, attempts: 2n }], settlements: [{ model: "gpt-x", deltaNanoUsd: 380_000n }] });
    expect(compare([ours], [counted(tokens(1_000n, 200n))])).toMatchObject({ agrees: true, gaps: [{ class: "aborted", nanoUsd: -500_000n }], settlements: [{ deltaNanoUsd: -500_000n }] });
  });

  it("settles no estimate where requests beyond the cut ones may be what differs", () => {
    const ours = booked(tokens(1_000n, 200n), { estimated: { attempts: 1n, costNanoUsd: 400_000n } });
    const day = compare([ours], [counted(tokens(2_000n, 200n), { requests: 14n })]);
    expect(day.settlements).toEqual([]);
    expect(day.gaps.map((gap) => gap.class)).toEqual(["aborted", "missing"]);
  });

  it("leaves attempts across midnight to the day that they are counted in", () => {
    const ours = booked(tokens(1_000n, 200n), { edgeNanoUsd: 300_000n });
    expect(compare([ours], [counted(tokens(900n, 200n), { requests: 9n })])).toMatchObject({ agrees: true, gaps: [{ class: "in_flight", nanoUsd: -200_000n }] });
  });

  it("judges no day that the provider may still add to", () => {
    expect(compare([booked(tokens(1_000n, 200n))], [counted(tokens(100n, 20n), { requests: 1n })], { isClosed: false })).toMatchObject({ agrees: true, gaps: [{ class: "in_flight" }], settlements: [] });
  });

  it("compares whole prompts where a provider does not tell what its cache held", () => {
    const ours = booked(tokens(600n, 200n, 400n));
    expect(compare([ours], [counted(tokens(1_000n, 200n), { splitsCache: false })], { costNanoUsd: ours.costNanoUsd })).toMatchObject({ agrees: true, gaps: [] });
  });

  it("finds a model that was never asked for here, priced or not", () => {
    const theirs = [counted(tokens(1_000n, 200n)), counted(tokens(70n, 30n), { model: "foreign", requests: 3n })];
    expect(compare([booked(tokens(1_000n, 200n))], theirs).gaps).toEqual([{ class: "missing", nanoUsd: 380_000n, attempts: 3n }]);
    expect(compare([booked(tokens(1_000n, 200n))], theirs, { priceOf: (model) => (model === "foreign" ? undefined : PRICE) }).gaps).toEqual([{ class: "missing", nanoUsd: 380_000n, attempts: 3n }]);
  });

  it("names all of the difference, whatever was booked and counted, within rounding", () => {
    const amount = fc.bigInt({ min: 0n, max: 5_000_000n });
    const sums = fc.record({ input: amount, cacheRead: amount, cacheWrite: amount, output: amount });
    fc.assert(fc.property(sums, sums, fc.bigInt({ min: 0n, max: 9_000_000n }), fc.bigInt({ min: 0n, max: 20n }), (ours, theirs, estimate, cut) => {
      const day = compare([booked(ours, { estimated: { attempts: cut, costNanoUsd: cut === 0n ? 0n : estimate }, edgeNanoUsd: estimate })], [counted(theirs, { requests: 15n })]);
      const off = day.providerNanoUsd - day.bookedNanoUsd - day.gaps.reduce((sum, gap) => sum + gap.nanoUsd, 0n);
      expect(off < 0n ? -off : off).toBeLessThanOrEqual(day.errorBarNanoUsd);
      if (day.settlements.length > 0) expect(day.gaps.some((gap) => gap.class === "missing" || gap.class === "duplicate")).toBe(false);
    }));
  });
});

describe("apportion", () => {
  it("hands out shares that add up to the amount to the nano-USD", () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.array(fc.bigInt({ min: 0n, max: 10n ** 10n }), { minLength: 1, maxLength: 12 }), (amount, weights) => {
      expect(apportion(amount, weights).reduce((sum, share) => sum + share, 0n)).toBe(amount);
    }));
    expect(apportion(-10n, [1n, 1n, 1n])).toEqual([-4n, -3n, -3n]);
  });
});
