// `race`: more calls than a hard budget can pay for, all at once, over two gateway processes that share Redis. It promises to say how
// many were admitted by what the callers saw, what the simulator served and what the ledger holds, and that the three agree.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { buildBundles } from "../../infra/scripts/build.mjs";
import { readOptions } from "../../infra/scripts/options.mjs";
import { freePort } from "../../infra/scripts/postgres.mjs";
import { startProcess, waitForHttp } from "../../infra/scripts/processes.mjs";
import { startRedis } from "../../infra/scripts/redis.mjs";
import { root, startStack } from "../../infra/scripts/stack.mjs";
import { conclude } from "../../infra/scripts/verdict.mjs";
import { callOnce, callUntilSettled } from "./callers.mjs";

const CALLS = 1_000;
const CAP_NANO_USD = 5_000_000_000;
/** What each call may cost at most, by its output limit and the price below. */
const CALL_NANO_USD = 100_000_000;
const OUTPUT_TOKENS = 100;
/** Only output costs money here, so that a call's bound and its price are the same whole number. */
const OUTPUT_NANO_USD_PER_MILLION = (CALL_NANO_USD / OUTPUT_TOKENS) * 1_000_000;
const MODEL = "openai/gpt-5-mini";
const PAUSE_MS = 2_000;
/** Spool, queue and ingest need well under a second each; what a queue lost with its Redis is sent again after a minute. */
const BOOKED_TIMEOUT_MS = 30_000;
const SENT_AGAIN_TIMEOUT_MS = 120_000;
/** Redis is emptied at these moments after the first call: while calls are in flight, again while others are, and once they have ended. */
const EMPTIED_AT_MS = [150, 600, 3_000];
/** Calls last longer than the moments are apart, so that holds are lost. */
const LONG_CALL_MS = 1_000;

/** `tokens` is what the provider counts. The last call is let in while a whole bound is free, whatever the others came to. */
const CASES = [
  { name: "plain", tokens: OUTPUT_TOKENS, pause: false, again: false },
  { name: "redis_paused", tokens: OUTPUT_TOKENS, pause: true, again: true },
  { name: "redis_emptied", tokens: OUTPUT_TOKENS, pause: false, again: true, emptied: true },
  { name: "ends_under_reservation", tokens: 40, pause: false, again: true },
];
const costOf = ({ tokens }) => (CALL_NANO_USD / OUTPUT_TOKENS) * tokens;
const admittedBy = (spec) => Math.floor((CAP_NANO_USD - CALL_NANO_USD) / costOf(spec)) + 1;

const { json } = readOptions({ command: "race", about: "1,000 calls at once against a hard budget that pays for 50, over two gateways", options: { json: { about: "one JSON object on standard output" } } });
const say = (text) => process.stderr.write(`${text}\n`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Two gateways, each with a spool of its own. */
async function startGateways(stack, dataDir) {
  await stack.start("gateway");
  const port = await freePort();
  const second = startProcess({ name: "second gateway", args: ["apps/gateway/dist/main.mjs"], cwd: root, env: { ...stack.env, GATEWAY_PORT: String(port), SPOOL_DIR: path.join(dataDir, "spool-2") } });
  await waitForHttp(`http://127.0.0.1:${port}/readyz`, BOOKED_TIMEOUT_MS);
  return { urls: [stack.urls.gateway, `http://127.0.0.1:${port}`], stop: () => second.stop() };
}

/** An organization whose only key may spend the cap, once. */
async function customer({ stack, client }, name) {
  const { stdout } = await promisify(execFile)(process.execPath, ["apps/web/dist/trunkline.mjs", "bootstrap", "--email", `${name}@example.com`, "--password", "Race-run-horse-9", "--org", name, "--json"], { cwd: root, env: stack.env });
  const made = JSON.parse(stdout.trim().split("\n").at(-1));
  await client.query('UPDATE organization SET "rpmLimit" = NULL WHERE id = $1', [made.organizationId]);
  await client.query('UPDATE api_key SET "rpmLimit" = NULL WHERE "organizationId" = $1', [made.organizationId]);
  await client.query(`INSERT INTO budget (id, "organizationId", scope, "scopeId", name, period, "limitNanoUsd") VALUES ($2, $1, 'organization', $1, 'race', 'total', $3)`, [made.organizationId, `bud_${name}`, CAP_NANO_USD]);
  return made;
}

async function booked(client, organizationId, count, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { rows: [row] } = await client.query(`SELECT count(*)::int AS count, coalesce(sum(e."amountNanoUsd"), 0)::bigint AS spent FROM ledger_entry e WHERE e."organizationId" = $1 AND e.account = 'customer_receivable'`, [organizationId]);
    if (row.count >= count || Date.now() > deadline) return { count: row.count, spentNanoUsd: Number(row.spent) };
    await pause(100);
  }
}

