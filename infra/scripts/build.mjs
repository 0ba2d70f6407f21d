// Builds what `npm start` runs. Skips the work when no source changed since the last build: a second start takes seconds.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { runToEnd } from "./processes.mjs";
import { root } from "./stack.mjs";

const SOURCES = ["apps", "packages", "prisma", "infra/scripts", "pnpm-lock.yaml", "package.json"];
const IGNORED = new Set(["node_modules", "dist", "generated", ".next", ".turbo", "test-results"]);

/** Hash of names, sizes and times of every source file: enough to notice an edit or a checkout. */
export function sourceStamp() {
  const hash = createHash("sha256");
  const walk = (file) => {
    const stat = fs.statSync(file);
    if (stat.isDirectory()) {
      for (const name of fs.readdirSync(file).sort()) if (!IGNORED.has(name)) walk(path.join(file, name));
    } else hash.update(`${path.relative(root, file)}\0${stat.size}\0${stat.mtimeMs}\n`);
  };
  for (const source of SOURCES) walk(path.join(root, source));
  return hash.digest("hex");
}

const BUNDLES = [
  ["apps/gateway/src/main.ts", "apps/gateway/dist/main.mjs"],
  ["apps/worker/src/main.ts", "apps/worker/dist/main.mjs"],
  ["apps/web/src/cli/main.ts", "apps/web/dist/trunkline.mjs"],
  ["packages/testkit/src/simulator/main.ts", "packages/testkit/dist/simulator.mjs"],
  ["packages/testkit/src/stripe/main.ts", "packages/testkit/dist/stripe.mjs"],
];

/** The Node processes only: seconds. */
export async function buildBundles() {
  await runToEnd({ name: "prisma generate", args: ["infra/scripts/prisma.mjs", "generate"], cwd: root, env: process.env });
  for (const [entry, outfile] of BUNDLES) await runToEnd({ name: `bundle ${entry}`, args: ["infra/scripts/bundle.mjs", entry, outfile], cwd: root, env: process.env });
}

async function buildWeb() {
  const web = path.join(root, "apps/web");
  await runToEnd({ name: "next build", args: [path.join(root, "node_modules/next/dist/bin/next"), "build"], cwd: web, env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } });
  const standalone = path.join(web, ".next/standalone/apps/web");
  fs.cpSync(path.join(web, ".next/static"), path.join(standalone, ".next/static"), { recursive: true });
  if (fs.existsSync(path.join(web, "public"))) fs.cpSync(path.join(web, "public"), path.join(standalone, "public"), { recursive: true });
}

/** Everything; returns false when nothing had to be done. */
export async function buildAll(onProgress = () => {}) {
  const stampFile = path.join(root, "apps/web/.next/trunkline-build-stamp");
  const stamp = sourceStamp();
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, "utf8") === stamp) return false;
  onProgress("bundling gateway, worker, simulator and command line");
  await buildBundles();
  onProgress("building the dashboard (about half a minute the first time)");
  await buildWeb();
  fs.writeFileSync(stampFile, stamp);
  return true;
}

if (process.argv.includes("--now")) await buildAll((text) => console.log(text));
