// `npm test`: installs what is missing, then runs every check. Ends with `N passed, N failed`.
//   npm test                 everything
//   npm test -- types unit   only the steps named
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensureInstalled } from "./install.mjs";

const root = path.join(import.meta.dirname, "../..");
const bin = (name) => path.join(root, "node_modules/.bin", name);
const work = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-test-"));
// The embedded PostgreSQL runs as another user when this is root: it must be able to enter the folder.
fs.chmodSync(work, 0o755);
const totals = { passed: 0, failed: 0 };

const onPath = (name) => spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();

/** What the tests need beyond Node: [command, Debian package, how to get it elsewhere]. */
const NEEDED = [
  [["chromium", "chromium-browser", "google-chrome"], "chromium", "brew install --cask chromium"],
  [["redis-server"], "redis-server", "brew install redis"],
];

function ensureSystem() {
  const missing = NEEDED.filter(([commands]) => !commands.some(onPath));
  if (missing.length === 0) return;
  if (fs.existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    const packages = missing.map(([, name]) => name);
    console.log(`installing ${packages.join(", ")} from Debian`);
    spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore" });
    const result = spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { encoding: "utf8", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    if (result.status === 0) return;
    console.error(result.stderr.split("\n").slice(-5).join("\n"));
  }
  for (const [commands, name, elsewhere] of NEEDED) if (!commands.some(onPath)) console.error(`missing: ${name}. Debian: apt-get install ${name}; macOS: ${elsewhere}`);
  process.exit(1);
}

/** Runs a command to its end; output goes through only when it fails. */
function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, CI: "true", FORCE_COLOR: "0", TURBO_TELEMETRY_DISABLED: "1", NEXT_TELEMETRY_DISABLED: "1", CHECKPOINT_DISABLE: "1", ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => { output += chunk; });
    child.stderr.on("data", (chunk) => { output += chunk; });
    child.on("close", (code) => resolve({ code, output }));
  });
}

async function step(name, work_) {
  const began = Date.now();
  let outcome;
  try {
    outcome = await work_();
  } catch (error) {
    outcome = { passed: 0, failed: 1, detail: error.stack ?? String(error) };
  }
  totals.passed += outcome.passed;
  totals.failed += outcome.failed;
  console.log(`${outcome.failed ? "FAIL" : "ok  "} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s): ${outcome.passed} passed, ${outcome.failed} failed`);
  if (outcome.failed && outcome.detail) console.log(outcome.detail.split("\n").slice(-120).join("\n"));
}

const command = (executable, args, env) => async () => {
  const { code, output } = await run(executable, args, env);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, detail: output };
};

function projectsWithTypes() {
  return ["packages", "apps", "tests"].flatMap((folder) => fs.readdirSync(path.join(root, folder)).map((name) => path.join(root, folder, name, "tsconfig.json"))).filter((file) => fs.existsSync(file));
}

async function types() {
  const failures = [];
  const projects = projectsWithTypes();
  for (const project of projects) {
    const { code, output } = await run(bin("tsc"), ["-p", project, "--noEmit"]);
    if (code !== 0) failures.push(output);
  }
  return { passed: projects.length - failures.length, failed: failures.length, detail: failures.join("\n") };
}

