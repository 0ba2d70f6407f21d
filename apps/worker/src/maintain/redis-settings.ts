// Whether a Redis may carry the queues. It refuses a server that may delete jobs by itself, and says what to change; lesser findings
// are left to the caller to report.
import type { RedisReport } from "@trunkline/kv";

/** Under memory pressure this Redis deletes jobs and budgets. Mended on the server; the message says how. */
export class UnfitRedis extends Error {
  override readonly name = "UnfitRedis";
}

/** A managed Redis may hide the setting: that is reported, not refused. */
const HIDDEN = "unknown";

/** Returns what is to be reported though the server may be used. Throws `UnfitRedis`. */
export function assertKeepsJobs(report: RedisReport): readonly string[] {
  const { maxmemoryPolicy, problems } = report;
  const [evicts, ...others] = [...problems].sort((left, right) => Number(right.startsWith("maxmemory-policy")) - Number(left.startsWith("maxmemory-policy")));
  if (maxmemoryPolicy === "noeviction" || maxmemoryPolicy === HIDDEN || evicts === undefined) return problems;
  throw new UnfitRedis(`Redis may delete jobs: ${evicts} The worker takes jobs as soon as it is set.${others.map((other) => ` Also: ${other}`).join("")}`);
}
