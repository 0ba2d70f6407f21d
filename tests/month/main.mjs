// `month --seed N [--requests N] [--json]`: a month of money on a virtual clock, judged at its end. With DATABASE_URL it uses that server's migrated, empty
// database, else one of its own. Ends with "N passed, N failed"; exit status 0 only where nothing failed.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { deploy } from "../../infra/scripts/migrate.mjs";
import { freePort, startPostgres } from "../../infra/scripts/postgres.mjs";

const root = path.join(import.meta.dirname, "../..");
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  const value = at === -1 ? fallback : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 0) {
    console.error(`--${name} wants a whole number`);
    process.exit(64);
  }
  return value;
};
const [seed, requests, json] = [option("seed", 1), option("requests", 6_000), process.argv.includes("--json")];

const bundle = path.join(root, "packages/testkit/dist/month.mjs");
const built = spawnSync(process.execPath, ["infra/scripts/bundle.mjs", "tests/month/run.ts", bundle], { cwd: root, stdio: ["ignore", 2, 2] });
if (built.status !== 0) process.exit(built.status ?? 1);

const work = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-month-"));
// The embedded PostgreSQL runs as another user when this is root: it must be able to enter the folder.
fs.chmodSync(work, 0o755);
const server = process.env.DATABASE_URL === undefined ? await startPostgres({ dataDir: path.join(work, "postgres"), port: await freePort(), password: "month" }) : null;
let failed = 1;
try {
  const databaseUrl = server?.url ?? process.env.DATABASE_URL;
  if (server !== null) await deploy(databaseUrl);
  const { runMonth } = await import(pathToFileURL(bundle).href);
  const report = await runMonth({ databaseUrl, seed, requests, say: (text) => process.stderr.write(`${text}\n`) });
  failed = report.failed;
  if (json) console.log(JSON.stringify(report));
  else {
    for (const { title, holds, detail } of report.verdicts) console.log(`${holds ? "ok  " : "FAIL"} ${title}${holds ? "" : `\n     ${detail}`}`);
    console.log(Object.entries(report.facts).map(([name, value]) => `${name} ${value}`).join(", "));
    console.log(`${report.passed} passed, ${report.failed} failed`);
  }
} finally {
  await server?.stop();
  fs.rmSync(work, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