const vitest = (project, env, paths = []) => async () => {
  const report = path.join(work, `${project}-${paths.join("-").replaceAll("/", "-")}.json`);
  const { code, output } = await run(bin("vitest"), ["run", ...paths, "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`], env);
  if (!fs.existsSync(report)) return { passed: 0, failed: 1, detail: output };
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(fs.readFileSync(report, "utf8"));
  const failed = numFailedTests + (code !== 0 && numFailedTests === 0 ? Math.max(1, numFailedTestSuites) : 0);
  return { passed: numPassedTests, failed, detail: output };
};

const jsonCommand = (args, holds, env) => async () => {
  const { code, output } = await run(process.execPath, args, env);
  const line = output.trim().split("\n").findLast((text) => text.startsWith("{"));
  const ok = code === 0 && line !== undefined && holds(JSON.parse(line));
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, detail: output };
};

async function playwright(env) {
  const report = path.join(work, "e2e.json");
  const { code, output } = await run(bin("playwright"), ["test", "-c", "tests/e2e/playwright.config.ts", "--reporter=list,json"], { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  if (!fs.existsSync(report)) return { passed: 0, failed: 1, detail: output };
  const { expected, unexpected, flaky } = JSON.parse(fs.readFileSync(report, "utf8")).stats;
  const failed = unexpected + flaky;
  return { passed: expected, failed: failed === 0 && code !== 0 ? 1 : failed, detail: output };
}

/** Tests of Node's own runner: plain modules that no bundler has to read. */
const nodeTest = (file, env) => async () => {
  const { code, output } = await run(process.execPath, ["--test", "--test-reporter=tap", file], env);
  const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  return { passed: count("pass"), failed: Math.max(count("fail") + count("cancelled"), code === 0 ? 0 : 1), detail: output };
};

/** Suites that would disturb each other in one database (each seeds its own catalogue) get one each. */
const INTEGRATION_SUITES = [["apps/gateway"], ["apps/web"], ["apps/worker"], ["packages/db"], ["packages/billing", "packages/kv", "packages/queue", "packages/testkit"]];

/** A migrated database of its own on the test server. Returns its URL. */
async function freshDatabase(serverUrl, name) {
  const [{ default: pg }, { deploy }] = await Promise.all([import("pg"), import("./migrate.mjs")]);
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`CREATE DATABASE "${name}"`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await deploy(url.href);
  return url.href;
}

async function integration(env) {
  for (const [index, paths] of INTEGRATION_SUITES.entries()) {
    const DATABASE_URL = await freshDatabase(env.DATABASE_URL, `suite_${index}`);
    await step(`integration of ${paths.join(", ")}`, vitest("integration", { ...env, DATABASE_URL }, paths));
  }
}

/** A seed whose four kills strike gateway, worker, Postgres and Stripe's stand-in. */
const SEED = 422;
/** A seed whose three kills strike gateway, Redis and Stripe's stand-in. A batch that dies with a worker and an emptied Redis is sent again after a minute: for longer runs. */
const VARIANTS_SEED = 41;
const holdsOfVariants = (r) => r.lost + r.doubled + r.wrong === 0 && Object.keys(r.killed).length === 3 && r.servedMeanwhile > 0 && Object.values(r.stripeFaults).some((count) => count > 0);

async function startServers() {
  const [{ startPostgres, freePort }, { deploy }] = await Promise.all([import("./postgres.mjs"), import("./migrate.mjs")]);
  const postgres = await startPostgres({ dataDir: path.join(work, "postgres"), port: await freePort(), password: "test" });
  await deploy(postgres.url);
  const redisPort = await freePort();
  const redis = spawn("redis-server", ["--port", String(redisPort), "--bind", "127.0.0.1", "--save", "", "--maxmemory-policy", "noeviction", "--dir", work], { stdio: "ignore" });
  return {
    env: { DATABASE_URL: postgres.url, REDIS_URL: `redis://127.0.0.1:${redisPort}` },
    stop: async () => { redis.kill("SIGTERM"); await postgres.stop(); },
  };
}

async function main() {
  const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  const only = (name) => wanted.length === 0 || wanted.includes(name);
  ensureInstalled((text) => console.log(text), { clientLab: true });
  ensureSystem();
  const { buildAll, buildBundles } = await import("./build.mjs");
  await buildBundles();
  if (only("types")) await step("types", types);
  if (only("lint")) await step("lint", command(bin("oxlint"), ["--deny-warnings"]));
  if (only("dependencies")) await step("dependency rule", command(bin("depcruise"), ["apps", "packages", "--config", ".dependency-cruiser.cjs"]));
  if (only("dead-code")) await step("dead code", command(bin("knip"), []));
  if (only("unit")) await step("unit", vitest("unit"));
  const servers = await startServers();
  try {
    if (only("drift")) await step("schema and migrations agree", command(process.execPath, ["infra/scripts/migrate.mjs", "diff"], servers.env));
    // The account tests and the browser speak to the built dashboard.
    if (only("integration") || only("e2e")) await step("build of the dashboard", async () => { await buildAll(); return { passed: 1, failed: 0 }; });
    if (only("integration")) await integration(servers.env);
    if (only("conformance")) {
      await step("conformance with the official clients", vitest("conformance", servers.env));
      await step("client lab: callers' clients on the gateway", vitest("client-lab"));
    }
    if (only("crash")) {
      await step("what commands take", nodeTest("infra/scripts/options.test.mjs"));
      await step("exit codes of the commands", nodeTest("tests/exit-codes.test.mjs", { DATABASE_URL: await freshDatabase(servers.env.DATABASE_URL, "exit_codes") }));
      await step("the judges of the crash run", nodeTest("tests/crash/oracle.test.mjs", { DATABASE_URL: await freshDatabase(servers.env.DATABASE_URL, "crash_judges") }));
      await step("the judges of its variants", nodeTest("tests/crash/verdicts.test.mjs"));
      const holds = (r) => r.lost === 0 && r.doubled === 0 && r.wrong === 0 && r.killsWhileExporting > 0;
      const args = ["infra/scripts/cli.mjs", "crash", "--requests", "400", "--kills", "4", "--seed", String(SEED), "--json"];
      await step("crash, embedded form", jsonCommand(args, holds));
      await step("crash, Redis form", jsonCommand(args, holds, { REDIS_URL: servers.env.REDIS_URL }));
      const variants = ["--redis-emptied", "--postgres-away", "--away-seconds", "6", "--unsynced", "--stripe-faults"];
      await step("crash, all variants at once", jsonCommand(["infra/scripts/cli.mjs", "crash", "--requests", "120", "--kills", "3", "--seed", String(VARIANTS_SEED), "--json", ...variants], holdsOfVariants));
    }
    if (only("month")) {
      const args = ["infra/scripts/cli.mjs", "month", "--requests", "400", "--seed", "7", "--json"];
      await step("a month of money", jsonCommand(args, (r) => r.failed === 0 && r.passed > 50, { DATABASE_URL: await freshDatabase(servers.env.DATABASE_URL, "month") }));
    }
    if (only("e2e")) await step("end to end in a browser", () => playwright({ CHROMIUM_PATH: NEEDED[0][0].map(onPath).find(Boolean) }));
  } finally {
    await servers.stop();
    fs.rmSync(work, { recursive: true, force: true });
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  process.exit(totals.failed ? 1 : 0);
}

main().catch((error) => {
  console.error(error);
  console.log(`${totals.passed} passed, ${totals.failed + 1} failed`);
  process.exit(1);
});
