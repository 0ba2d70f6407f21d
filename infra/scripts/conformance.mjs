// `conformance --recordings DIR`: replays every recorded provider answer below DIR through the dialect that speaks its wire,
// prints a row for each and closes with "N passed, N failed". Exit status 0: all passed; 1: some failed; 2: called wrongly, or nothing to replay.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ensureInstalled } from "./install.mjs";
import { readOptions, refuse } from "./options.mjs";

const COMMAND = {
  command: "conformance", about: "replays recorded provider answers through every dialect",
  options: { recordings: { text: null, about: "the folder that has them" }, json: { about: "one JSON object on standard output" } },
};
const RECORDING = /\.(json|chunks\.txt|sse)$/;
/** Differences shown of one recording; the rest are counted. */
const DIFFERENCES_SHOWN_MAX = 5;
const root = path.join(import.meta.dirname, "../..");

/** Named below the folder, so that the first part names the provider; the files of one provider's folder are named with it. */
function recordingsIn(folder) {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) refuse(COMMAND.command, `no such folder: ${folder}`);
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && RECORDING.test(entry.name)).map((entry) => path.join(entry.parentPath, entry.name)).sort();
  if (files.length === 0) refuse(COMMAND.command, `no recording in ${folder}: .json, .chunks.txt or .sse`);
  return files.map((file) => {
    const name = path.relative(folder, file).split(path.sep).join("/");
    return { name: name.includes("/") ? name : `${path.basename(folder)}/${name}`, text: fs.readFileSync(file, "utf8") };
  });
}

/** The library of the tests, bundled: Node 20 does not run TypeScript. */
async function loadReplay() {
  const outfile = path.join(root, "packages/providers/dist/replay.mjs");
  const bundled = spawnSync(process.execPath, [path.join(import.meta.dirname, "bundle.mjs"), path.join(root, "packages/providers/src/conformance/replay.ts"), outfile], { cwd: root, stdio: ["ignore", 2, 2] });
  if (bundled.status !== 0) process.exit(bundled.status ?? 1);
  return (await import(pathToFileURL(outfile).href)).replay;
}

const statusOf = ({ dialect, differences }) => (dialect === null ? "skipped" : differences.length === 0 ? "passed" : "failed");

function row(result) {
  const mark = { passed: "ok  ", failed: "FAIL", skipped: "skip" }[statusOf(result)];
  const what = result.dialect === null ? "no answer of a model" : `${result.dialect}, ${result.checks} checks`;
  const shown = result.differences.slice(0, DIFFERENCES_SHOWN_MAX).map((difference) => `\n         ${difference}`);
  const more = result.differences.length - shown.length;
  return `${mark}  ${result.name}  (${what})${shown.join("")}${more > 0 ? `\n         and ${more} more` : ""}`;
}

const { recordings: given, json } = readOptions(COMMAND);
if (given === null) refuse(COMMAND.command, "it wants --recordings");
const folder = path.resolve(process.env.INIT_CWD ?? process.cwd(), given);
const recordings = recordingsIn(folder);
ensureInstalled((text) => console.error(text));
const replay = await loadReplay();
const results = recordings.map((recording) => {
  const result = replay(recording);
  if (!json) console.log(row(result));
  return result;
});
const total = (status) => results.filter((result) => statusOf(result) === status).length;
const totals = { passed: total("passed"), failed: total("failed"), skipped: total("skipped") };
if (json) console.log(JSON.stringify({ ...totals, rows: results.flatMap((result) => result.rows), recordings: results.map(({ rows: _rows, ...result }) => ({ ...result, status: statusOf(result) })) }));
else {
  if (totals.skipped > 0) console.log(`${totals.skipped} skipped: they are no answer of a model (an error with a status of its own, a list, a file)`);
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
}
process.exitCode = totals.failed > 0 ? 1 : 0;
