// Runs a command of the project from its bundle: trunkline, crash or bench. Finds the development database where no DATABASE_URL is set.
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

const COMMANDS = { trunkline: "apps/web/dist/trunkline.mjs", crash: "tests/crash/main.mjs", race: "tests/race/main.mjs", bench: "bench/main.mjs" };

const entry = COMMANDS[name];
if (!entry) {
  console.error(`unknown command "${name}": ${Object.keys(COMMANDS).join(", ")}`);
  process.exit(64);
}
ensureInstalled((text) => console.error(text));
const { buildBundles } = await import("./build.mjs");
/** It measures a package and starts nothing. */
const needsNoProcess = name === "bench" && args[0] !== "gateway";
if (needsNoProcess) process.exit(spawnSync(process.execPath, [path.join(root, entry), ...args], { cwd: root, stdio: "inherit" }).status ?? 1);
if (name !== "trunkline" || !fs.existsSync(path.join(root, entry))) await buildBundles();
const env = name === "trunkline" ? { ...developmentEnvironment(), ...process.env } : process.env;
process.exit(spawnSync(process.execPath, [path.join(root, entry), ...args], { cwd: root, stdio: "inherit", env }).status ?? 1);
