// `main.mjs compare-meters` and `main.mjs compare-providers`: the nightly comparisons on demand, for an operator who looks into a gap. One JSON object on
// standard output, amounts as decimal text; the exit code is 0 only where all was compared and agrees.
import { ledgerEntriesFor } from "@trunkline/billing";
import { createWorkerDb, type WorkerDb } from "@trunkline/db/worker";
import { compareMeters } from "./bill/compare-meters.ts";
import { compareProviders } from "./bill/compare-providers.ts";
import { createProviderUsage } from "./bill/provider-usage/create.ts";
import { stripePorts } from "./compose.ts";
import { EXIT_BAD_CONFIGURATION } from "./env.ts";
import type { WorkerEnv } from "./env.ts";

type Comparison = (env: WorkerEnv, db: WorkerDb) => Promise<{ readonly exitCode: number; readonly report: object }>;

const lacking = (error: string) => ({ exitCode: EXIT_BAD_CONFIGURATION, report: { ok: false, error } });

/** Amounts in the meter's unit (micro-USD, requests). */
const withStripe: Comparison = async (env, db) => {
  const ports = stripePorts(env, db);
  if (ports === null) return lacking("STRIPE_SECRET_KEY is not set: there is nothing to compare with");
  const { comparisons, skipped } = await compareMeters(ports);
  const ok = skipped === 0 && comparisons.every((comparison) => comparison.kind === "agrees");
  return { exitCode: ok ? 0 : 1, report: { ok, skipped, comparisons } };
};

/** Amounts in nano-USD. */
const withProviders: Comparison = async (env, db) => {
  const sources = createProviderUsage(env.adminAccounts);
  if (sources.length === 0) return lacking("no provider's admin key is set (OPENAI_ADMIN_KEY, ANTHROPIC_ADMIN_KEY, OPENROUTER_ADMIN_KEY): there is nothing to compare with");
  const { days, failed } = await compareProviders({ db, sources, clock: Date.now });
  const ok = failed.length === 0 && days.every(({ agrees }) => agrees);
  return { exitCode: ok ? 0 : 1, report: { ok, failed, days } };
};

export const COMPARISONS: Readonly<Record<string, Comparison>> = { "compare-meters": withStripe, "compare-providers": withProviders };

/** Returns the exit code. */
export async function runComparison(comparison: Comparison, env: WorkerEnv, print: (line: string) => void): Promise<number> {
  const db = createWorkerDb({ databaseUrl: env.databaseUrl, ledgerEntriesFor });
  try {
    const { exitCode, report } = await comparison(env, db);
    print(JSON.stringify(report, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value)));
    return exitCode;
  } finally {
    await db.close();
  }
}
