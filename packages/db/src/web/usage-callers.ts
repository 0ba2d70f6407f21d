/**
 * Sums by who calls: end users and sessions, of whom there may be any number. Decides what they are read from: kept sums by week, day and hour, the log
 * for the rest of an hour. It promises that its groups add up to the total of the range: whoever is not among the largest is in "all others".
 */
import { Prisma } from "../../generated/client.ts";
import type { Actor } from "./actor.ts";
import type { Transaction } from "./context.ts";
import { stretchesOf, withWeeks, type Stretch } from "./usage-stretches.ts";
import { USAGE_SUM_NAMES, type UsageGroup, type UsageRange, type UsageSums } from "./usage-sums.ts";

export type CallerKind = "user" | "session";
/** Not an id that anybody sends by accident: those beyond the largest, in one group. */
export const OTHER_CALLERS = "*";
const COLUMNS = { user: "endUser", session: "sessionId" } as const;
const NAMES = Prisma.raw(USAGE_SUM_NAMES.map((name) => `"${name}"`).join(", "));
const SUMS = Prisma.raw(USAGE_SUM_NAMES.map((name) => `coalesce(sum("${name}"), 0)::bigint AS "${name}"`).join(", "));

interface Asked { readonly actor: Actor; readonly range: UsageRange; readonly kind: CallerKind; readonly groupsMax: number; readonly nowMs: number; readonly totals: UsageSums }

/** A request stands in the log as it was metered; sums follow the ledger. */
const corrected = (name: string): Prisma.Sql => Prisma.raw(`coalesce((SELECT sum(l."${name}") FROM price_correction_line l WHERE l."generationId" = generation.id), 0)`);

function partOf({ span, fromMs, toMs }: Stretch, { actor, range, kind }: Asked): Prisma.Sql {
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const project = range.projectId === undefined ? Prisma.empty : Prisma.sql`AND "projectId" = ${range.projectId}`;
  if (span !== "log") return Prisma.sql`SELECT caller, ${NAMES} FROM usage_caller WHERE "organizationId" = ${actor.organizationId} AND mode = ${range.mode} AND kind = ${kind} AND span = ${span} AND bucket >= ${from} AND bucket < ${to} ${project}`;
  const column = Prisma.raw(`"${COLUMNS[kind]}"`);
  return Prisma.sql`SELECT ${column}, 1, (status = 'failed')::int, (status = 'rescued')::int, json_array_length(attempts), "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd" + ${corrected("deltaNanoUsd")}, "costNanoUsd" + ${corrected("costDeltaNanoUsd")},
    greatest("costNanoUsd" + ${corrected("costDeltaNanoUsd")} - ("chargeNanoUsd" + ${corrected("deltaNanoUsd")} - "ownKeyFeeNanoUsd" - ${corrected("ownKeyFeeDeltaNanoUsd")}), 0),
    coalesce("timeToFirstTokenMs", 0), ("timeToFirstTokenMs" IS NOT NULL)::int FROM generation WHERE "organizationId" = ${actor.organizationId} AND mode = ${range.mode} AND "createdAt" >= ${from} AND "createdAt" < ${to} AND ${column} IS NOT NULL ${project}`;
}

/** Weeks that are summed; of sessions none are, as hardly one outlives a day. */
async function weeksOf(transaction: Transaction, { actor, range, kind }: Asked): Promise<(weekMs: number) => boolean> {
  const rows = kind === "session" ? [] : await transaction.usageCallerWeek.findMany({ where: { organizationId: actor.organizationId, bucket: { gte: range.from, lt: range.to } }, select: { bucket: true } });
  const made = new Set(rows.map(({ bucket }) => bucket.getTime()));
  return (weekMs) => made.has(weekMs);
}

/** The largest callers by spend, then what they are not: all others, and requests that name nobody. */
export async function callerGroups(transaction: Transaction, asked: Asked): Promise<UsageGroup[]> {
  const parts = withWeeks(stretchesOf(asked.range.from, asked.range.to, asked.nowMs), await weeksOf(transaction, asked)).map((stretch) => partOf(stretch, asked));
  const rows = parts.length === 0 ? [] : await transaction.$queryRaw<(UsageSums & { key: string | null })[]>`
    WITH caller AS MATERIALIZED (SELECT caller AS key, ${SUMS} FROM (${Prisma.join(parts, " UNION ALL ")}) p (caller, ${NAMES}) GROUP BY 1)
    (SELECT * FROM caller WHERE key <> '' ORDER BY "chargeNanoUsd" DESC, requests DESC, key LIMIT ${asked.groupsMax})
    UNION ALL SELECT NULL, ${SUMS} FROM caller`;
  const largest = rows.flatMap(({ key, ...sums }) => (key === null ? [] : [{ ...sums, key, label: key }]));
  const all = rows.find((row) => row.key === null) ?? NOTHING;
  const others = less(all, largest.reduce<UsageSums>(plus, NOTHING));
  const nobody = less(asked.totals, all);
  return [
    ...largest,
    ...(others.requests > 0n ? [{ ...others, key: OTHER_CALLERS, label: "all others" }] : []),
    ...(nobody.requests > 0n ? [{ ...nobody, key: "", label: `no ${asked.kind}` }] : []),
  ];
}

const each = (value: (name: keyof UsageSums) => bigint): UsageSums => Object.fromEntries(USAGE_SUM_NAMES.map((name) => [name, value(name)])) as Record<keyof UsageSums, bigint>;
const NOTHING = each(() => 0n);
const plus = (a: UsageSums, b: UsageSums): UsageSums => each((name) => a[name] + b[name]);
const less = (a: UsageSums, b: UsageSums): UsageSums => each((name) => a[name] - b[name]);
