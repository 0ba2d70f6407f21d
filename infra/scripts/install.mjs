// Installs the workspace with the pinned pnpm, through npx: nobody needs pnpm on the PATH. Imports nothing outside Node itself.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const root = path.join(import.meta.dirname, "../..");
const NODE_MINIMUM = [20, 19];

/** One clear line and exit 78 on a Node that is too old. */
function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1])) return;
  console.error(`Trunkline needs Node ${NODE_MINIMUM.join(".")} or later; this is ${process.versions.node}. Get it from https://nodejs.org or your version manager.`);
  process.exit(78);
}

/** Callers' clients, which only the tests need: 200 MB that running Trunkline does without. */
const WITHOUT_CLIENT_LAB = ["--filter", "!@trunkline/client-lab"];

/** Installs when the lockfile differs from the one last installed; `clientLab`: the clients of the tests too. Throws with the installer's last lines. */
export function ensureInstalled(onProgress = () => {}, { clientLab = false } = {}) {
  requireNode();
  const stampFile = path.join(root, "node_modules/.trunkline-installed");
  const stamp = createHash("sha256").update(fs.readFileSync(path.join(root, "pnpm-lock.yaml"))).digest("hex");
  const whole = `${stamp} with the client lab`;
  const installed = fs.existsSync(stampFile) ? fs.readFileSync(stampFile, "utf8") : "";
  if (installed === whole || (installed === stamp && !clientLab)) return;
  onProgress("installing packages (about half a minute the first time)");
  const { packageManager } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
  const result = spawnSync("npx", ["-y", packageManager, "install", "--frozen-lockfile", ...(clientLab ? [] : WITHOUT_CLIENT_LAB)], { cwd: root, encoding: "utf8", env: { ...process.env, CI: "true" }, shell: process.platform === "win32" });
  if (result.status !== 0) {
    const said = `${result.stdout ?? ""}\n${result.stderr ?? ""}`.trim().split("\n").slice(-8).join("\n");
    throw new Error(`installing the packages failed; the last lines were:\n${said || result.error?.message}`);
  }
  fs.writeFileSync(stampFile, clientLab ? whole : stamp);
}

if (process.argv.includes("--now")) ensureInstalled((text) => console.log(text));
