import type { PriceVersion, TokenUsage } from "@trunkline/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rate, ratedLines } from "./rate.ts";
import { SEED } from "./seed.ts";
import { priceAt, priceIn, snapshotFrom } from "./snapshot.ts";

const price: PriceVersion = {
  id: "prc_1", provider: "p", model: "a/m", effectiveFromMs: 0, effectiveToMs: null, source: "test",
  inputNanoUsdPerMillion: 1_000_000_000n, cacheReadNanoUsdPerMillion: 100_000_000n, cacheWriteNanoUsdPerMillion: 1_250_000_000n, outputNanoUsdPerMillion: 5_000_000_000n,
  parts: {
    cacheWrite1hNanoUsdPerMillion: 2_000_000_000n, inputAudioNanoUsdPerMillion: 3_000_000_000n, inputImageNanoUsdPerMillion: 1_500_000_000n, cacheReadAudioNanoUsdPerMillion: 300_000_000n,
    outputAudioNanoUsdPerMillion: 20_000_000_000n, outputImageNanoUsdPerMillion: 30_000_000_000n, webSearchNanoUsdPerThousand: 10_000_000_000n,
  },
  tierPerMille: { flex: 500, priority: 1_750 },
};
const usage = (fields: Partial<TokenUsage>): TokenUsage => ({ inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0, basis: "reported", ...fields });

describe("rating what is priced apart", () => {
  it("bills cache writes by how long they are kept", () => {
    expect(rate(usage({ cacheWriteTokens: 1_000_000 }), price)).toBe(1_250_000_000n);
    expect(rate(usage({ cacheWriteTokens: 1_000_000, parts: { cacheWrite1hTokens: 400_000 } }), price)).toBe(600_000n * 1_250n + 400_000n * 2_000n);
  });
  it("bills audio and images, in and out, fresh and cached, at their own price", () => {
    const media = usage({ inputTokens: 1_000, cacheReadTokens: 1_000, outputTokens: 1_000, parts: { inputAudioTokens: 300, inputImageTokens: 200, cacheReadAudioTokens: 100, outputAudioTokens: 400, outputImageTokens: 500 } });
    expect(rate(media, price)).toBe(500n * 1_000n + 300n * 3_000n + 200n * 1_500n + 900n * 100n + 100n * 300n + 100n * 5_000n + 400n * 20_000n + 500n * 30_000n);
  });
  it("bills each web search, and none of them by a tier", () => {
    expect(rate(usage({ parts: { webSearches: 3 } }), price)).toBe(30_000_000n);
    expect(rate(usage({ inputTokens: 1_000_000, parts: { webSearches: 3, serviceTier: "flex" } }), price)).toBe(500_000_000n + 30_000_000n);
  });
  it("bills the tier that served, and an unknown one as the ordinary", () => {
    expect(rate(usage({ outputTokens: 1_000_000, parts: { serviceTier: "priority" } }), price)).toBe(8_750_000_000n);
    for (const serviceTier of ["gold", "constructor", "__proto__"]) expect(rate(usage({ outputTokens: 1_000_000, parts: { serviceTier } }), price), serviceTier).toBe(5_000_000_000n);
  });
  it("bills a part without a price of its own as its class", () => {
    const { parts: _parts, ...plain } = price;
    fc.assert(fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (whole, part) => {
      expect(rate(usage({ cacheWriteTokens: whole, parts: { cacheWrite1hTokens: Math.min(part, whole) } }), plain)).toBe(rate(usage({ cacheWriteTokens: whole }), plain));
    }));
  });
  it("never bills a token twice or not at all, whatever parts a provider claims", () => {
    fc.assert(fc.property(fc.nat(1_000_000), fc.nat(1_000_000), fc.nat(2_000_000), fc.nat(2_000_000), (inputTokens, outputTokens, claimed, more) => {
      const lines = ratedLines(usage({ inputTokens, outputTokens, parts: { inputAudioTokens: claimed, inputImageTokens: more, outputAudioTokens: more, outputImageTokens: claimed } }), price);
      expect(lines.reduce((sum, line) => sum + line.tokens, 0n)).toBe(BigInt(inputTokens + outputTokens));
    }));
  });
});

