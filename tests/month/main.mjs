// `month`: a month of money on a virtual clock, judged at its end. With DATABASE_URL it uses that server's migrated, empty
// database, else one of its own. Ends with "N passed, N failed"; exit status 0 only where nothing failed.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { deploy } from "../../infra/scripts/migrate.mjs";
import { readOptions } from "../../infra/scripts/options.mjs";
import { freePort, startPostgres } from "../../infra/scripts/postgres.mjs";
import { conclude } from "../../infra/scripts/verdict.mjs";

const root = path.join(import.meta.dirname, "../..");
const { seed, requests, json } = readOptions({
  command: "month", about: "a month of money on a virtual clock, and its books judged at its end",
  options: {
    requests: { count: 6_000, min: 1, about: "calls of the whole month" },
    seed: { count: 1, about: "chooses who calls, what befalls them and when" },
    json: { about: "one JSON object on standard output" },
  },
});

const bundle = path.join(root, "packages/testkit/dist/month.mjs");
const built = spawnSync(process.execPath, ["infra/scripts/bundle.mjs", "tests/month/run.ts", bundle], { cwd: root, stdio: ["ignore", 2, 2] });
if (built.status !== 0) process.exit(built.status ?? 1);

const work = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-month-"));
// The embedded PostgreSQL runs as another user when this is root: it must be able to enter the folder.
fs.chmodSync(work, 0o755);
const server = process.env.DATABASE_URL === undefined ? await startPostgres({ dataDir: path.join(work, "postgres"), port: await freePort(), password: "month" }) : null;
try {
  const databaseUrl = server?.url ?? process.env.DATABASE_URL;
  if (server !== null) await deploy(databaseUrl);
  const { runMonth } = await import(pathToFileURL(bundle).href);
  const report = await runMonth({ databaseUrl, seed, requests, say: (text) => process.stderr.write(`${text}\n`) });
  conclude({
    ...report, json, result: report,
    show: () => {
      for (const { title, holds, detail } of report.verdicts) console.log(`${holds ? "ok  " : "FAIL"} ${title}${holds ? "" : `\n     ${detail}`}`);
      console.log(Object.entries(report.facts).map(([name, value]) => `${name} ${value}`).join(", "));
    },
  });
} finally {
  await server?.stop();
  fs.rmSync(work, { recursive: true, force: true });
}
process.exit(process.exitCode);
