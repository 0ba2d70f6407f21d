/** Usage, the meters, and a look at what an installation needs. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { usd } from "../server/money-view.ts";
import type { CliEnv } from "../env.ts";
import { required, UsageError } from "./arguments.ts";
import { doctor } from "./doctor.ts";
import { actorFor } from "./operator.ts";
import type { Command } from "./resource-commands.ts";

const DAYS_30_MS = 30 * 86_400_000;
const DIMENSIONS = ["model", "provider", "key", "project", "preset", "user", "session", "status"] as const;

const usage: Command = async (operator, input) => {
  const actor = await actorFor(operator, input);
  const groupBy = DIMENSIONS.find((name) => name === (input.flags.get("group-by") ?? "model"));
  if (!groupBy) throw new UsageError(`--group-by is one of ${DIMENSIONS.join(", ")}`);
  const asked = input.flags.get("mode");
  const mode = asked === "live" || asked === "test" ? asked : await operator.db.requests.defaultMode(actor);
  const range = { mode, from: new Date(input.flags.get("from") ?? Date.now() - DAYS_30_MS), to: new Date(input.flags.get("to") ?? Date.now() + 1) };
  const groups = await operator.db.usage.groups(actor, range, groupBy);
  return { mode, groupBy, data: groups.map((row) => ({ [groupBy]: row.key, label: row.label, requests: Number(row.requests), failed: Number(row.failed), costUsd: usd(row.chargeNanoUsd), inputTokens: Number(row.inputTokens), outputTokens: Number(row.outputTokens) })) };
};

/** Built beside this bundle; it holds the export rows and the key to Stripe. */
const WORKER = path.join(import.meta.dirname, "../../worker/dist/main.mjs");

/** The worker's nightly comparisons, now: it holds the keys to Stripe and to the providers' accounts. */
const compare = (command: "compare-meters" | "compare-providers"): Command => async (_operator, { words, flags }) => {
  const stray = words[2] ?? [...flags.keys()].map((name) => (name === "json" ? undefined : `--${name}`)).find((name) => name !== undefined);
  if (stray !== undefined) throw new UsageError(`it takes nothing but --json, and not ${stray}: what is compared is not to be chosen`);
  if (!existsSync(WORKER)) throw new UsageError(`the worker is not built here: run ${command} where it runs (docs/runbooks/meter-gap.md)`);
  const { stdout, stderr } = spawnSync(process.execPath, [WORKER, command], { encoding: "utf8" });
  const line = stdout.trim().split("\n").findLast((text) => text.startsWith("{"));
  if (line === undefined) throw new Error(stderr.trim().split("\n").at(-1) || "the worker said nothing");
  return JSON.parse(line) as unknown;
};

/** For a person who lost both the app and the recovery codes. Ask for proof of who it is before: this leaves the password alone to guard the account. */
const resetSecondFactor: Command = async ({ db }, input) => {
  const email = required(input, "email").toLowerCase();
  const user = await db.accounts.findUserForSignIn(email);
  if (!user) throw new UsageError(`no account has the address ${email}`);
  return { email, reset: await db.secondFactors.reset(user.id) };
};

export const operationsCommands = (env: CliEnv): Readonly<Record<string, Command>> => ({
  usage, doctor: doctor(env), "meters compare": compare("compare-meters"), "providers compare": compare("compare-providers"), "second-factor reset": resetSecondFactor,
});
