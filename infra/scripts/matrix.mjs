// `matrix`: writes docs/matrix.md from the rows that the tests run, by asking the adapters.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ensureInstalled } from "./install.mjs";

const root = path.join(import.meta.dirname, "../..");
ensureInstalled((text) => console.error(text));
const outfile = path.join(root, "packages/providers/dist/matrix.mjs");
const bundled = spawnSync(process.execPath, [path.join(import.meta.dirname, "bundle.mjs"), path.join(root, "packages/providers/src/conformance/matrix.ts"), outfile], { cwd: root, stdio: ["ignore", 2, 2] });
if (bundled.status !== 0) process.exit(bundled.status ?? 1);
const { renderMatrix } = await import(pathToFileURL(outfile).href);
fs.writeFileSync(path.join(root, "docs/matrix.md"), renderMatrix());
