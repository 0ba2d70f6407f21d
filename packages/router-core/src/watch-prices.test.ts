import { snapshotFrom } from "@trunkline/catalog";
import { presetDocumentSchema, type CatalogModel, type PriceVersion } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import type { PastRequest } from "./backtest.ts";
import { changedPrices, watchPrices } from "./watch-prices.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 22);
const SINCE_MS = NOW_MS - 7 * DAY_MS;
const CHANGE_MS = NOW_MS - DAY_MS;

const model = (id: string): CatalogModel => ({ id, name: id, author: "acme", createdAt: 0, contextTokens: 100_000, maxOutputTokens: 10_000, inputModalities: ["text"], tools: true, jsonSchema: true, reasoning: false, tier: "mid", description: "" });
const price = (id: string, usdPerMillion: number, span: { from?: number; to?: number } = {}): PriceVersion => {
  const each = BigInt(usdPerMillion * 1e9);
  return { id: `${id} ${span.from ?? 0}`, provider: `at-${id}`, model: `acme/${id}`, effectiveFromMs: span.from ?? 0, effectiveToMs: span.to ?? null, source: "test", inputNanoUsdPerMillion: each, cacheReadNanoUsdPerMillion: each, cacheWriteNanoUsdPerMillion: each, outputNanoUsdPerMillion: each };
};
/** `a` costs 2 and `b` cost 3 before it fell to `bNow`; `c` is cheap and always was. */
const catalogWith = (bNow: number) => snapshotFrom({
  models: ["a", "b", "c"].map((id) => model(`acme/${id}`)), endpoints: ["a", "b", "c"].map((id) => ({ provider: `at-${id}`, model: `acme/${id}`, upstreamModel: id })),
  prices: [price("a", 2), price("b", 3, { to: CHANGE_MS }), price("b", bNow, { from: CHANGE_MS }), price("c", 1)],
});
const rows: readonly PastRequest[] = Array.from({ length: 50 }, (_, index) => ({
  id: `req_${index}`, createdAt: new Date(NOW_MS - index * 3_600_000), apiKeyId: "key_1", projectId: "prj_1", provider: "at-a", model: "acme/a", durationMs: 1_000, timeToFirstTokenMs: 200, endUser: null, sessionId: null, decision: null,
  metadata: {}, inputTokens: 50_000n, cacheReadTokens: 0n, cacheWriteTokens: 0n, outputTokens: 1_000n, reasoningTokens: 0n,
}));
const documentOf = (strategy: string, targets: readonly string[]) => presetDocumentSchema.parse({ rules: [{ name: "All", strategy, targets: targets.map((id) => ({ model: `acme/${id}` })) }] });
const watch = (bNow: number, document: ReturnType<typeof documentOf>, given: readonly PastRequest[] = rows) => {
  const catalog = catalogWith(bNow);
  return watchPrices({ slug: "mine", document, rows: given, spanMs: 30 * DAY_MS, catalog, changes: changedPrices(catalog, SINCE_MS, NOW_MS), sinceMs: SINCE_MS, nowMs: NOW_MS });
};

describe("the watch over prices", () => {
  it("says how many requests a preset that goes by price now sends elsewhere, and what that saves a month", () => {
    const notice = watch(1, documentOf("cheapest", ["a", "b"]));
    // 50 requests of 51,000 tokens in thirty days, each a dollar a million cheaper than at `a`.
    expect(notice).toMatchObject({ models: ["acme/b"], requests: 50, changedShare: 1, followedNanoUsd: 2_550_000_000n, proposal: null });
  });
  it("proposes to put a named model first that has become the cheaper one, with what it saves at the new prices", () => {
    const notice = watch(0.5, documentOf("ordered", ["a", "b"]));
    expect(notice).toMatchObject({ changedShare: 0, followedNanoUsd: 0n, proposal: { savedNanoUsd: 3_825_000_000n, moved: [{ rule: "All", model: "acme/b" }] } });
    expect(notice?.proposal?.document.rules[0]?.targets.map((target) => target.model)).toEqual(["acme/b", "acme/a"]);
  });
  it("does not propose what was cheaper all along: the author knew, and ordered otherwise", () => {
    expect(watch(2.5, documentOf("ordered", ["a", "b", "c"]))).toBeNull();
  });
  it("keeps silent where the change concerns no named model, saves next to nothing, or nothing was routed", () => {
    expect(watch(0.5, documentOf("ordered", ["a", "c"]))).toBeNull();
    expect(watch(1.9, documentOf("ordered", ["a", "b"]))).toBeNull();
    expect(watch(0.5, documentOf("ordered", ["a", "b"]), [])).toBeNull();
  });
  it("knows a change again, so that nobody is told twice, and the next one from it", () => {
    const [first, again] = [watch(0.5, documentOf("ordered", ["a", "b"])), watch(0.5, documentOf("ordered", ["a", "b"]))];
    expect(first?.fingerprint).toBe(again?.fingerprint);
    expect(first?.fingerprint).toBe(`b_${CHANGE_MS}`);
  });
});
