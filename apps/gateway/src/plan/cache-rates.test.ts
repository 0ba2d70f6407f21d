import { ZERO_USAGE } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { CacheRates } from "./cache-rates.ts";

const MINUTE_MS = 60_000;
const traffic = { mode: "live" as const, organizationId: "org", presetSlug: null, apiKeyId: "key" };
const seen = (cached: number, change: Partial<Parameters<CacheRates["observe"]>[0]> = {}) =>
  ({ ...traffic, provider: "anthropic", model: "a/m", status: "ok" as const, createdAtMs: 0, durationMs: 0, usage: { ...ZERO_USAGE, inputTokens: 1_000 - cached, cacheReadTokens: cached }, ...change });
const fed = (...events: Parameters<CacheRates["observe"]>[0][]): CacheRates => { const rates = new CacheRates(); for (const event of events) rates.observe(event); return rates; };

describe("what traffic reads from caches", () => {
  it("is the share of its tokens, by place, once some requests have shown it", () => {
    expect(fed().of(traffic, 0)).toBeUndefined();
    expect(fed(seen(900), seen(900)).of(traffic, 0)?.("anthropic", "a/m")).toBe(0);
    const rates = fed(seen(900), seen(600), seen(0), seen(500, { provider: "bedrock" }));
    expect([rates.of(traffic, 0)?.("anthropic", "a/m"), rates.of(traffic, 0)?.("bedrock", "a/m"), rates.of(traffic, 0)?.("anthropic", "a/other")]).toEqual([0.5, 0, 0]);
  });

  it("weighs large prompts by their size, and forgets with time", () => {
    const large = seen(0, { usage: { ...ZERO_USAGE, inputTokens: 500, cacheReadTokens: 8_500, cacheWriteTokens: 1_000 } });
    expect(fed(large, seen(0), seen(0)).of(traffic, 0)?.("anthropic", "a/m")).toBeCloseTo(8_500 / 12_000);
    const old = fed(seen(900), seen(900), seen(900), seen(900), ...Array.from({ length: 4 }, () => seen(0, { createdAtMs: 120 * MINUTE_MS })));
    expect(old.of(traffic, 120 * MINUTE_MS)?.("anthropic", "a/m")).toBeCloseTo(0.9 / 17);
    expect(fed(seen(900), seen(900), seen(900), seen(900)).of(traffic, 30 * MINUTE_MS)?.("anthropic", "a/m")).toBe(0);
  });

  it("is a preset's, and without one the key's, of one organization and book", () => {
    const preset = { presetSlug: "mine" };
    const rates = fed(seen(900, preset), seen(900, preset), seen(900, { ...preset, apiKeyId: "other" }));
    const of = (change: object): number | undefined => rates.of({ ...traffic, ...change }, 0)?.("anthropic", "a/m");
    expect([of(preset), of({ ...preset, apiKeyId: "new" }), of({}), of({ ...preset, organizationId: "another" }), of({ ...preset, mode: "test" })]).toEqual([0.9, 0.9, 0, undefined, undefined]);
  });

  it("counts answers alone", () => {
    expect(fed(...Array.from({ length: 5 }, () => seen(900, { status: "failed" })), seen(900, { provider: null })).of(traffic, 0)).toBeUndefined();
  });

  it("takes bounded memory: who rested longest is forgotten", () => {
    const rates = new CacheRates();
    for (let at = 0; at < 2_001; at++) for (let turn = 0; turn < 3; turn++) rates.observe(seen(900, { apiKeyId: `key${at}` }));
    expect([rates.of({ ...traffic, apiKeyId: "key0" }, 0), rates.of({ ...traffic, apiKeyId: "key2000" }, 0)?.("anthropic", "a/m")]).toEqual([undefined, 0.9]);
    const many = new CacheRates();
    for (let at = 0; at < 41; at++) for (let turn = 0; turn < 3; turn++) many.observe(seen(900, { model: `a/${at}` }));
    expect([many.of(traffic, 0)?.("anthropic", "a/0"), many.of(traffic, 0)?.("anthropic", "a/40")]).toEqual([0, 0.9]);
  });
});
