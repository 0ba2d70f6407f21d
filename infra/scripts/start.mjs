// `npm start`: from a fresh clone to a running Trunkline. `--json` prints one line when all is up; progress goes to standard error.
import fs from "node:fs";
import path from "node:path";
import { ensureInstalled } from "./install.mjs";

const root = path.join(import.meta.dirname, "../..");
const json = process.argv.includes("--json");
const began = Date.now();
const say = (text) => process.stderr.write(`[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s] ${text}\n`);
/** Below this a database cannot be promised to start: the build and a cluster take about 600 MB. */
const FREE_DISK_BYTES_MIN = 700 * 1024 * 1024;

const DEFAULT_PORTS = { WEB_PORT: 3000, GATEWAY_PORT: 8787, WORKER_PORT: 9465, SIMULATOR_PORT: 8788 };

async function requirePorts(ports) {
  const { portIsFree } = await import("./processes.mjs");
  for (const [name, port] of Object.entries(ports)) {
    if (!(await portIsFree(port))) throw new Error(`port ${port} is in use; stop what listens there, or set ${name} to another port`);
  }
}

function requireDisk() {
  const { bavail, bsize } = fs.statfsSync(root);
  if (bavail * bsize < FREE_DISK_BYTES_MIN) throw new Error(`the disk is nearly full (${Math.round((bavail * bsize) / 1048576)} MB free); Trunkline needs ${FREE_DISK_BYTES_MIN / 1048576} MB to start`);
}

function welcome(urls) {
  return [
    "",
    `  Dashboard   ${urls.web}`,
    `  Gateway     ${urls.gateway}/v1`,
    `  Simulator   ${urls.simulator}   (answers every tl_test_ key: no provider account needed)`,
    "",
    `  Next: open ${urls.web}/signup, make an account, and press "Run it for me".`,
    "  Ctrl-C stops everything; your data stays in .trunkline.",
    "",
  ].join("\n");
}

async function main() {
  requireDisk();
  const dataDir = process.env.TRUNKLINE_DATA_DIR ?? path.join(root, ".trunkline");
  const ports = Object.fromEntries(Object.entries(DEFAULT_PORTS).map(([name, port]) => [name, Number(process.env[name] ?? port)]));
  ensureInstalled(say);
  await requirePorts(ports);
  const [{ buildAll }, { startStack }] = await Promise.all([import("./build.mjs"), import("./stack.mjs")]);
  await buildAll(say);
  let stack = null;
  let stopping = false;
  const stop = async (code) => {
    if (stopping) return;
    stopping = true;
    say("stopping");
    await stack?.stop();
    process.exit(code);
  };
  process.on("SIGINT", () => void stop(0));
  process.on("SIGTERM", () => void stop(0));
  const env = Object.fromEntries(["DATABASE_URL", "REDIS_URL"].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  stack = await startStack({
    dataDir, ports, env, onProgress: say,
    onExit: (name, code, lines) => {
      say(`${name} ended by itself (${code}); its last lines:\n${lines.join("\n")}`);
      void stop(1);
    },
  });
  const { DATABASE_URL, REDIS_URL, AUTH_SECRET, ENCRYPTION_KEYS, API_KEY_PEPPERS, RECEIPT_SIGNING_KEYS, PUBLIC_WEB_URL, PUBLIC_GATEWAY_URL, SPOOL_DIR } = stack.env;
  fs.writeFileSync(path.join(dataDir, "environment.json"), JSON.stringify({ DATABASE_URL, REDIS_URL, AUTH_SECRET, ENCRYPTION_KEYS, API_KEY_PEPPERS, RECEIPT_SIGNING_KEYS, PUBLIC_WEB_URL, PUBLIC_GATEWAY_URL, SPOOL_DIR }), { mode: 0o600 });
  say("ready");
  if (json) process.stdout.write(`${JSON.stringify({ ready: true, web: stack.urls.web, gateway: stack.urls.gateway, simulator: stack.urls.simulator })}\n`);
  else process.stdout.write(`${welcome(stack.urls)}\n`);
}

main().catch((error) => {
  process.stderr.write(`Trunkline could not start: ${error.message}\n`);
  process.exit(1);
});
