// Runs a command of the project from its bundle: trunkline, crash, race, month, agents, bench or market. Finds the development database where no DATABASE_URL is set.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { ensureInstalled } from "./install.mjs";

const root = path.join(import.meta.dirname, "../..");
const [name, ...args] = process.argv.slice(2);

/** What the running `npm start` left in its data folder: the database's address and the secrets. */
function developmentEnvironment() {
  const file = path.join(process.env.TRUNKLINE_DATA_DIR ?? path.join(root, ".trunkline"), "environment.json");
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}

const COMMANDS = { trunkline: "apps/web/dist/trunkline.mjs", crash: "tests/crash/main.mjs", race: "tests/race/main.mjs", agents: "tests/agents/main.mjs", bench: "bench/main.mjs", month: "tests/month/main.mjs" };

/** Routing alone: nothing of these starts a server or reads a database. */
const ROUTING = { "bench router": "packages/router-core/scripts/bench.ts", "bench classifier": "packages/router-core/scripts/classifier-report.ts", market: "apps/gateway/scripts/market.ts" };
const tool = ROUTING[name] ?? ROUTING[`${name} ${args[0]}`];
if (tool) {
  ensureInstalled((text) => console.error(text));
  const bundle = path.join(root, `packages/router-core/dist/${path.basename(tool, ".ts")}.mjs`);
  const built = spawnSync(process.execPath, ["infra/scripts/bundle.mjs", tool, bundle, "--whole"], { cwd: root, stdio: ["ignore", 2, 2] });
  process.exit(built.status || (spawnSync(process.execPath, ["--expose-gc", bundle, ...args], { cwd: root, stdio: "inherit" }).status ?? 1));
}

const entry = COMMANDS[name];
if (!entry) {
  console.error(`unknown command "${name}": ${Object.keys(COMMANDS).join(", ")}`);
  process.exit(64);
}
ensureInstalled((text) => console.error(text));
const { buildBundles } = await import("./build.mjs");
/** The others measure a package and start nothing. */
const needsNoProcess = name === "month" || name === "bench" && !["gateway", "metering"].includes(args[0]);
if (needsNoProcess) process.exit(spawnSync(process.execPath, [path.join(root, entry), ...args], { cwd: root, stdio: "inherit" }).status ?? 1);
if (name !== "trunkline" || !fs.existsSync(path.join(root, entry))) await buildBundles();
const env = name === "trunkline" ? { ...developmentEnvironment(), ...process.env } : process.env;
process.exit(spawnSync(process.execPath, [path.join(root, entry), ...args], { cwd: root, stdio: "inherit", env }).status ?? 1);
