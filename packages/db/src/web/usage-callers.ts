/**
 * Sums by who calls: end users and sessions, of whom there may be any number. Decides what they are read from: kept sums by week, day and hour, the log
 * for the rest of an hour. It promises that its groups add up to the total of the range: whoever is not among the largest is in "all others".
 */
import { Prisma } from "../../generated/client.ts";
import type { Actor } from "./actor.ts";
import type { Transaction } from "./context.ts";
import { stretchesOf, WEEK_MS, withWeeks, type Stretch } from "./usage-stretches.ts";
import { USAGE_SUM_NAMES, type UsageGroup, type UsageRange, type UsageSums } from "./usage-sums.ts";

export type CallerKind = "user" | "session";
/** Not an id that anybody sends by accident: those beyond the largest, in one group. */
export const OTHER_CALLERS = "*";
const COLUMNS = { user: "endUser", session: "sessionId" } as const;
const SUMS = Prisma.raw(USAGE_SUM_NAMES.map((name) => `coalesce(sum("${name}"), 0)::bigint AS "${name}"`).join(", "));
/** What a rank is made of. */
const RANKED = ["requests", "chargeNanoUsd"] as const satisfies readonly (keyof UsageSums)[];
type Name = (typeof USAGE_SUM_NAMES)[number];

interface Asked { readonly actor: Actor; readonly range: UsageRange; readonly kind: CallerKind; readonly groupsMax: number; readonly nowMs: number; readonly totals: UsageSums }
/** `only`: these callers and no others. */
interface Wanted { readonly names: readonly Name[]; readonly only?: readonly string[] }

/** A request stands in the log as it was metered; sums follow the ledger. INVARIANT: a bigint as the kept sums are: one numeric among the parts makes Postgres turn every number of the union into one. */
const corrected = (name: string): string => `coalesce((SELECT sum(l."${name}") FROM price_correction_line l WHERE l."generationId" = generation.id), 0)::bigint`;
/** Sums of one request that its row does not hold under their own names. */
const OF_REQUEST: Partial<Record<Name, string>> = {
  requests: "1", failed: "(status = 'failed')::int", rescued: "(status = 'rescued')::int", attempts: "json_array_length(attempts)",
  chargeNanoUsd: `"chargeNanoUsd" + ${corrected("deltaNanoUsd")}`, costNanoUsd: `"costNanoUsd" + ${corrected("costDeltaNanoUsd")}`,
  absorbedNanoUsd: `greatest("costNanoUsd" + ${corrected("costDeltaNanoUsd")} - ("chargeNanoUsd" + ${corrected("deltaNanoUsd")} - "ownKeyFeeNanoUsd" - ${corrected("ownKeyFeeDeltaNanoUsd")}), 0)`,
  ttftMsSum: `coalesce("timeToFirstTokenMs", 0)`, ttftCount: `("timeToFirstTokenMs" IS NOT NULL)::int`,
};

function partOf({ span, fromMs, toMs, isLess }: Stretch, { actor, range, kind }: Asked, { names, only }: Wanted): Prisma.Sql {
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const column = Prisma.raw(span === "log" ? `"${COLUMNS[kind]}"` : "caller");
  const sums = Prisma.raw(names.map((name) => `${isLess ? "-" : ""}(${(span === "log" ? OF_REQUEST[name] : undefined) ?? `"${name}"`})`).join(", "));
  const narrowed = Prisma.sql`${range.projectId === undefined ? Prisma.empty : Prisma.sql`AND "projectId" = ${range.projectId}`} ${only === undefined ? Prisma.empty : Prisma.sql`AND ${column} = ANY (${only}::text[])`}`;
  if (span !== "log") return Prisma.sql`SELECT ${column}, ${sums} FROM usage_caller WHERE "organizationId" = ${actor.organizationId} AND mode = ${range.mode} AND kind = ${kind} AND span = ${span} AND bucket >= ${from} AND bucket < ${to} ${narrowed}`;
  return Prisma.sql`SELECT ${column}, ${sums} FROM generation WHERE "organizationId" = ${actor.organizationId} AND mode = ${range.mode} AND "createdAt" >= ${from} AND "createdAt" < ${to} AND ${column} IS NOT NULL ${narrowed}`;
}

