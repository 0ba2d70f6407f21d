// `bench router [--json] [--rounds N]`: how long one plan takes, by preset, catalogue and state of health. Exit code 0 only where the gate holds.
import { snapshotFrom } from "@trunkline/catalog";
import { presetDocumentSchema, type CatalogModel, type PriceVersion, type PublishedPreset } from "@trunkline/contracts";
import { CircuitBook, classifyTask, plan, type PlanInput, type RequestFacts } from "../src/index.ts";

const MODELS = 500;
const PROVIDERS = Array.from({ length: 14 }, (_, index) => `provider${index}`);
const GATE = { p50: 30, p99: 100 };
const at = process.argv.indexOf("--rounds");
const ROUNDS = at < 0 ? 20_000 : Number(process.argv[at + 1]);
const WARM_UP = 5_000;
const NOW_MS = Date.UTC(2026, 10, 22);
const TIERS = ["frontier", "mid", "fast", "specialised"] as const;

const model = (index: number): CatalogModel => ({ id: `author${index % 20}/model${index}`, name: `Model ${index}`, author: `author${index % 20}`, createdAt: 0, contextTokens: 128_000 + index * 1_000, maxOutputTokens: 16_000, inputModalities: ["text", "image"], tools: true, jsonSchema: true, reasoning: index % 2 === 0, tier: TIERS[index % 4] ?? "mid", description: "" });
const price = (provider: string, id: string, index: number): PriceVersion => ({ id: `${provider} ${id}`, provider, model: id, effectiveFromMs: 0, effectiveToMs: null, source: "bench", inputNanoUsdPerMillion: BigInt(100_000_000 + index * 1_000_000), cacheReadNanoUsdPerMillion: 10_000_000n, cacheWriteNanoUsdPerMillion: 125_000_000n, outputNanoUsdPerMillion: BigInt(400_000_000 + index * 4_000_000) });

/** `spread`: how many of the fourteen providers serve each model. */
function catalogOf(models: number, spread: number) {
  const rows = Array.from({ length: models }, (_, index) => model(index));
  const endpoints = rows.flatMap(({ id }, index) => Array.from({ length: spread }, (_, step) => ({ provider: PROVIDERS[(index * 5 + step) % PROVIDERS.length] ?? "", model: id, upstreamModel: `${id}-up` })));
  return snapshotFrom({ models: rows, endpoints, prices: endpoints.map(({ provider, model: id }, index) => price(provider, id, index % 97)) });
}

/** Nineteen rules that do not match, each for another reason, and the one that does. */
function presetOf(targets: readonly string[], strategy: string): PublishedPreset {
  const miss = Array.from({ length: 19 }, (_, index) => [{ inputTokensMin: 500_000 + index }, { metadata: { tier: `t${index}` } }, { task: ["never"] }, { needs: ["audio"] }, { keys: [`key_${index}`] }, { bucket: { percent: 0 } }, { time: { from: "00:00", to: "00:01" } }][index % 7] ?? {});
  const named = targets.map((id) => ({ model: id }));
  return { slug: "bench", version: 1, document: presetDocumentSchema.parse({ rules: [...miss.map((when, index) => ({ name: `miss ${index}`, when, targets: named })), { name: "hit", strategy, targets: named }] }) };
}

const facts: RequestFacts = { models: [], inputTokens: 1_200, maxOutputTokens: 800, needs: ["tools"], task: null, inferTask: () => ({ task: "chat", confidence: 1, evidence: [] }), metadata: { app: "bench" }, preferences: {}, maxCostNanoUsd: null, deadlineMs: null, fallbacks: true, keyId: "key_x", sessionId: "session", endUser: null };

interface Case { readonly name: string; readonly run: () => unknown; readonly gated: boolean }

function planCase(name: string, given: Pick<PlanInput, "catalog" | "preset"> & { readonly health: CircuitBook; readonly facts?: Partial<RequestFacts>; readonly gated?: boolean }): Case {
  const availableProviders = new Set(PROVIDERS);
  const own = { ...facts, ...given.facts };
  return { name, gated: given.gated ?? true, run: () => plan({ facts: own, preset: given.preset, catalog: given.catalog, health: given.health.snapshot("platform", NOW_MS), availableProviders, nowMs: NOW_MS, random: 0.4 }) };
}

