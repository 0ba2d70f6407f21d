// What a script that runs the project's commands may rely on: 0 after help, 2 and one line that names the fault after a word that cannot be taken, before
// anything is built or started, and 1 where the verdict is bad. DATABASE_URL names a migrated database.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, it } from "node:test";

const root = path.join(import.meta.dirname, "..");
const node = (args, env = {}) => spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", env: { ...process.env, ...env } });
const run = (line, env) => node(["infra/scripts/cli.mjs", ...line.split(" ")], env);
/** Long before a bundle is made or a server started. */
const REFUSED_MS_MAX = 20_000;

/** Enough for `trunkline` to start; nothing is asked of Stripe. */
const OPERATOR = { API_KEY_PEPPERS: `1:${Buffer.alloc(32, 7).toString("base64")}`, STRIPE_SECRET_KEY: "", LOG_LEVEL: "error" };
const COMMANDS = { crash: "--kills", race: null, month: "--seed", market: "--seed", agents: null, "bench gateway": "--rounds", "bench web": "--rounds", "bench analytics": "--rows", "bench translate": "--chunks", "bench metering": "--events", "bench router": "--rounds" };

function refuses(line, named, env) {
  const began = Date.now();
  const { status, stdout, stderr } = run(line, env);
  assert.equal(status, 2, `${line}: ${stderr}`);
  assert.equal(stdout, "", line);
  assert.match(stderr, /^[^\n]+\n$/, line);
  assert.ok(stderr.includes(named), `${named} in ${stderr}`);
  assert.ok(Date.now() - began < REFUSED_MS_MAX, line);
}

describe("a command of the project", () => {
  for (const [command, number] of Object.entries(COMMANDS)) {
    it(`${command} explains itself with 0, and refuses with 2 what it does not know`, () => {
      const help = run(`${command} --help`);
      assert.equal(help.status, 0, help.stderr);
      assert.ok(help.stdout.startsWith(command) && help.stdout.includes("--json"), help.stdout);
      refuses(`${command} --nonsense`, "--nonsense");
      if (number) refuses(`${command} ${number} many`, `${number} wants a whole number`);
    });
  }

  it("that is none is refused with 2, and so is a measurement that is none", () => {
    refuses("crush", "crush");
    refuses("bench speed", "speed");
    refuses("bench", "gateway");
  });

  it("refuses an absence of Postgres in which nobody would call", () => refuses("crash --postgres-away --requests 9", "--requests 10"));

  it("compares the meters only as it does, and says with 1 that it could not", () => {
    refuses("trunkline meters compare --seed 1", "--seed", OPERATOR);
    refuses("trunkline providers compare yesterday", "yesterday", OPERATOR);
    refuses("trunkline meters reconcile", "meters reconcile", OPERATOR);
    assert.equal(run("trunkline meters compare --help", OPERATOR).status, 0);
    const { status, stdout } = run("trunkline meters compare --json", OPERATOR);
    assert.equal(status, 1);
    assert.equal(JSON.parse(stdout).ok, false);
    const worker = node(["apps/worker/dist/main.mjs", "compare-meter"]);
    assert.deepEqual([worker.status, worker.stdout], [2, ""]);
    assert.match(worker.stderr, /compare-meter;.*compare-meters/);
  });
});

/** In a process that has the embedded Postgres loaded, whose own hook once ended every command with 0. */
const concluding = (text) => node(["--input-type=module", "-e", `import "./infra/scripts/postgres.mjs";\n${text}`]);
const reporting = (verdict, more = {}) => concluding(`import { report } from "./tests/crash/report.mjs";
report(${JSON.stringify({ verdicts: [{ lost: 0, doubled: 0, wrong: 0, notes: [], ...verdict }], callers: [{ outcome: "complete" }], kills: [], options: { kills: 0, seed: 1, json: true }, facts: {}, ...more }).replace(/}$/, ", say: console.error }")});`);

describe("the exit status of a verdict", () => {
  it("is 0 where all holds, and 1 where anything failed or nothing was checked", () => {
    const ended = (passed, failed) => concluding(`import { conclude } from "./infra/scripts/verdict.mjs"; conclude({ passed: ${passed}, failed: ${failed}, json: false, result: {} });`);
    assert.deepEqual([ended(2, 0), ended(2, 1), ended(0, 0)].map(({ status, stdout }) => [status, stdout]), [[0, "2 passed, 0 failed\n"], [1, "2 passed, 1 failed\n"], [1, "0 passed, 0 failed\n"]]);
  });

  it("of a crash run is 1 for anything lost, doubled or wrong, and for a run that proves nothing", () => {
    assert.equal(reporting({}).status, 0);
    for (const kind of ["lost", "doubled", "wrong"]) assert.equal(reporting({ [kind]: 1 }).status, 1, kind);
    assert.equal(reporting({ unmet: ["nobody called"] }).status, 1);
    assert.equal(reporting({}, { options: { kills: 1, seed: 1, json: true } }).status, 1);
    assert.equal(reporting({}, { callers: [{ outcome: "error" }, { outcome: "error" }, { outcome: "complete" }] }).status, 1);
  });

  it("of a measurement is 1 where a gate is missed, and where nothing could be measured", () => {
    const { status, stdout } = run("bench translate --chunks 1 --rounds 1 --json");
    assert.equal(status, 1);
    assert.ok(JSON.parse(stdout).failures.length > 0);
  });
});
