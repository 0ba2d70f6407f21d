// `crash --requests N --kills K --seed S [--json]`: SIGKILL of gateway and worker at seeded moments under load, then the oracle. Variants:
// `--redis-emptied` runs on Redis and flushes it after every kill; `--stripe-faults` lets Stripe's stand-in accept meter events and hang up.
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { startRedis } from "../../infra/scripts/redis.mjs";
import { root, startStack } from "../../infra/scripts/stack.mjs";
import { runCallers, scriptOf, seeded } from "./callers.mjs";
import { judge } from "./oracle.mjs";
import { judgeReceipts } from "./receipts.mjs";
import { billingEnvironment, exporting, hangUpOnMeterEvents, judgeExport, subscribe } from "./stripe.mjs";

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

async function main() {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-crash-"));
  fs.chmodSync(dataDir, 0o755);
  const random = seeded(seed);
  const { freePort } = await import("../../infra/scripts/postgres.mjs");
  const [simulatorPort, standInPort] = [await freePort(), await freePort()];
  const redis = redisEmptied ? await startRedis(dataDir) : null;
  const redisUrl = redis?.url ?? process.env.REDIS_URL;
  const env = { ...providersAt(simulatorPort), ...billingEnvironment(standInPort), ...(redisUrl ? { REDIS_URL: redisUrl } : {}) };
  const stack = await startStack({ dataDir, ports: { SIMULATOR_PORT: simulatorPort, STRIPE_STAND_IN_PORT: standInPort }, env, services: ["simulator", "stripe", "worker", "gateway"], onProgress: say });
  const client = new pg.Client({ connectionString: stack.env.DATABASE_URL });
  try {
    await client.connect();
    // Not the synchronous form: it would leave this process blind to connections that close meanwhile.
    const { stdout } = await promisify(execFile)(process.execPath, ["apps/web/dist/trunkline.mjs", "bootstrap", "--email", "crash@example.com", "--password", "Crash-run-horse-9", "--org", "Crash", "--json"], { cwd: root, env: stack.env });
    const made = JSON.parse(stdout.trim().split("\n").at(-1));
    await subscribe({ url: stack.urls.stripe, client, organizationId: made.organizationId });
    // Paced, so that kills and hang-ups strike in the middle of streams.
    await fetch(`${stack.urls.simulator}/_admin/faults`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ "*": "pace=2" }) });
    if (stripeFaults) await hangUpOnMeterEvents(stack.urls.stripe, killCount);
    const kills = [];
    const result = await loadWithKills({ stack, apiKey: made.apiKey, random, kills, redis });
    const ids = result.filter((seen) => seen.outcome === "complete" && seen.requestId).map((seen) => seen.requestId);
    await quiesce(client, made.organizationId, ids);
    const simulator = (await (await fetch(`${stack.urls.simulator}/_admin/journal`)).text()).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    const verdict = await judge({ client, organizationId: made.organizationId, callers: result, simulator, kills });
    const exported = await judgeExport({ url: stack.urls.stripe, client, organizationId: made.organizationId });
    const receipts = await judgeReceipts({ client, organizationId: made.organizationId, gatewayUrl: stack.urls.gateway });
    report({ verdicts: [verdict, exported, receipts], signed: receipts.signed }, result, kills);
  } finally {
    await client.end();
    await stack.stop();
    redis?.stop();
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

async function loadWithKills({ stack, apiKey, random, kills, redis }) {
  const plan = killPlan(random);
  const scripts = Array.from({ length: requests }, (_, index) => scriptOf(index, random));
  let restarting = Promise.resolve();
  const onDone = (done) => {
    while (plan.length && done >= plan[0].after) {
      const { service, delayMs } = plan.shift();
      restarting = restarting.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        const whileExporting = service === "worker" && await exporting(stack.urls.stripe);
        kills.push({ service, atMs: Date.now(), whileExporting });
        await stack.services.get(service).kill("SIGKILL");
        await redis?.command("FLUSHALL");
        await stack.start(service);
        say(`killed ${service} after ${done} requests${whileExporting ? ", a meter event under way" : ""}`);
      });
    }
  };
  const result = await runCallers({ gatewayUrl: stack.urls.gateway, apiKey, scripts, concurrency: CONCURRENCY, onDone });
  await restarting;
  return result;
}

function report({ verdicts, signed }, callers, kills) {
  for (const note of verdicts.flatMap((verdict) => verdict.notes)) say(note);
  const outcomes = {};
  for (const { outcome } of callers) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const [lost, doubled, wrong] = ["lost", "doubled", "wrong"].map((kind) => verdicts.reduce((sum, verdict) => sum + verdict[kind], 0));
  const killsWhileExporting = kills.filter((kill) => kill.whileExporting).length;
  const holds = lost + doubled + wrong === 0 && kills.length === killCount;
  if (process.argv.includes("--json")) console.log(JSON.stringify({ requests: callers.length, kills: kills.length, lost, doubled, wrong, seed, killsWhileExporting, receipts: signed, outcomes }));
  else console.log(`${JSON.stringify(outcomes)}; ${signed} receipts; lost ${lost}, doubled ${doubled}, wrong ${wrong}\n${holds ? 1 : 0} passed, ${holds ? 0 : 1} failed`);
  process.exitCode = holds ? 0 : 1;
}

await main();