/** Every endpoint has been measured; a tenth are open. */
function busyBook(catalog: ReturnType<typeof catalogOf>): CircuitBook {
  const book = new CircuitBook({ jitter: () => 0 });
  for (const endpoints of catalog.endpointsByModel.values()) for (const [index, endpoint] of endpoints.entries()) {
    const key = { provider: endpoint.provider, model: endpoint.model, credentialOwner: "platform" };
    book.record(key, { ok: true, timeToFirstTokenMs: 300 + index, tokensPerSecond: 60 }, NOW_MS);
    if (index % 10 === 9) for (let fault = 0; fault < 5; fault++) book.record(key, { ok: false, failure: { class: "server_error", status: 500, publicMessage: "", retryAfterMs: null } }, NOW_MS);
  }
  return book;
}

function cases(): readonly Case[] {
  const three = catalogOf(MODELS, 3);
  const all = catalogOf(MODELS, PROVIDERS.length);
  const large = catalogOf(MODELS * 10, 3);
  const [book, wide, larger] = [busyBook(three), busyBook(all), busyBook(large)];
  const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => model(index * 7).id);
  const prompt = "Please review the following contract and tell me which clauses we should be worried about. ".repeat(100);
  return [
    planCase("20 rules, 4 targets at 3 providers each, balanced", { catalog: three, preset: presetOf(ids(4), "balanced"), health: book }),
    planCase("the same over 5,000 models", { catalog: large, preset: presetOf(ids(4), "balanced"), health: larger }),
    planCase("20 rules, 3 targets at all 14 providers, ordered", { catalog: all, preset: presetOf(ids(3), "ordered"), health: wide }),
    planCase("one named model at 3 providers, no preset", { catalog: three, preset: null, health: book, facts: { models: ids(1) } }),
    planCase("one named model at 14 providers, no preset", { catalog: all, preset: null, health: wide, facts: { models: ids(1) } }),
    planCase("20 rules, a whole tier of 125 models, cheapest", { catalog: three, preset: presetOf(["tier:fast"], "cheapest"), health: book, gated: false }),
    planCase("20 rules, 16 targets at all 14 providers, balanced", { catalog: all, preset: presetOf(ids(16), "balanced"), health: wide, gated: false }),
    { name: "classify a prompt of 9 kB", gated: false, run: () => classifyTask({ text: prompt, tools: 0 }) },
    { name: "classify a short prompt", gated: false, run: () => classifyTask({ text: "Summarize the following article in three bullet points.", tools: 0 }) },
  ];
}

function measure({ name, run, gated }: Case) {
  for (let index = 0; index < WARM_UP; index++) run();
  const samples = new Float64Array(ROUNDS);
  for (let index = 0; index < ROUNDS; index++) {
    const began = process.hrtime.bigint();
    run();
    samples[index] = Number(process.hrtime.bigint() - began) / 1000;
  }
  samples.sort();
  const quantile = (share: number): number => Math.round((samples[Math.floor(ROUNDS * share)] ?? 0) * 10) / 10;
  return { case: name, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), bytes: allocated(run), unit: "µs", gated };
}

/** Bytes on the heap for each run, where the collector can be asked to stay away; 0 where it came in between. */
function allocated(run: () => unknown): number {
  const COUNT = 200;
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < COUNT; index++) run();
  return Math.max(0, Math.round((process.memoryUsage().heapUsed - before) / COUNT));
}

const rows = cases().map(measure);
const gated = rows.filter((row) => row.gated);
const failed = gated.filter(({ p50, p99 }) => p50 > GATE.p50 || p99 > GATE.p99);
for (const row of failed) console.error(`gate missed (p50 ≤ ${GATE.p50} µs, p99 ≤ ${GATE.p99} µs): ${row.case}`);
const [first] = rows;
if (process.argv.includes("--json")) console.log(JSON.stringify({ p50: first?.p50, p95: first?.p95, p99: first?.p99, unit: "µs", rows, gate: GATE, rounds: ROUNDS, node: process.version, passed: gated.length - failed.length, failed: failed.length }));
else {
  console.table(rows.map(({ case: name, p50, p95, p99, bytes }) => ({ case: name, p50, p95, p99, bytes })));
  console.log(`${gated.length - failed.length} passed, ${failed.length} failed`);
}
process.exitCode = failed.length > 0 ? 1 : 0;
