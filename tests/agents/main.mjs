// `agents`: installs the coding agents' command-line programs (about 1 GB, in a folder of the
// temporary directory), lets each do a task over a running gateway with a test key, once in text and once with tools, and says what happened.
// With --record their requests become the fixtures that `npm test` replays. Ends with "N passed, N failed"; exit status 0 only where nothing failed.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { buildBundles } from "../../infra/scripts/build.mjs";
import { readOptions } from "../../infra/scripts/options.mjs";
import { root, startStack } from "../../infra/scripts/stack.mjs";
import { conclude } from "../../infra/scripts/verdict.mjs";
import { AGENTS, PACKAGES, SETUP } from "./agents.mjs";
import { strippedExchange } from "./fixture.mjs";
import { startRecorder } from "./recorder.mjs";

const FIXTURES = path.join(root, "tests/client-lab/agents");
/** A cold start of the largest takes some ten seconds. */
const TASK_MS_MAX = 120_000;
const PROMPT = "Say hello to Bergen.";
/** What the providers are told to answer, and what must then be seen. With tools the simulator calls the first one, and thanks for its result. */
const TASKS = [
  { task: "text", order: "text=Hello, Bergen.", seen: "Hello, Bergen." },
  { task: "tools", order: null, seen: "The tool has answered" },
];

const options = readOptions({
  command: "agents", about: "drives coding agents' command-line programs over a running gateway",
  options: {
    record: { about: "keeps their requests as the fixtures that the tests replay" },
    only: { text: null, about: "one agent, by its name" },
    installed: { text: null, about: "a folder that has the programs already" },
    json: { about: "one JSON object on standard output" },
  },
});

/** The folder whose `node_modules/.bin` has the programs. */
function install() {
  if (options.installed) return path.resolve(process.env.INIT_CWD ?? process.cwd(), options.installed);
  const folder = path.join(os.tmpdir(), `trunkline-agents-${Object.values(PACKAGES).join("-")}`);
  if (fs.existsSync(path.join(folder, "ready"))) return folder;
  console.error("installing the agents (about 1 GB)");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "package.json"), "{}");
  const steps = [["npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`)]], ...SETUP.map((script) => [process.execPath, [path.join("node_modules", script)]])];
  for (const [command, args] of steps) {
    const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${stderr}`);
  }
  fs.writeFileSync(path.join(folder, "ready"), "");
  return folder;
}

/** Runs one program to its end in a home of its own, with nothing of this environment but the path. */
function run(program, { args, env, home }) {
  const cwd = path.join(home, "work");
  fs.mkdirSync(cwd, { recursive: true });
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH, HOME: home, ...env }, stdio: ["ignore", "pipe", "pipe"], timeout: TASK_MS_MAX, killSignal: "SIGKILL" });
    let out = "";
    let errors = "";
    child.stdout.on("data", (chunk) => { out += chunk; });
    child.stderr.on("data", (chunk) => { errors += chunk; });
    child.on("error", (error) => resolve({ code: -1, out, errors: String(error) }));
    child.on("close", (code) => resolve({ code, out, errors }));
  });
}

async function perform(agent, { task, order, seen }, { stack, key, programs }) {
  await fetch(`${stack.urls.simulator}/_admin/faults`, { method: "PUT", body: JSON.stringify({ "*": order }) });
  const recorder = await startRecorder(stack.urls.gateway);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-agent-home-"));
  const began = Date.now();
  try {
    const settings = agent.configure({ url: recorder.url, key, prompt: PROMPT, home });
    const { code, out, errors } = await run(path.join(programs, "node_modules/.bin", agent.command), { ...settings, home });
    const refused = recorder.exchanges.filter((exchange) => exchange.status === null || exchange.status >= 400);
    const ok = code === 0 && out.includes(seen) && refused.length === 0;
    const row = { agent: agent.name, task, ok, ms: Date.now() - began, requests: recorder.exchanges.length, detail: ok ? "" : `exit ${code}; ${refused.map(({ path: where, status, answer }) => `${where} ${status} ${answer.slice(0, 300)}`).join(" ")} ${out.slice(-400)} ${errors.slice(-400)}` };
    return { row, exchanges: recorder.exchanges.map((exchange) => strippedExchange(exchange, home)) };
  } finally {
    await recorder.stop();
    fs.rmSync(home, { recursive: true, force: true });
  }
}

/** All requests of the text, and of the tools the one that brings a result back. */
function record(agent, text, tools) {
  const [name, version] = Object.entries(PACKAGES).find(([packageName]) => packageName.includes(agent.name)) ?? ["", ""];
  const fixture = { client: `${name} ${version}`, source: "recorded by npm run agents -- --record", requests: [...text, ...tools.slice(-1)] };
  fs.mkdirSync(FIXTURES, { recursive: true });
  fs.writeFileSync(path.join(FIXTURES, `${agent.name}.json`), `${JSON.stringify(fixture, null, 1)}\n`);
}

async function main() {
  await buildBundles();
  const programs = install();
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-agents-stack-"));
  fs.chmodSync(dataDir, 0o755);
  const stack = await startStack({ dataDir, services: ["simulator", "worker", "gateway"] });
  const rows = [];
  try {
    const made = execFileSync(process.execPath, ["apps/web/dist/trunkline.mjs", "bootstrap", "--email", "agents@example.com", "--password", "Correct-horse-9", "--org", "Agents", "--json"], { cwd: root, env: stack.env, encoding: "utf8" });
    const key = JSON.parse(made.trim().split("\n").at(-1)).testKey;
    for (const agent of AGENTS.filter(({ name }) => options.only === null || options.only === name)) {
      const seen = [];
      for (const task of TASKS) {
        const { row, exchanges } = await perform(agent, task, { stack, key, programs });
        rows.push(row);
        seen.push(exchanges);
        console.error(`${row.ok ? "ok  " : "FAIL"} ${row.agent} ${row.task} (${(row.ms / 1000).toFixed(1)} s, ${row.requests} requests) ${row.detail}`);
      }
      if (options.record && rows.filter((row) => row.agent === agent.name).every((row) => row.ok)) record(agent, seen[0], seen[1]);
    }
  } finally {
    await stack.stop();
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
  const passed = rows.filter((row) => row.ok).length;
  const failed = rows.length - passed;
  conclude({ passed, failed, json: options.json, result: { passed, failed, rows } });
}

await main();