describe("prices by the hour", () => {
  const dear = { inputNanoUsdPerMillion: 2_000_000_000n, cacheReadNanoUsdPerMillion: 200_000_000n, cacheWriteNanoUsdPerMillion: 2_000_000_000n, outputNanoUsdPerMillion: 9_000_000_000n };
  const at = (time: string): bigint | undefined => priceIn([{ ...price, hours: [{ fromMinute: 60, toMinute: 240, ...dear }, { fromMinute: 1_380, toMinute: 30, ...dear }] }], Date.parse(`2026-11-23T${time}:00Z`))?.outputNanoUsdPerMillion;
  it("hold while they last, across midnight too", () => {
    expect(["02:00", "12:00", "23:30", "00:10"].map(at)).toEqual([9_000_000_000n, 5_000_000_000n, 9_000_000_000n, 9_000_000_000n]);
  });
  it("never charge less than a provider that bills by the end of the request", () => {
    expect(["00:50", "03:59", "04:00"].map(at)).toEqual([9_000_000_000n, 9_000_000_000n, 5_000_000_000n]);
  });
});

describe("the seed", () => {
  const snapshot = snapshotFrom(SEED);
  const nowMs = Date.UTC(2026, 10, 23, 12);
  it.each(["anthropic", "bedrock-anthropic", "vertex-anthropic"])("prices an hour's cache write of Claude at %s at twice the input, long prompts included", (provider) => {
    const found = priceAt(snapshot, provider, "anthropic/claude-sonnet-4.5", nowMs);
    for (const one of [found, ...(found?.steps ?? [])]) expect(one?.parts?.cacheWrite1hNanoUsdPerMillion).toBe((one?.inputNanoUsdPerMillion ?? 0n) * 2n);
  });
  it.each([["gpt-5.5", 12_500_000_000n, 75_000_000_000n], ["gpt-5.4-mini", 1_500_000_000n, 9_000_000_000n], ["gpt-5-mini", 450_000_000n, 3_600_000_000n], ["gpt-4.1", 3_500_000_000n, 14_000_000_000n], ["gpt-4o-2024-05-13", 8_750_000_000n, 26_250_000_000n], ["o3", 3_500_000_000n, 14_000_000_000n]] as const)("prices priority processing of %s as OpenAI lists it", (slug, input, output) => {
    const found = priceAt(snapshot, "openai", `openai/${slug}`, nowMs);
    if (found === undefined || found === null) throw new Error("unpriced");
    const served = { parts: { serviceTier: "priority" } };
    // A tenth of the million: longer prompts are another price, and served by the ordinary tier.
    expect([rate(usage({ inputTokens: 100_000, ...served }), found), rate(usage({ outputTokens: 100_000, ...served }), found)]).toEqual([input / 10n, output / 10n]);
  });
  it("prices searches, audio, flexible processing and DeepSeek's peak hours", () => {
    expect(priceAt(snapshot, "anthropic", "anthropic/claude-haiku-4.5", nowMs)?.parts?.webSearchNanoUsdPerThousand).toBe(10_000_000_000n);
    expect(priceAt(snapshot, "gemini", "google/gemini-2.5-flash", nowMs)?.parts).toMatchObject({ inputAudioNanoUsdPerMillion: 1_000_000_000n, cacheReadAudioNanoUsdPerMillion: 100_000_000n });
    expect(priceAt(snapshot, "openai", "openai/gpt-5-mini", nowMs)?.tierPerMille).toEqual({ flex: 500, batch: 500, priority: 1_800 });
    // Five thirds of the ordinary price are no whole number of thousandths, and half a nano-dollar is not charged by guess.
    expect(priceAt(snapshot, "openai", "openai/gpt-4o-mini", nowMs)?.tierPerMille).not.toHaveProperty("priority");
    const output = (hour: number): bigint | undefined => priceAt(snapshot, "deepseek", "deepseek/deepseek-v4-pro", Date.UTC(2026, 10, 23, hour))?.outputNanoUsdPerMillion;
    expect([output(2), output(12)]).toEqual([3_960_000_000n, 1_980_000_000n]);
  });
});
