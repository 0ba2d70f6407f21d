import type { CatalogSnapshot, PresetDocument, PriceVersion } from "@trunkline/contracts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SEED } from "../seed.ts";
import { snapshotFrom, type CatalogRows } from "../snapshot.ts";
import { planSync, type SyncOptions } from "./plan-sync.ts";
import { bookedPrices, nanoUsd } from "./price-versions.ts";

const NOW_MS = Date.UTC(2026, 10, 22);
const LATER_MS = Date.UTC(2027, 0, 1);
const MODEL = { id: "acme/large", name: "Large", author: "acme", createdAt: 1, contextTokens: 100_000, maxOutputTokens: 4_096, inputModalities: ["text"], tools: true, jsonSchema: false, reasoning: false, tier: "mid", description: "" } as const;
const price = (fields: Partial<PriceVersion> = {}): PriceVersion => ({
  id: "prc_1", provider: "openai", model: "acme/large", effectiveFromMs: 0, effectiveToMs: null, source: "test",
  inputNanoUsdPerMillion: 2_000_000_000n, cacheReadNanoUsdPerMillion: 2_000_000_000n, cacheWriteNanoUsdPerMillion: 2_000_000_000n, outputNanoUsdPerMillion: 8_000_000_000n, tierPerMille: { flex: 500, batch: 500 }, ...fields,
});
const rows = (prices: readonly PriceVersion[]): CatalogRows => ({ models: [MODEL], endpoints: [{ provider: "openai", model: "acme/large", upstreamModel: "large-1" }], prices });
const STORED = snapshotFrom(rows([price()]));
const plan = (wanted: SyncOptions["wanted"], more: Partial<SyncOptions> = {}) => planSync({ catalog: STORED, presets: [], wanted, source: "test", nowMs: NOW_MS, ...more });
/** A release of the price package that prices the one model. */
const release = (prices: unknown, more: readonly unknown[] = []): string => JSON.stringify([{ id: "openai", models: [{ id: "large-1", match: { equals: "large-1" }, prices }, ...more] }]);

/** What the store does with the writes. */
function applied(catalog: CatalogSnapshot, { writes }: ReturnType<typeof planSync>, nowMs: number): CatalogSnapshot {
  if (!writes) return catalog;
  const stored = [...catalog.prices.values()].flat();
  const kept = stored.flatMap((version) => {
    const change = writes.prices.find(({ provider, model }) => provider === version.provider && model === version.model);
    if (!change) return [version];
    if (version.effectiveFromMs > nowMs) return [];
    const isOpen = version.effectiveToMs === null || version.effectiveToMs > nowMs;
    return [isOpen ? { ...version, effectiveToMs: change.versions.length > 0 ? Math.min(...change.versions.map(({ effectiveFromMs }) => effectiveFromMs)) : null } : version];
  });
  return snapshotFrom({ models: [...catalog.models.values(), ...writes.models], endpoints: [...[...catalog.endpointsByModel.values()].flat(), ...writes.endpoints], prices: [...kept, ...writes.prices.flatMap(({ versions }) => versions)] });
}

