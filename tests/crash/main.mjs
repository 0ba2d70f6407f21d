// `crash --requests N --kills K --seed S [--json]`: SIGKILL of gateway and worker at seeded moments under load, then the oracle. Variants:
// `--redis-emptied` runs on Redis and flushes it after every kill; `--stripe-faults` puts a bad line before Stripe's stand-in; `--unsynced` takes
// what the spool had not synced with every kill of the gateway; `--postgres-away` stops Postgres in the middle of the load.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { freePort, startPostgres } from "../../infra/scripts/postgres.mjs";
import { startRedis } from "../../infra/scripts/redis.mjs";
import { developmentSecrets, root, startStack } from "../../infra/scripts/stack.mjs";
import { runCallers, scriptOf, seeded } from "./callers.mjs";
import { judge } from "./oracle.mjs";
import { judgeOutage, outage } from "./postgres-away.mjs";
import { judgeReceipts } from "./receipts.mjs";
import { startStripeLine } from "./stripe-line.mjs";
import { billingEnvironment, exporting, judgeExport, subscribe } from "./stripe.mjs";
import { discardUnsynced, excuseWindow, inWindow, unsyncedEnvironment } from "./unsynced.mjs";

const CONCURRENCY = 16;
/** The spool is replayed and the queue emptied well within this on two cores; a run that needs longer has lost something. */
const QUIESCE_TIMEOUT_MS = 120_000;

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  const value = at === -1 ? fallback : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 0) {
    console.error(`--${name} wants a whole number`);
    process.exit(64);
  }
  return value;
};
const requests = option("requests", 2000);
const killCount = option("kills", 10);
const seed = option("seed", 1);
const redisEmptied = process.argv.includes("--redis-emptied");
const stripeFaults = process.argv.includes("--stripe-faults");
const unsynced = process.argv.includes("--unsynced");
const postgresAway = process.argv.includes("--postgres-away");
const say = (text) => process.stderr.write(`${text}\n`);

/** Every provider of the registry, pointed at the simulator with a credential of its own. */
function providersAt(simulatorPort) {
  const env = {};
  for (const [name, id, suffix] of [["OPENAI", "openai", "/v1"], ["ANTHROPIC", "anthropic", ""], ["GEMINI", "gemini", "/v1beta"], ["MISTRAL", "mistral", "/v1"], ["DEEPSEEK", "deepseek", "/v1"], ["GROQ", "groq", "/v1"]]) {
    env[`${name}_API_KEY`] = `sk-simulated-${id}`;
    env[`${name}_BASE_URL`] = `http://127.0.0.1:${simulatorPort}/${id}${suffix}`;
  }
  return env;
}

