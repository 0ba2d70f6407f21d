// `crash`: SIGKILL of gateway, worker, Postgres, Stripe's stand-in and (where the run has its own) Redis at seeded moments under load, then the oracle. What it takes, its
// variants among it, stands in COMMAND; it starts everything it needs and stops it.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { buildBundles } from "../../infra/scripts/build.mjs";
import { readOptions, refuse } from "../../infra/scripts/options.mjs";
import { freePort, startPostgres } from "../../infra/scripts/postgres.mjs";
import { startRedis } from "../../infra/scripts/redis.mjs";
import { developmentSecrets, root, startStack } from "../../infra/scripts/stack.mjs";
import { judgeBudget, limitBudget } from "./budget.mjs";
import { call, scriptOf, seeded } from "./callers.mjs";
import { loadWithKills } from "./load.mjs";
import { judge } from "./oracle.mjs";
import { grown, judgeOutage, OUTAGE_REQUESTS_MIN } from "./postgres-away.mjs";
import { judgeReceipts } from "./receipts.mjs";
import { report } from "./report.mjs";
import { startStripeLine } from "./stripe-line.mjs";
import { billingEnvironment, judgeExport, subscribe } from "./stripe.mjs";
import { excuseWindow, inWindow, unsyncedEnvironment } from "./unsynced.mjs";

/** Keys that were seen are taken for good for five minutes without Postgres; a longer absence refuses calls as documented. */
const AWAY_SECONDS_MAX = 240;
const COMMAND = {
  command: "crash", about: "kills the processes under load, and counts what was lost, doubled or wrong",
  options: {
    requests: { count: 2000, min: 1, about: "calls, plain and streamed, some of which hang up" },
    kills: { count: 10, about: "SIGKILLs of gateway, worker, Postgres, Stripe's stand-in, and Redis where the run has its own" },
    seed: { count: 1, about: "chooses requests, victims and moments" },
    "redis-emptied": { about: "runs on Redis, emptied with every kill and killed itself, under a budget that must go on counting all" },
    "stripe-faults": { about: "Stripe answers late, twice, with an error or not at all after accepting" },
    unsynced: { about: "what the spool had not synced goes with the gateway (Linux)" },
    "postgres-away": { about: "Postgres is away for a while in the middle of the load" },
    "away-seconds": { count: 60, min: 1, max: AWAY_SECONDS_MAX, about: "for how long" },
    json: { about: "one JSON object on standard output" },
  },
};
/** The spool is replayed and the queue emptied well within this on two cores; a run that needs longer has lost something. */
const QUIESCE_TIMEOUT_MS = 120_000;
/** What a killed Postgres leaves behind (its children, its shared memory) is gone within a second. */
const RESTART_TRIES_MAX = 20;
const RESTART_EVERY_MS = 250;

