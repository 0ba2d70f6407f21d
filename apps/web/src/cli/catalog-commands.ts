/** `catalog diff` and `catalog sync`: bring the catalogue to this release's seed, or to a document `--from` a path or an address. */
import { SEED } from "@trunkline/catalog";
import { planSync, readSource, type SyncReport } from "@trunkline/catalog/sync";
import { changeCatalog } from "@trunkline/db/web";
import { BUILT_IN_PRESETS } from "@trunkline/router-core";
import type { CliEnv } from "../env.ts";
import { UsageError, type Arguments } from "./arguments.ts";
import { correct } from "./correct-command.ts";
import type { Command } from "./resource-commands.ts";

const RELEASE = "the seed of this release";

/** `--accept-jumps` writes prices that moved more than tenfold, too. */
async function run(env: CliEnv, { flags }: Arguments, isDry: boolean): Promise<SyncReport> {
  const from = flags.get("from");
  if (from === "true") throw new UsageError("--from needs a path or an address");
  const wanted = from === undefined ? SEED : await readSource(from);
  const nowMs = Date.now();
  return changeCatalog({
    databaseUrl: env.DATABASE_URL, nowMs,
    decide: ({ catalog, presets }) => {
      const builtIn = [...BUILT_IN_PRESETS.values()].map(({ slug, document }) => [`built-in/${slug}`, document] as const);
      const planned = planSync({ catalog, presets: [...builtIn, ...presets], wanted, source: from ?? RELEASE, nowMs, acceptJumps: flags.has("accept-jumps") });
      return isDry ? { ...planned, writes: null } : planned;
    },
  });
}

export const catalogCommands = (env: CliEnv): Readonly<Record<string, Command>> => ({
  "catalog diff": (_operator, input) => run(env, input, true),
  "catalog correct": async (operator, input) => {
    const report = await correct(env, input);
    // What is left of credit and budgets has changed.
    if (report.applied) for (const { organizationId } of report.organizations) await operator.kv().publish("budget", organizationId);
    return report;
  },
  "catalog sync": async (operator, input) => {
    const report = await run(env, input, false);
    const isChanged = report.pricesAdded + report.newModels.length + report.changedModels.length + report.newEndpoints.length + report.changedEndpoints.length > 0;
    if (isChanged) await operator.kv().publish("catalog", "");
    return report;
  },
});