/** Kills at seeded counts of finished requests, so that a seed means the same moments on a slower machine. */
function killPlan(random) {
  return Array.from({ length: killCount }, () => ({ after: Math.floor(random() * requests * 0.95), service: random() < 0.65 ? "gateway" : "worker", delayMs: Math.floor(random() * 40) })).sort((a, b) => a.after - b.after);
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
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The run's own Postgres, which can go away and come back on its port. */
async function runPostgres(dataDir) {
  const at = { dataDir: path.join(dataDir, "postgres"), port: await freePort(), password: developmentSecrets(dataDir).postgresPassword };
  let server = await startPostgres(at);
  return { url: server.url, stop: () => server.stop(), start: async () => { server = await startPostgres(at); } };
}

/** Everything that the run needs beside the stack, and the stack. */
async function startAll(dataDir) {
  const [simulatorPort, standInPort] = [await freePort(), await freePort()];
  const redis = redisEmptied ? await startRedis(dataDir) : null;
  const redisUrl = redis?.url ?? process.env.REDIS_URL;
  const line = stripeFaults ? await startStripeLine(`http://127.0.0.1:${standInPort}`) : null;
  const postgres = await runPostgres(dataDir);
  // What the simulator serves is to be the callers' alone.
  const env = { PROBES: "off", ...providersAt(simulatorPort), ...billingEnvironment(line?.port ?? standInPort), ...(redisUrl ? { REDIS_URL: redisUrl } : {}), ...(unsynced ? unsyncedEnvironment(dataDir) : {}), DATABASE_URL: postgres.url };
  const stopOthers = async () => { line?.stop(); redis?.stop(); await postgres.stop(); };
  try {
    const stack = await startStack({ dataDir, ports: { SIMULATOR_PORT: simulatorPort, STRIPE_STAND_IN_PORT: standInPort }, env, services: ["simulator", "stripe", "worker", "gateway"], onProgress: say, onExit: (name, code, lines) => say(`${name} ended by itself (${code}): ${lines.slice(-3).join(" | ")}`) });
    return { stack, redis, line, postgres, stop: async () => { await stack.stop(); await stopOthers(); } };
  } catch (error) {
    await stopOthers();
    throw error;
  }
}

async function main() {
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
    // Paced, so that kills and hang-ups strike in the middle of streams.
    await fetch(`${stack.urls.simulator}/_admin/faults`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ "*": "pace=2" }) });
    await judgeRun({ all, client, made, run: await loadWithKills({ ...all, dataDir, apiKey: made.apiKey, random: seeded(seed) }) });
  } finally {
    await client.end();
    await all.stop();
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

async function judgeRun({ all: { stack, line }, client, made: { organizationId }, run: { callers, kills, away, discardedBytes } }) {
  const { judged, lostInWindow } = unsynced ? await settled({ client, organizationId, callers, kills }) : { judged: callers, lostInWindow: 0 };
  await quiesce(client, organizationId, judged.filter((seen) => seen.outcome === "complete" && seen.requestId).map((seen) => seen.requestId));
  const simulator = (await (await fetch(`${stack.urls.simulator}/_admin/journal`)).text()).trim().split("\n").filter(Boolean).map((text) => JSON.parse(text));
  const verdicts = [await judge({ client, organizationId, callers: judged, simulator, kills }), await judgeExport({ url: stack.urls.stripe, client, organizationId })];
  const receipts = await judgeReceipts({ client, organizationId, gatewayUrl: stack.urls.gateway });
  const outageVerdict = away ? judgeOutage({ seen: away.seen, callers }) : null;
  const variants = {
    ...(unsynced ? { lostInWindow, discardedBytes } : {}), ...(line ? { stripeFaults: line.counts } : {}),
    ...(away ? { postgresAwayMs: away.seen.toMs - away.seen.fromMs, servedMeanwhile: outageVerdict.served, grownBytes: away.seen.growthBytes } : {}),
  };
  report({ verdicts: [...verdicts, receipts, ...(outageVerdict ? [outageVerdict] : [])], signed: receipts.signed, variants }, callers, kills);
}

/** What the window took is known when all that it cannot have taken is there and nothing more comes. */
async function settled({ client, organizationId, callers, kills }) {
  await quiesce(client, organizationId, callers.filter((seen) => seen.outcome === "complete" && seen.requestId && !inWindow(seen, kills)).map((seen) => seen.requestId));
  return excuseWindow({ client, organizationId, callers, kills });
}

async function loadWithKills({ stack, postgres, redis, dataDir, apiKey, random }) {
  const plan = killPlan(random);
  const scripts = Array.from({ length: requests }, (_, index) => scriptOf(index, random));
  const kills = [];
  const away = postgresAway ? outage({ postgres, requests, pidOf: (name) => stack.services.get(name).child.pid, say }) : null;
  let isAway = false;
  let discardedBytes = 0;
  let restarting = Promise.resolve();
  const killOne = async ({ service, delayMs }, done) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const whileExporting = service === "worker" && await exporting(stack.urls.stripe);
    kills.push({ service, atMs: Date.now(), whileExporting });
    await stack.services.get(service).kill("SIGKILL");
    if (unsynced && service === "gateway") discardedBytes += discardUnsynced(dataDir);
    await redis?.command("FLUSHALL");
    await stack.start(service);
    say(`killed ${service} after ${done} requests${whileExporting ? ", a meter event under way" : ""}`);
  };
  // A step that fails ends the run at its await below, after which everything is stopped; unheard, it would end this process and leave the stack.
  const then = (step) => { restarting = restarting.then(step); restarting.catch(() => {}); };
  const onDone = (done) => {
    // Kills that fall into the outage follow it: a process that starts needs Postgres.
    if (away?.isDue(done) && !isAway) { isAway = true; then(away.run); }
    while (plan.length && done >= plan[0].after) {
      const next = plan.shift();
      then(() => killOne(next, done));
    }
  };
  const callers = await runCallers({ gatewayUrl: stack.urls.gateway, apiKey, scripts, concurrency: CONCURRENCY, onDone });
  away?.loadEnded();
  await restarting;
  return { callers, kills, away, discardedBytes };
}

function report({ verdicts, signed, variants }, callers, kills) {
  for (const note of verdicts.flatMap((verdict) => verdict.notes)) say(note);
  const outcomes = {};
  for (const { outcome } of callers) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const [lost, doubled, wrong] = ["lost", "doubled", "wrong"].map((kind) => verdicts.reduce((sum, verdict) => sum + verdict[kind], 0));
  const killsWhileExporting = kills.filter((kill) => kill.whileExporting).length;
  const holds = lost + doubled + wrong === 0 && kills.length === killCount;
  if (process.argv.includes("--json")) console.log(JSON.stringify({ requests: callers.length, kills: kills.length, lost, doubled, wrong, seed, killsWhileExporting, receipts: signed, outcomes, ...variants }));
  else console.log(`${JSON.stringify(outcomes)}; ${signed} receipts; lost ${lost}, doubled ${doubled}, wrong ${wrong}\n${holds ? 1 : 0} passed, ${holds ? 0 : 1} failed`);
  process.exitCode = holds ? 0 : 1;
}

await main();