const options = readOptions(COMMAND);
const { unsynced } = options;
if (options["postgres-away"] && options.requests < OUTAGE_REQUESTS_MIN) refuse("crash", `--postgres-away wants --requests ${OUTAGE_REQUESTS_MIN} or more: nobody would call meanwhile`);
const say = (text) => process.stderr.write(`${text}\n`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Every provider of the registry, pointed at the simulator with a credential of its own. */
function providersAt(simulatorPort) {
  const env = {};
  for (const [name, id, suffix] of [["OPENAI", "openai", "/v1"], ["ANTHROPIC", "anthropic", ""], ["GEMINI", "gemini", "/v1beta"], ["MISTRAL", "mistral", "/v1"], ["DEEPSEEK", "deepseek", "/v1"], ["GROQ", "groq", "/v1"]]) {
    env[`${name}_API_KEY`] = `sk-simulated-${id}`;
    env[`${name}_BASE_URL`] = `http://127.0.0.1:${simulatorPort}/${id}${suffix}`;
  }
  return env;
}

async function quiesce(client, organizationId, expected) {
  const deadline = Date.now() + QUIESCE_TIMEOUT_MS;
  let last = -1;
  let steady = 0;
  while (Date.now() < deadline) {
    const { rows } = await client.query('SELECT id FROM generation WHERE "organizationId" = $1', [organizationId]);
    const present = new Set(rows.map((row) => row.id));
    const missing = expected.filter((id) => !present.has(id)).length;
    steady = rows.length === last ? steady + 1 : 0;
    last = rows.length;
    if (missing === 0 && steady >= 8) return;
    await pause(250);
  }
}

/** The run's own Postgres, which can be killed and comes back on its port. */
async function runPostgres(dataDir) {
  const at = { dataDir: path.join(dataDir, "postgres"), port: await freePort(), password: developmentSecrets(dataDir).postgresPassword };
  let server = await startPostgres(at);
  const start = async () => {
    for (let tries = 1; ; tries++) {
      try { server = await startPostgres(at); return; } catch (error) { if (tries === RESTART_TRIES_MAX) throw error; }
      await pause(RESTART_EVERY_MS);
    }
  };
  return { url: server.url, stop: () => server.stop(), kill: () => server.kill(), start };
}

/** The run's own Redis, the same; it keeps nothing on disk, so that it comes back empty. */
async function runRedis(dataDir) {
  let server = await startRedis(dataDir);
  const { url, port } = server;
  return { url, command: (text) => server.command(text), stop: () => server.stop(), kill: async () => server.stop(), start: async () => { server = await startRedis(dataDir, port); } };
}

/** Everything that the run needs beside the stack, and the stack. */
async function startAll(dataDir) {
  const [simulatorPort, standInPort] = [await freePort(), await freePort()];
  const redis = options["redis-emptied"] ? await runRedis(dataDir) : null;
  const redisUrl = redis?.url ?? process.env.REDIS_URL;
  const line = options["stripe-faults"] ? await startStripeLine(`http://127.0.0.1:${standInPort}`) : null;
  const postgres = await runPostgres(dataDir);
  // What the simulator serves is to be the callers' alone.
  const env = { PROBES: "off", ...providersAt(simulatorPort), ...billingEnvironment(line?.port ?? standInPort, dataDir), ...(redisUrl ? { REDIS_URL: redisUrl } : {}), ...(unsynced ? unsyncedEnvironment(dataDir) : {}), DATABASE_URL: postgres.url };
  const stopOthers = async () => { line?.stop(); await redis?.stop(); await postgres.stop(); };
  try {
    const stack = await startStack({ dataDir, ports: { SIMULATOR_PORT: simulatorPort, STRIPE_STAND_IN_PORT: standInPort }, env, services: ["simulator", "stripe", "worker", "gateway"], onProgress: say, onExit: (name, code, lines) => say(`${name} ended by itself (${code}): ${lines.slice(-3).join(" | ")}`) });
    return { stack, redis, line, postgres, dataDir, stop: async () => { await stack.stop(); await stopOthers(); } };
  } catch (error) {
    await stopOthers();
    throw error;
  }
}

async function main() {
  await buildBundles();
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-crash-"));
  fs.chmodSync(dataDir, 0o755);
  const all = await startAll(dataDir);
  const { stack } = all;
  const client = new pg.Pool({ connectionString: stack.env.DATABASE_URL, max: 1 });
  // An idle connection that ends because Postgres went away is no fault of the run.
  client.on("error", () => {});
  try {
    // Not the synchronous form: it would leave this process blind to connections that close meanwhile.
    const { stdout } = await promisify(execFile)(process.execPath, ["apps/web/dist/trunkline.mjs", "bootstrap", "--email", "crash@example.com", "--password", "Crash-run-horse-9", "--org", "Crash", "--json"], { cwd: root, env: stack.env });
    const made = JSON.parse(stdout.trim().split("\n").at(-1));
    await subscribe({ url: stack.urls.stripe, client, organizationId: made.organizationId });
    if (all.redis) await limitBudget({ client, organizationId: made.organizationId });
    // Paced, so that kills and hang-ups strike in the middle of streams.
    await fetch(`${stack.urls.simulator}/_admin/faults`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ "*": "pace=2" }) });
    await judgeRun({ all, client, made, run: await loadWithKills({ parties: all, options, apiKey: made.apiKey, random: seeded(options.seed), say }) });
  } finally {
    await client.end();
    await all.stop();
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

async function judgeRun({ all: { stack, line, redis }, client, made: { organizationId, apiKey }, run: { callers: during, kills, away } }) {
  // A kill may have emptied Redis behind the last call: a budget's counter is made by a call.
  const callers = redis ? [...during, await call(stack.urls.gateway, apiKey, scriptOf(options.requests, seeded(options.seed)))] : during;
  const window = unsynced ? await settled({ client, organizationId, callers, kills }) : null;
  const judged = window?.judged ?? callers;
  await quiesce(client, organizationId, judged.filter((seen) => seen.outcome === "complete" && seen.requestId).map((seen) => seen.requestId));
  const simulator = (await (await fetch(`${stack.urls.simulator}/_admin/journal`)).text()).trim().split("\n").filter(Boolean).map((text) => JSON.parse(text));
  const verdicts = [await judge({ client, organizationId, callers: judged, simulator, kills }), await judgeExport({ url: stack.urls.stripe, client, organizationId })];
  const receipts = await judgeReceipts({ client, organizationId, gatewayUrl: stack.urls.gateway });
  const budget = redis ? await judgeBudget({ client, organizationId, redis }) : null;
  const outageVerdict = away ? judgeOutage({ seen: away.seen, callers }) : null;
  const facts = {
    receipts: receipts.signed, ...(budget ? { budgetOvercountNanoUsd: budget.overcountNanoUsd } : {}),
    ...(window ? { ...window.facts, discardedBytes: kills.reduce((sum, kill) => sum + (kill.unsynced?.bytes ?? 0), 0) } : {}), ...(line ? { stripeFaults: line.counts } : {}),
    ...(away ? { postgresAwayMs: away.seen.toMs - away.seen.fromMs, servedMeanwhile: outageVerdict.served, grown: grown(away.seen) } : {}),
  };
  report({ verdicts: [...verdicts, receipts, window?.verdict, outageVerdict, budget].filter(Boolean), callers: during, kills, options, facts, say });
}

/** What the window took is known when all that it cannot have taken is there and nothing more comes. */
async function settled({ client, organizationId, callers, kills }) {
  await quiesce(client, organizationId, callers.filter((seen) => seen.outcome === "complete" && seen.requestId && !inWindow(seen, kills)).map((seen) => seen.requestId));
  return excuseWindow({ client, organizationId, callers, kills });
}

await main();
