// One running gateway, worker and simulator for all clients of the lab, and the keys that they need: one that works, and one for each refusal.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { freePort } from "../../infra/scripts/postgres.mjs";
import { root, startStack } from "../../infra/scripts/stack.mjs";
import type { LabAddress } from "./lab.ts";

declare module "vitest" {
  interface ProvidedContext { lab: LabAddress }
}


export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "trunkline-client-lab-"));
  chmodSync(dataDir, 0o755);
  // The live keys reach the simulator as well: a paid call needs a provider that has a credential.
  const SIMULATOR_PORT = await freePort();
  const stack = await startStack({
    dataDir, services: ["simulator", "worker", "gateway"], ports: { SIMULATOR_PORT },
    env: { OPENAI_API_KEY: "sk-simulated", OPENAI_BASE_URL: `http://127.0.0.1:${SIMULATOR_PORT}/openai/v1` },
  });
  const cli = (...words: readonly string[]): unknown => JSON.parse(execFileSync(process.execPath, ["apps/web/dist/trunkline.mjs", ...words, "--json"], { cwd: root, env: stack.env, encoding: "utf8" }).trim().split("\n").at(-1) ?? "{}");
  const { testKey } = cli("bootstrap", "--email", "lab@example.com", "--password", "Correct-horse-9", "--org", "Client lab") as { testKey: string };
  const issue = (...flags: readonly string[]): string => (cli("key", "create", ...flags) as { secret: string }).secret;
  project.provide("lab", {
    gateway: stack.urls.gateway, simulator: stack.urls.simulator,
    keys: {
      working: testKey,
      mistyped: `${testKey.slice(0, -1)}${testKey.endsWith("0") ? "1" : "0"}`,
      limited: issue("--name", "limited", "--kind", "test", "--rpm", "1"),
      spent: issue("--name", "spent", "--kind", "live", "--budget-usd", "0.000001"),
    },
  });
  return async () => {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
