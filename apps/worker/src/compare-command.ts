// `main.mjs compare-meters`: the nightly comparison on demand, for an operator who looks into a gap.
import { ledgerEntriesFor } from "@trunkline/billing";
import { createWorkerDb } from "@trunkline/db/worker";
import { compareMeters } from "./bill/compare-meters.ts";
import { stripePorts } from "./compose.ts";
import { EXIT_BAD_CONFIGURATION } from "./env.ts";
import type { WorkerEnv } from "./env.ts";

export const COMPARE_COMMAND = "compare-meters";

/** Prints one JSON object; amounts as decimal text in the meter's unit (micro-USD, requests). Returns the exit code: 0 only where all was compared and agrees. */
export async function runComparison(env: WorkerEnv, print: (line: string) => void): Promise<number> {
  const db = createWorkerDb({ databaseUrl: env.databaseUrl, ledgerEntriesFor });
  try {
    const ports = stripePorts(env, db);
    if (ports === null) {
      print(JSON.stringify({ ok: false, error: "STRIPE_SECRET_KEY is not set: there is nothing to compare with" }));
      return EXIT_BAD_CONFIGURATION;
    }
    const { comparisons, skipped } = await compareMeters(ports);
    const ok = skipped === 0 && comparisons.every((comparison) => comparison.kind === "agrees");
    print(JSON.stringify({ ok, skipped, comparisons }, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value)));
    return ok ? 0 : 1;
  } finally {
    await db.close();
  }
}
