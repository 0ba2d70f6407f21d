// `bench metering`: usage events a second from the spool to the visible rollup, how long one takes when nobody hurries, and what one weighs in memory that waits for a database.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildBundles } from "../infra/scripts/build.mjs";
import { readOptions } from "../infra/scripts/options.mjs";
import { runToEnd } from "../infra/scripts/processes.mjs";
import { startRedis } from "../infra/scripts/redis.mjs";
import { root, startStack } from "../infra/scripts/stack.mjs";
import { conclude } from "../infra/scripts/verdict.mjs";

const { events, json } = readOptions({
  command: "bench metering", about: "usage events a second from the spool to the visible rollup, and how long one takes",
  options: { events: { count: 100_000, min: 1, about: "made up, for each form of the queue" }, json: { about: "one JSON object on standard output" } },
}, process.argv.slice(3));
const EVENTS_PER_SECOND_MIN = 15_000;
const LAG_P99_MS_MAX = 3_000;
/** A waiting event is on disk; in memory is its place there. At the spool's own limit (400,000 of them by default) that is 160 MB at most. */
const WAITING_BYTES_MAX = 400;
const AWAY_EVENTS = 100_000;
const OUTPUT_BYTES_MAX = 1 << 20;

/** The two forms: the queue in Postgres, and in Redis. */
async function measure(form) {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-metering-"));
  fs.chmodSync(dataDir, 0o755);
  const stops = [() => fs.rmSync(dataDir, { recursive: true, force: true })];
  try {
    const env = {};
    if (form === "redis") {
      const redis = await startRedis(dataDir);
      stops.push(redis.stop);
      env.REDIS_URL = redis.url;
    }
    const stack = await startStack({ dataDir, env, services: ["worker"], onProgress: say });
    stops.push(stack.stop);
    say(`${form}: ${events} events`);
    const { stdout } = await promisify(execFile)(process.execPath, ["apps/gateway/dist/metering-source.mjs", String(events)], { cwd: root, env: { ...stack.env, SPOOL_DIR: path.join(dataDir, "spool-bench") }, maxBuffer: OUTPUT_BYTES_MAX });
    return JSON.parse(stdout.trim().split("\n").at(-1));
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Nothing to book to: all that is metered stays in the spool. */
async function measureAway() {
  const spool = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-away-"));
  try {
    say(`database away: ${AWAY_EVENTS} events`);
    const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "apps/gateway/dist/away-source.mjs", String(AWAY_EVENTS)], { cwd: root, env: { ...process.env, SPOOL_DIR: spool }, maxBuffer: OUTPUT_BYTES_MAX });
    const grown = JSON.parse(stdout.trim().split("\n").at(-1));
    return { case: "database away: an event that waits", unit: "bytes", ...grown, holds: grown.heapBytesPerEvent <= WAITING_BYTES_MAX };
  } finally {
    fs.rmSync(spool, { recursive: true, force: true });
  }
}

function rowsOf(form, { eventsPerSecond, events, booked, unshown, p50, p95, p99, memoryMb }) {
  const lost = events - booked.rows;
  const exact = lost === 0 && unshown === 0 && booked.sums === events && booked.ledger === events;
  return [
    { case: `${form}: spool to rollup`, unit: "events/s", eventsPerSecond, events, lost, exact, memoryMb, holds: exact && eventsPerSecond >= EVENTS_PER_SECOND_MIN },
    { case: `${form}: lag at 100 events/s`, unit: "ms", p50, p95, p99, holds: p99 <= LAG_P99_MS_MAX },
  ];
}

const say = (text) => process.stderr.write(`${text}\n`);

async function main() {
  await buildBundles();
  for (const source of ["metering-source", "away-source"]) await runToEnd({ name: `bundle ${source}`, args: ["infra/scripts/bundle.mjs", `apps/gateway/test/${source}.ts`, `apps/gateway/dist/${source}.mjs`], cwd: root, env: process.env });
  const rows = [await measureAway()];
  for (const form of ["postgres", "redis"]) rows.push(...rowsOf(form, await measure(form)));
  const failed = rows.filter((row) => !row.holds);
  for (const row of failed) say(`gate missed: ${row.case} (≥ ${EVENTS_PER_SECOND_MIN} events/s, lag p99 ≤ ${LAG_P99_MS_MAX} ms, nothing lost, ${WAITING_BYTES_MAX} bytes of memory an event that waits)`);
  conclude({ passed: rows.length - failed.length, failed: failed.length, json, result: { rows, node: process.version, cpu: os.cpus()[0]?.model }, show: () => console.table(rows) });
}

await main();