async function run(spec, parties) {
  const { stack, client, redis, gateways } = parties;
  const { organizationId, apiKey } = await customer(parties, `race_${spec.name}`);
  await fetch(`${stack.urls.simulator}/_admin/faults`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ "*": `usage=10,${spec.tokens};delay=${spec.emptied ? LONG_CALL_MS : 20}` }) });
  const calls = Array.from({ length: CALLS }, (_, index) => ({ url: gateways.urls[index % gateways.urls.length], apiKey, body: { model: MODEL, max_tokens: OUTPUT_TOKENS, stream: index % 3 === 0, user: `race-${index}`, messages: [{ role: "user", content: `Call ${index}.` }] } }));
  const send = spec.again ? callUntilSettled : (all) => Promise.all(all.map(callOnce));
  const statuses = [];
  if (spec.pause) {
    // The budget has its counter before the silence, so that what times out here may still be held there.
    statuses.push(await callOnce(calls.shift()));
    await redis.command(`CLIENT PAUSE ${PAUSE_MS} ALL`);
  }
  const emptied = spec.emptied ? Promise.all(EMPTIED_AT_MS.map((ms) => pause(ms).then(() => redis.command("FLUSHALL")))) : null;
  statuses.push(...await send(calls));
  await emptied;
  const admitted = statuses.filter((status) => status === 200).length;
  const { count, spentNanoUsd } = await booked(client, organizationId, admitted, spec.emptied ? SENT_AGAIN_TIMEOUT_MS : BOOKED_TIMEOUT_MS);
  const others = statuses.filter((status) => status !== 200 && status !== 402);
  const expected = admittedBy(spec);
  const holds = admitted === expected && count === expected && spentNanoUsd === expected * costOf(spec) && spentNanoUsd <= CAP_NANO_USD && others.length === 0;
  say(`${spec.name}: ${admitted} admitted (${expected} expected), ${spentNanoUsd / 1e9} of ${CAP_NANO_USD / 1e9} USD spent by the ledger, ${others.length} other answers`);
  return { name: spec.name, admitted, expected, booked: count, spentNanoUsd, capNanoUsd: CAP_NANO_USD, otherAnswers: others.length, holds };
}

async function main() {
  await buildBundles();
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-race-"));
  fs.chmodSync(dataDir, 0o755);
  const stops = [() => fs.rmSync(dataDir, { recursive: true, force: true })];
  try {
    const redis = await startRedis(dataDir);
    stops.push(redis.stop);
    const simulatorPort = await freePort();
    const env = { REDIS_URL: redis.url, OPENAI_API_KEY: "sk-simulated-openai", OPENAI_BASE_URL: `http://127.0.0.1:${simulatorPort}/openai/v1` };
    const stack = await startStack({ dataDir, ports: { SIMULATOR_PORT: simulatorPort }, env, services: ["simulator", "worker"], onProgress: say });
    stops.push(stack.stop);
    const client = new pg.Client({ connectionString: stack.env.DATABASE_URL });
    await client.connect();
    stops.push(() => client.end());
    await client.query('UPDATE price_version SET "inputNanoUsdPerMillion" = 0, "cacheReadNanoUsdPerMillion" = 0, "cacheWriteNanoUsdPerMillion" = 0, "outputNanoUsdPerMillion" = $2 WHERE "modelId" = $1', [MODEL, OUTPUT_NANO_USD_PER_MILLION]);
    const gateways = await startGateways(stack, dataDir);
    stops.push(gateways.stop);
    const results = [];
    for (const spec of CASES) results.push(await run(spec, { stack, client, redis, gateways }));
    report(results);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

function report(results) {
  const failed = results.filter((result) => !result.holds).length;
  const { admitted, spentNanoUsd, capNanoUsd } = results[0];
  conclude({ passed: results.length - failed, failed, json, result: { admitted, spentNanoUsd, capNanoUsd, calls: CALLS, cases: results } });
}

await main();