/** Weeks that are summed; of sessions none are, as hardly one outlives a day. */
async function weeksOf(transaction: Transaction, { actor, range, kind }: Asked): Promise<(weekMs: number) => boolean> {
  const rows = kind === "session" ? [] : await transaction.usageCallerWeek.findMany({ where: { organizationId: actor.organizationId, bucket: { gte: new Date(range.from.getTime() - WEEK_MS), lt: range.to } }, select: { bucket: true } });
  const made = new Set(rows.map(({ bucket }) => bucket.getTime()));
  return (weekMs) => made.has(weekMs);
}

/**
 * Ranked by two sums, and summed exactly only where it is shown: exact sums of fourteen columns for each of a hundred thousand callers cost ten times as much.
 * A double holds nine million dollars in nano-USD to the last; beyond that the rank alone may round.
 */
async function largestOf(transaction: Transaction, stretches: readonly Stretch[], asked: Asked): Promise<readonly string[]> {
  const parts = Prisma.join(stretches.map((stretch) => partOf(stretch, asked, { names: RANKED })), " UNION ALL ");
  const rows = await transaction.$queryRaw<{ caller: string }[]>`SELECT caller FROM (${parts}) p (caller, requests, charge) WHERE caller <> '' GROUP BY 1 HAVING sum(requests::float8) > 0
    ORDER BY sum(charge::float8) DESC, sum(requests::float8) DESC, caller LIMIT ${asked.groupsMax}`;
  return rows.map(({ caller }) => caller);
}

async function sumsOf(transaction: Transaction, stretches: readonly Stretch[], asked: Asked): Promise<{ readonly largest: readonly UsageGroup[]; readonly all: UsageSums }> {
  if (stretches.length === 0) return { largest: [], all: NOTHING };
  await transaction.$executeRaw`SELECT set_config('work_mem', ${WORK_MEM}, true), set_config('jit', 'off', true)`;
  const only = await largestOf(transaction, stretches, asked);
  const named = Prisma.raw(`p (caller, ${USAGE_SUM_NAMES.map((name) => `"${name}"`).join(", ")})`);
  const from = (wanted: Wanted): Prisma.Sql => Prisma.sql`FROM (${Prisma.join(stretches.map((stretch) => partOf(stretch, asked, wanted)), " UNION ALL ")}) ${named}`;
  const rows = await transaction.$queryRaw<(UsageSums & { key: string | null })[]>`
    SELECT caller AS key, ${SUMS} ${from({ names: USAGE_SUM_NAMES, only })} GROUP BY 1 UNION ALL SELECT NULL, ${SUMS} ${from({ names: USAGE_SUM_NAMES })}`;
  const largest = rows.flatMap(({ key, ...sums }) => (key === null ? [] : [{ ...sums, key, label: key }]));
  largest.sort((a, b) => Number(b.chargeNanoUsd - a.chargeNanoUsd) || Number(b.requests - a.requests) || (a.key < b.key ? -1 : 1));
  return { largest, all: rows.find((row) => row.key === null) ?? NOTHING };
}
/** Holds the ranks of some hundred thousand callers; Postgres's 4 MB send a busy month's to disk. Of this transaction alone. */
const WORK_MEM = "32MB";

/** The largest callers by spend, then what they are not: all others, and requests that name nobody. */
export async function callerGroups(transaction: Transaction, asked: Asked): Promise<UsageGroup[]> {
  const stretches = withWeeks(stretchesOf(asked.range.from, asked.range.to, asked.nowMs), await weeksOf(transaction, asked));
  const { largest, all } = await sumsOf(transaction, stretches, asked);
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
