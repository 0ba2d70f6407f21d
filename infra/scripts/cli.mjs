// Runs a command of the project from its bundle: trunkline, crash, race, month, agents, bench or market. Finds the development database where no DATABASE_URL is set.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { ensureInstalled } from "./install.mjs";
import { EXIT_USAGE, readOptions } from "./options.mjs";

const root = path.join(import.meta.dirname, "../..");
const [name, ...args] = process.argv.slice(2);

/** What the running `npm start` left in its data folder: the database's address and the secrets. */
function developmentEnvironment() {
  const file = path.join(process.env.TRUNKLINE_DATA_DIR ?? path.join(root, ".trunkline"), "environment.json");
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}

const COMMANDS = { trunkline: "apps/web/dist/trunkline.mjs", crash: "tests/crash/main.mjs", race: "tests/race/main.mjs", agents: "tests/agents/main.mjs", bench: "bench/main.mjs", month: "tests/month/main.mjs" };

const json = { about: "one JSON object on standard output" };
const write = { about: "renews its part of docs/routing.md" };
/** Routing alone: nothing of these starts a server or reads a database. Their options are checked here, before they are bundled. */
const ROUTING = {
  "bench router": { tool: "packages/router-core/scripts/bench.ts", about: "how long one plan takes", options: { rounds: { count: 20_000, min: 1, about: "of every case" }, json } },
  "bench classifier": { tool: "packages/router-core/scripts/classifier-report.ts", about: "how well `auto` tells tasks apart", options: { write, json } },
  market: { tool: "apps/gateway/scripts/market.ts", about: "a simulated day over the real catalogue", options: { seed: { count: 1, about: "chooses traffic and outages" }, write, json } },
};
const routing = Object.keys(ROUTING).find((each) => each === name || each === `${name} ${args[0]}`);
if (routing) {
  const { tool, about, options } = ROUTING[routing];
  readOptions({ command: routing, about, options }, routing === name ? args : args.slice(1));
  ensureInstalled((text) => console.error(text));
  const bundle = path.join(root, `packages/router-core/dist/${path.basename(tool, ".ts")}.mjs`);
  const built = spawnSync(process.execPath, ["infra/scripts/bundle.mjs", tool, bundle, "--whole"], { cwd: root, stdio: ["ignore", 2, 2] });
  process.exit(built.status || (spawnSync(process.execPath, ["--expose-gc", bundle, ...args], { cwd: root, stdio: "inherit" }).status ?? 1));
}

const entry = COMMANDS[name];
if (!entry) {
  console.error(`unknown command "${name}": ${[...Object.keys(COMMANDS), "market"].join(", ")}`);
  process.exit(EXIT_USAGE);
}
ensureInstalled((text) => console.error(text));
if (name === "trunkline" && !fs.existsSync(path.join(root, entry))) await (await import("./build.mjs")).buildBundles();
const env = name === "trunkline" ? { ...developmentEnvironment(), ...process.env } : process.env;
process.exit(spawnSync(process.execPath, [path.join(root, entry), ...args], { cwd: root, stdio: "inherit", env }).status ?? 1);
