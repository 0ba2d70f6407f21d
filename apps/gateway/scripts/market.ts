// `market [--seed N] [--json] [--write]`: a day of traffic under each built-in preset against one frontier model at one provider. `--write` puts the table into docs/routing.md and the pictures beside it.
import fs from "node:fs";
import path from "node:path";
import { SEED, snapshotFrom } from "@trunkline/catalog";
import { BUILT_IN_PRESETS } from "@trunkline/router-core";
import { replaceSection } from "../../../packages/router-core/scripts/doc-section.ts";
import { loadPrompts } from "../../../packages/router-core/scripts/labelled-prompts.ts";
import { runDay, type Day, type DayResult } from "./market/market-day.ts";
import { costPlot, firstTokenPlot, servedPlot } from "./market/market-plots.ts";
import { outages, requests, REQUESTS } from "./market/market-world.ts";

const BASELINE = { model: "openai/gpt-5.2", provider: "openai" };
const option = (name: string): string | undefined => { const at = process.argv.indexOf(`--${name}`); return at < 0 ? undefined : process.argv[at + 1]; };
const round = (value: number, digits = 4): number => Number(value.toFixed(digits));
const shown = (result: DayResult) => ({
  successRate: round(result.successRate, 5), amplification: round(result.amplification), costUsd: round(result.costUsd), taskSuccess: round(result.taskSuccess), ttftMsP50: Math.round(result.ttftMsP50), ttftMsP95: Math.round(result.ttftMsP95),
  recoveryMsP50: Math.round(result.recoveryMsP50), lostTo: result.lostTo,
});

/** A median needs no more, and there are three times as many places as presets. */
const HINDSIGHT_EVERY = 4;

/** The quickest single endpoint of those that `speed` may choose, known only when the day is over. */
async function hindsight(day: Day): Promise<{ readonly place: string; readonly ttftMsP50: number }> {
  const targets = BUILT_IN_PRESETS.get("speed")?.document.rules.at(-1)?.targets ?? [];
  const places = targets.flatMap(({ model }) => (day.catalog.endpointsByModel.get(model) ?? []).map(({ provider }) => ({ model, provider })));
  const sample: Day = { ...day, traffic: day.traffic.filter(({ id }) => id % HINDSIGHT_EVERY === 0) };
  const runs = [];
  for (const place of places) runs.push({ place: `${place.provider} ${place.model}`, ttftMsP50: (await runDay(sample, { preset: null, ...place })).ttftMsP50 });
  return runs.reduce((best, run) => (run.ttftMsP50 < best.ttftMsP50 ? run : best), runs[0] ?? { place: "none", ttftMsP50: 0 });
}

const seed = option("seed") ?? "1";
const catalog = snapshotFrom(SEED);
const day: Day = { seed, catalog, traffic: requests(seed, loadPrompts("held-out")), spells: outages(seed) };
const single = await runDay(day, { preset: null, ...BASELINE });
const baseline = { ...BASELINE, ...shown(single) };
const days = new Map<string, DayResult>();
for (const [slug, preset] of BUILT_IN_PRESETS) days.set(slug, await runDay(day, { preset, model: null }));
const presets = Object.fromEntries([...days].map(([slug, result]) => [slug, { ...shown(result), savedShare: round(1 - (result.costUsd / result.successRate) / (single.costUsd / single.successRate)) }]));
const best = await hindsight(day);
const speedOverBest = round((presets["speed"]?.ttftMsP50 ?? 0) / best.ttftMsP50);

const AIMS: readonly (readonly [string, boolean])[] = [
  ["balanced serves at least 99.9 % with one of three providers bad at any moment", (presets["balanced"]?.successRate ?? 0) >= 0.999],
  ["balanced makes at most 1.2 attempts a request", (presets["balanced"]?.amplification ?? 9) <= 1.2],
  ["cost saves at least 60 % of an answered request", (presets["cost"]?.savedShare ?? 0) >= 0.6],
  ["cost does the task within one point of the frontier model", (presets["cost"]?.taskSuccess ?? 0) >= single.taskSuccess - 0.01],
  ["speed is within 10 % of the best single choice in hindsight", speedOverBest <= 1.1],
];
const missed = AIMS.filter(([, holds]) => !holds);

function table(): string {
  const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
  const row = (name: string, result: ReturnType<typeof shown>, saved: string): string => `| ${name} | ${percent(result.successRate)} | ${result.amplification.toFixed(3)} | ${result.costUsd.toFixed(2)} | ${saved} | ${percent(result.taskSuccess)} | ${result.ttftMsP50} | ${result.ttftMsP95} | ${(result.recoveryMsP50 / 1000).toFixed(1)} |`;
  return [
    `Seed ${seed}, ${REQUESTS.toLocaleString("en-US")} requests, ${day.spells.length} outages in turn. Made by \`pnpm market --seed ${seed} --write\`.`, "",
    "| preset | served | attempts a request | cost in USD | saved | task done | first token p50 ms | p95 ms | recovery p50 s |", "|---|---|---|---|---|---|---|---|---|",
    row(`${BASELINE.model} at ${BASELINE.provider} alone`, baseline, "–"), ...Object.entries(presets).map(([slug, result]) => row(`\`${slug}\``, result, percent(result.savedShare))), "",
    `Best single endpoint for speed in hindsight: ${best.place}, p50 ${Math.round(best.ttftMsP50)} ms; \`speed\` is at ${speedOverBest.toFixed(2)} of it.`, "",
    ...AIMS.map(([name, holds]) => `- ${holds ? "Met" : "**Missed**"}: ${name}.`),
  ].join("\n");
}

for (const [name] of missed) console.error(`aim missed: ${name}`);
if (process.argv.includes("--write")) {
  replaceSection(path.resolve("docs/routing.md"), "market", table());
  const plotted = [{ name: `${BASELINE.model} alone`, isBaseline: true, ...baseline }, ...Object.entries(presets).map(([name, result]) => ({ name, isBaseline: false, ...result }))];
  const write = (name: string, svg: string): void => fs.writeFileSync(path.resolve(`docs/images/market-${name}.svg`), svg);
  write("served", servedPlot({ name: `${BASELINE.model} at ${BASELINE.provider} alone`, servedBySlice: single.servedBySlice }, { name: "balanced", servedBySlice: days.get("balanced")?.servedBySlice ?? [] }));
  write("cost", costPlot(plotted));
  write("first-token", firstTokenPlot(plotted));
}
if (process.argv.includes("--json")) console.log(JSON.stringify({ seed, presets, baseline, hindsight: { ...best, speedOverBest }, outages: day.spells.length, requests: REQUESTS, passed: AIMS.length - missed.length, failed: missed.length }));
else {
  console.log(table());
  console.log(`${AIMS.length - missed.length} passed, ${missed.length} failed`);
}
process.exitCode = missed.length > 0 ? 1 : 0;