describe("a price document", () => {
  it("that says the same changes nothing", () => {
    expect(plan(rows([price()])).writes).toBeNull();
    expect(plan(release({ input_mtok: 2, output_mtok: 8 })).writes).toBeNull();
  });

  it("that says another price opens a new version and never touches the old one's figures", () => {
    const planned = plan(release({ input_mtok: 2, cache_read_mtok: 0.5, output_mtok: 10 }));
    expect(planned.decision).toMatchObject({ pricesAdded: 1, pricesClosed: 1, changedPrices: [{ before: { cacheRead: "2.00", output: "8.00" }, after: { cacheRead: "0.50", output: "10.00", from: new Date(NOW_MS).toISOString() } }] });
    expect(applied(STORED, planned, NOW_MS).prices.get("openai acme/large")).toMatchObject([{ id: "prc_1", effectiveToMs: NOW_MS, outputNanoUsdPerMillion: 8_000_000_000n }, { effectiveFromMs: NOW_MS, effectiveToMs: null, outputNanoUsdPerMillion: 10_000_000_000n }]);
  });

  it("that announces a price keeps today's until then, once however often it is read, and can be taken back", () => {
    const announcing = release([{ prices: { input_mtok: 2, output_mtok: 8 } }, { constraint: { type: "start_date", start_date: "2027-01-01" }, prices: { input_mtok: 3, output_mtok: 9 } }]);
    const announced = applied(STORED, plan(announcing), NOW_MS);
    expect(announced.prices.get("openai acme/large")).toMatchObject([{ id: "prc_1", effectiveToMs: LATER_MS }, { effectiveFromMs: LATER_MS, effectiveToMs: null, inputNanoUsdPerMillion: 3_000_000_000n }]);
    expect(plan(announcing, { catalog: announced, nowMs: NOW_MS + 1 }).writes).toBeNull();
    const back = applied(announced, plan(release({ input_mtok: 2, output_mtok: 8 }), { catalog: announced }), NOW_MS);
    expect(back.prices.get("openai acme/large")).toMatchObject([{ id: "prc_1", effectiveToMs: null }]);
  });

  it("that changes nothing but what is priced apart opens a new version", () => {
    const apart = plan(release({ input_mtok: 2, output_mtok: 8, web_searches_kcount: 10, cache_write_1h_mtok: 4, input_audio_mtok: 5 }));
    expect(apart.decision).toMatchObject({ pricesAdded: 1, pricesClosed: 1, changedPrices: [{ after: { parts: { webSearchNanoUsdPerThousand: "10.00", cacheWrite1hNanoUsdPerMillion: "4.00", inputAudioNanoUsdPerMillion: "5.00" } } }] });
  });

  it("that moves a price more than tenfold is held back until somebody accepts it", () => {
    const slip = release({ input_mtok: 0.02, output_mtok: 8 });
    expect(plan(slip)).toMatchObject({ writes: null, decision: { changedPrices: [], heldBack: [{ model: "acme/large" }] } });
    expect(plan(slip, { acceptJumps: true }).decision).toMatchObject({ heldBack: [], pricesAdded: 1 });
  });

  it("that prices long prompts apart keeps the steps, and is a change where they were missing", () => {
    const stepped = release({ input_mtok: { base: 2, tiers: [{ start: 200_000, price: 4 }] }, output_mtok: { base: 8, tiers: [{ start: 200_000, price: 12 }] } });
    const planned = plan(stepped);
    expect(planned.decision.changedPrices).toMatchObject([{ before: { input: "2.00" }, after: { input: "2.00", steps: [{ aboveInputTokens: 200_000, input: "4.00", output: "12.00" }] } }]);
    expect(plan(stepped, { catalog: applied(STORED, planned, NOW_MS), nowMs: NOW_MS + 1 }).writes).toBeNull();
  });

  it("prices by exact name alone", () => {
    const similar = { id: "large", match: { starts_with: "large" }, prices: { input_mtok: 9, output_mtok: 9 } };
    expect(plan(JSON.stringify([{ id: "openai", models: [similar] }])).writes).toBeNull();
  });

  it("brings a model that the installed release does not know, with the least that can be promised, and none without price or context", () => {
    const entry = (id: string, more: object) => ({ id, match: { equals: id }, context_window: 64_000, prices: { input_mtok: 1, output_mtok: 2 }, ...more });
    const { decision, writes } = plan(release({ input_mtok: 2, output_mtok: 8 }, [entry("gpt-99", {}), entry("gpt-99-unpriced", { prices: {} }), entry("gpt-99-silent", { context_window: undefined }), entry("gpt-99-tts", {}), entry("gpt-4o", {})]));
    expect(decision).toMatchObject({ newModels: ["openai/gpt-99"], newEndpoints: ["openai serves openai/gpt-99 as gpt-99"] });
    expect(writes?.models[0]).toMatchObject({ contextTokens: 64_000, tools: false, tier: "specialised" });
  });

  it("names the presets that a change concerns, and no others", () => {
    const document = (model: string): PresetDocument => ({ rules: [{ name: "r", when: {}, strategy: "ordered", targets: [{ model: "x/y", weight: 1 }], fallbacks: [{ model, weight: 1 }] }], limits: {} });
    const presets = [["acme/ours", document("acme/large")], ["acme/other", document("x/z")]] as const;
    expect(plan(release({ input_mtok: 2, output_mtok: 9 }), { presets }).decision.presets).toEqual([{ preset: "acme/ours", models: ["acme/large"] }]);
  });

  it.each([["nothing", "{}"], ["no JSON", "{"], ["a broken price", release({ input_mtok: "2" })], ["a negative price", release({ input_mtok: -1, output_mtok: 1 })], ["a broken catalogue", JSON.stringify({ models: [{}], endpoints: [], prices: [] })]])("that holds %s is refused", (_what, text) => {
    expect(() => plan(text)).toThrow();
  });

  it("in the catalogue's own form adds a whole model", () => {
    const own = JSON.stringify({ models: [{ ...MODEL, id: "acme/small" }], endpoints: [{ provider: "groq", model: "acme/small", upstreamModel: "small" }], prices: [{ ...price({ id: "prc_2", provider: "groq", model: "acme/small" }) }] }, (_name, value: unknown) => typeof value === "bigint" ? value.toString() : value);
    expect(plan(own).decision).toMatchObject({ newModels: ["acme/small"], pricesAdded: 1, pricesClosed: 0 });
  });
});

describe("the price of an entry", () => {
  it("keeps its hours, and has cache prices of the input where it names none", () => {
    const hours = { id: "m", match: { equals: "m" }, prices: [{ prices: { input_mtok: 2, output_mtok: 4 } }, { constraint: { type: "time_of_date", start_time: "16:30:00Z", end_time: "00:30:00Z" }, prices: { input_mtok: 1, output_mtok: 6 } }] };
    expect(bookedPrices(hours, false)).toMatchObject([{ inputNanoUsdPerMillion: 2_000_000_000n, cacheReadNanoUsdPerMillion: 2_000_000_000n, outputNanoUsdPerMillion: 4_000_000_000n, hours: [{ fromMinute: 990, toMinute: 30, outputNanoUsdPerMillion: 6_000_000_000n }] }]);
  });
  it.each(["requests_kcount", "audio_hours", "output_citation_mtok"])("is none where %s would go unbilled", (unit) => {
    expect(bookedPrices({ id: "m", match: { equals: "m" }, prices: { input_mtok: 1, output_mtok: 1, [unit]: 1 } }, false)).toEqual([]);
  });
  it("is exact to the nano-USD, and never below the source's", () => {
    expect([0.1, 0.0375, 2.5, 0.2288].map(nanoUsd)).toEqual([100_000_000n, 37_500_000n, 2_500_000_000n, 228_800_000n]);
    fc.assert(fc.property(fc.double({ min: 0, max: 1_000, noNaN: true }), (usd) => Number(nanoUsd(usd)) >= usd * 1e9 - 1e-3));
  });
});

it("brings an empty installation to the seed, which then is what it wants", () => {
  const empty = snapshotFrom({ models: [], endpoints: [], prices: [] });
  const first = plan(SEED, { catalog: empty });
  expect(first.decision.newModels).toHaveLength(SEED.models.length);
  expect(plan(SEED, { catalog: applied(empty, first, NOW_MS) }).writes).toBeNull();
});
