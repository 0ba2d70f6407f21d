// `bench analytics`: how long the dashboard's questions take over N requests of one organization in 90 days, asked through the dashboard's own functions.
// Ten million take a quarter of an hour to make: `--keep` leaves them in a folder, and asks what is there when it is given again.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildBundles } from "../infra/scripts/build.mjs";
import { readOptions } from "../infra/scripts/options.mjs";
import { runToEnd } from "../infra/scripts/processes.mjs";
import { root, startStack } from "../infra/scripts/stack.mjs";
import { conclude } from "../infra/scripts/verdict.mjs";

/** At 10 million requests; at 100 million it is 150 ms. */
const P95_MS_MAX = 60;
const OUTPUT_BYTES_MAX = 1 << 20;
const say = (text) => process.stderr.write(`${text}\n`);
const { rows, runs, keep, json } = readOptions({
  command: "bench analytics", about: "how long the dashboard's questions take over many requests",
  options: {
    rows: { count: 1_000_000, min: 1, about: "requests of one organization in 90 days" },
    runs: { count: 40, min: 1, about: "of every question" },
    keep: { text: null, about: "folder in which the rows stay for the next run" },
    json: { about: "one JSON object on standard output" },
  },
}, process.argv.slice(3));

function dataFolder() {
  const dataDir = keep === null ? fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-analytics-")) : path.resolve(keep);
  fs.mkdirSync(dataDir, { recursive: true });
  fs.chmodSync(dataDir, 0o755);
  return dataDir;
}

async function main() {
  await buildBundles();
  const dataDir = dataFolder();
  await runToEnd({ name: "bundle analytics", args: ["infra/scripts/bundle.mjs", "apps/web/test/analytics-source.ts", "apps/web/dist/analytics-source.mjs"], cwd: root, env: process.env });
  const stack = await startStack({ dataDir, env: {}, services: [], onProgress: say });
  try {
    const source = promisify(execFile)(process.execPath, ["apps/web/dist/analytics-source.mjs", String(rows), String(runs)], { cwd: root, env: stack.env, maxBuffer: OUTPUT_BYTES_MAX });
    source.child.stderr.pipe(process.stderr);
    const { results, counts } = JSON.parse((await source).stdout.trim().split("\n").at(-1));
    report(results.map((row) => ({ ...row, holds: row.p95 <= P95_MS_MAX })), counts);
  } finally {
    await stack.stop();
    if (keep === null) fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

function report(results, counts) {
  const failed = results.filter((row) => !row.holds);
  for (const row of failed) say(`gate missed: ${row.case} (p95 ≤ ${P95_MS_MAX} ms)`);
  conclude({ passed: results.length - failed.length, failed: failed.length, json, result: { rows: results, requests: rows, counts, node: process.version, cpu: os.cpus()[0]?.model }, show: () => console.table(results) });
}

await main();
