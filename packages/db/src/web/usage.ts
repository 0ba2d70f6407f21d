/**
 * Sums over the rollups, cut into hours or days of the organization's own time zone. Who calls (end user, session) has sums of its own; requests
 * themselves are read only where callers are crossed with another dimension.
 */
import { Prisma } from "../../generated/client.ts";
import type { Actor } from "./actor.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { UnprocessableError } from "./errors.ts";
import { callerGroups } from "./usage-callers.ts";
import { FILTER_DIMENSIONS, USAGE_SUM_NAMES, type UsageDimension, type UsageFilters, type UsageGroup, type UsageRange, type UsageSums } from "./usage-sums.ts";

/** One part of one group. */
export interface NestedUsageGroup extends UsageGroup { readonly thenKey: string; readonly thenLabel: string }
export interface UsagePoint extends UsageSums { readonly key: string; readonly bucket: Date }
export interface UsageSeries { readonly timeZone: string; readonly buckets: readonly Date[]; readonly points: readonly UsagePoint[]; readonly groups: readonly UsageGroup[] }

/** More groups than this are no chart and no table; the largest spenders come first. */
export const USAGE_GROUPS_MAX = 1000;
/** Pairs of two levels in one answer: a file that a spreadsheet opens at once, an answer of a few megabytes. */
const NESTED_GROUPS_MAX = 10_000;

type RollupDimension = Exclude<UsageDimension, "user" | "session">;
const ROLLUP_COLUMN: Readonly<Record<RollupDimension, string>> = { model: "model", provider: "provider", key: "apiKeyId", project: "projectId", preset: "presetSlug", status: "status" };
const GENERATION_COLUMN = { user: "endUser", session: "sessionId" } as const;

const column = (name: string): Prisma.Sql => Prisma.raw(`"${name}"`);
const sum = (name: string): Prisma.Sql => Prisma.raw(`coalesce(sum("${name}"), 0)::bigint AS "${name}"`);
const TOKEN_SUMS = Prisma.join(["inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd"].map(sum));
const ROLLUP_SUMS = Prisma.sql`
  coalesce(sum(requests), 0)::bigint AS requests, coalesce(sum(requests) FILTER (WHERE status = 'failed'), 0)::bigint AS failed,
  coalesce(sum(requests) FILTER (WHERE status = 'rescued'), 0)::bigint AS rescued, ${TOKEN_SUMS}, ${Prisma.join(["absorbedNanoUsd", "attempts", "ttftMsSum", "ttftCount"].map(sum))}`;
const GENERATION_SUMS = Prisma.sql`
  count(*)::bigint AS requests, count(*) FILTER (WHERE status = 'failed')::bigint AS failed, count(*) FILTER (WHERE status = 'rescued')::bigint AS rescued, ${TOKEN_SUMS}, coalesce(sum(greatest("costNanoUsd" - ("chargeNanoUsd" - "ownKeyFeeNanoUsd"), 0)), 0)::bigint AS "absorbedNanoUsd",
  coalesce(sum(json_array_length(attempts)), 0)::bigint AS attempts, coalesce(sum("timeToFirstTokenMs"), 0)::bigint AS "ttftMsSum", count("timeToFirstTokenMs")::bigint AS "ttftCount"`;

/** Of sums and of the log alike: both name these columns the same. */
export function filtered(filters: UsageFilters = {}): Prisma.Sql {
  const parts = FILTER_DIMENSIONS.flatMap((dimension) => {
    const values = filters[dimension] ?? [];
    return values.length === 0 ? [] : [Prisma.sql`AND coalesce(${column(ROLLUP_COLUMN[dimension])}, '') = ANY (${[...values]}::text[])`];
  });
  return parts.length === 0 ? Prisma.empty : Prisma.join(parts, " ");
}
const isFiltered = ({ filters = {} }: UsageRange): boolean => FILTER_DIMENSIONS.some((dimension) => (filters[dimension]?.length ?? 0) > 0);

function narrowed(range: UsageRange): Prisma.Sql {
  const project = range.projectId === undefined ? Prisma.empty : Prisma.sql`AND "projectId" = ${range.projectId}`;
  const only = range.only === undefined ? Prisma.empty : Prisma.sql`AND coalesce(${column(ROLLUP_COLUMN[range.only.dimension])}, '') = ${range.only.key}`;
  return Prisma.sql`${project} ${only} ${filtered(range.filters)}`;
}

/** Rollups of the range, as wide as no cut divides them. Buckets are minutes at their finest, so instants inside one count from the next. */
function rollups(actor: Actor, range: UsageRange, cuts: readonly Date[] = []): Prisma.Sql {
  return Prisma.sql`usage_between(${actor.organizationId}, ${range.mode}, ${range.from}::timestamptz, ${range.to}::timestamptz, ${cuts.map((cut) => cut.toISOString())}::timestamptz[]) WHERE true ${narrowed(range)}`;
}

/** Ids become the names people gave; an empty value says what its absence means. */
async function labelled(transaction: Transaction, organizationId: string, dimension: UsageDimension, groups: (UsageSums & { key: string })[]): Promise<UsageGroup[]> {
  const where = { organizationId, id: { in: groups.map((group) => group.key) } };
  const named = dimension === "key" ? await transaction.apiKey.findMany({ where, select: { id: true, name: true } })
    : dimension === "project" ? await transaction.project.findMany({ where, select: { id: true, name: true } }) : [];
  const names = new Map(named.map((row) => [row.id, row.name]));
  const absent = { preset: "no preset", model: "not routed", provider: "not routed", user: "no user", session: "no session" } as Partial<Record<UsageDimension, string>>;
  return groups.map((group) => ({ ...group, label: names.get(group.key) ?? (group.key === "" ? absent[dimension] ?? "none" : group.key) }));
}

const isCaller = (dimension: UsageDimension): dimension is "user" | "session" => dimension === "user" || dimension === "session";
const logColumn = (dimension: UsageDimension): Prisma.Sql => Prisma.sql`coalesce(${column(isCaller(dimension) ? GENERATION_COLUMN[dimension] : ROLLUP_COLUMN[dimension])}, '')`;
/** The requests of a range, counted into minutes as the rollups are. */
const log = (actor: Actor, range: UsageRange): Prisma.Sql =>
  Prisma.sql`generation WHERE "organizationId" = ${actor.organizationId} AND mode = ${range.mode} AND "createdAt" >= ${minuteFrom(range.from)} AND "createdAt" < ${minuteFrom(range.to)} ${narrowed(range)}`;
const MINUTE_MS = 60_000;
const minuteFrom = (at: Date): Date => new Date(Math.ceil(at.getTime() / MINUTE_MS) * MINUTE_MS);

function groupQuery(actor: Actor, range: UsageRange, dimension: UsageDimension): Prisma.Sql {
  if (isCaller(dimension)) return Prisma.sql`SELECT ${logColumn(dimension)} AS key, ${GENERATION_SUMS} FROM ${log(actor, range)} GROUP BY 1 ORDER BY "chargeNanoUsd" DESC, requests DESC, 1 LIMIT ${USAGE_GROUPS_MAX}`;
  return Prisma.sql`SELECT ${column(ROLLUP_COLUMN[dimension])} AS key, ${ROLLUP_SUMS} FROM ${rollups(actor, range)} GROUP BY 1 ORDER BY "chargeNanoUsd" DESC, requests DESC, 1 LIMIT ${USAGE_GROUPS_MAX}`;
}

/** A column an array, as text: thousands of rows of fifteen numbers cost the database library more than reading them costs Postgres. */
const PACKED = Prisma.raw(["to_json(array_agg(key))::text AS keys", ...USAGE_SUM_NAMES.map((name) => `array_agg("${name}")::text AS "${name}"`)].join(", "));
const GROUP_SUMS = Prisma.join(USAGE_SUM_NAMES.map(sum));
/** Nulls where there is no row at all. */
type Packed = { readonly keys: string | null } & { readonly [Name in keyof UsageSums]: string | null };
const numbersOf = (text: string | null): readonly string[] => (text === null ? [] : text.slice(1, -1).split(","));
function unpacked(packed: Packed): (UsageSums & { key: string })[] {
  const columns = USAGE_SUM_NAMES.map((name) => numbersOf(packed[name]));
  return (JSON.parse(packed.keys ?? "[]") as string[]).map((key, row) => {
    const at = (column: number): bigint => BigInt(columns[column]?.[row] ?? 0);
    // Written out, in the order of the names: an object of one shape is made several times as fast as one that grows.
    return { key, requests: at(0), failed: at(1), rescued: at(2), attempts: at(3), inputTokens: at(4), cacheReadTokens: at(5), cacheWriteTokens: at(6), outputTokens: at(7), reasoningTokens: at(8), chargeNanoUsd: at(9), costNanoUsd: at(10), absorbedNanoUsd: at(11), ttftMsSum: at(12), ttftCount: at(13) };
  });
}
/** The groups that the points belong to, largest spenders first. */
const largestFirst = (groups: (UsageSums & { key: string })[]): (UsageSums & { key: string })[] =>
  groups.sort((a, b) => Number(b.chargeNanoUsd - a.chargeNanoUsd) || Number(b.requests - a.requests) || (a.key < b.key ? -1 : 1)).slice(0, USAGE_GROUPS_MAX);

export interface SeriesQuery extends UsageRange { readonly granularity: "minute" | "hour" | "day"; readonly groupBy: RollupDimension }

export function createUsage(context: StoreContext) {
  const zoneOf = async (transaction: Transaction, actor: Actor): Promise<string> =>
    (await transaction.organization.findUniqueOrThrow({ where: { id: actor.organizationId }, select: { timeZone: true } })).timeZone;
  const totalsOf = async (transaction: Transaction, actor: Actor, range: UsageRange): Promise<UsageSums> => {
    const rows = await transaction.$queryRaw<UsageSums[]>`SELECT ${ROLLUP_SUMS} FROM ${rollups(actor, range)}`;
    if (!rows[0]) throw new Error("an aggregate without GROUP BY gave no row");
    return rows[0];
  };
  return {
    totals: (actor: Actor, range: UsageRange): Promise<UsageSums> => context.tenant(actor, "usage.read", (transaction) => totalsOf(transaction, actor, range)),
    /** `callersMax`: of users and sessions, so many by themselves; the rest is one group. */
    groups: (actor: Actor, range: UsageRange, dimension: UsageDimension, callersMax = USAGE_GROUPS_MAX): Promise<UsageGroup[]> => context.tenant(actor, "usage.read", async (transaction) => isCaller(dimension) && range.only === undefined && !isFiltered(range)
      ? callerGroups(transaction, { actor, range, kind: dimension, groupsMax: callersMax, nowMs: context.nowMs(), totals: await totalsOf(transaction, actor, range) })
      : labelled(transaction, actor.organizationId, dimension, await transaction.$queryRaw<(UsageSums & { key: string })[]>(groupQuery(actor, range, dimension)))),
    /** Both levels of a breakdown. Throws UnprocessableError where there are more pairs than an answer holds, rather than leave some out. */
    nested: (actor: Actor, range: UsageRange, [outer, inner]: readonly [UsageDimension, UsageDimension]): Promise<NestedUsageGroup[]> => context.tenant(actor, "usage.read", async (transaction) => {
      const ofLog = isCaller(outer) || isCaller(inner);
      const rows = await transaction.$queryRaw<(UsageSums & { key: string; thenKey: string })[]>`
        SELECT ${logColumn(outer)} AS key, ${logColumn(inner)} AS "thenKey", ${ofLog ? GENERATION_SUMS : ROLLUP_SUMS} FROM ${ofLog ? log(actor, range) : rollups(actor, range)} GROUP BY 1, 2 ORDER BY 1, "chargeNanoUsd" DESC, requests DESC, 2 LIMIT ${NESTED_GROUPS_MAX + 1}`;
      if (rows.length > NESTED_GROUPS_MAX) throw new UnprocessableError(`These two levels have more than ${NESTED_GROUPS_MAX} pairs. Choose a shorter range.`);
      const parts = await labelled(transaction, actor.organizationId, inner, rows.map((row) => ({ ...row, key: row.thenKey })));
      const groups = await labelled(transaction, actor.organizationId, outer, rows);
      return groups.map((group, at) => ({ ...group, thenKey: parts[at]?.key ?? "", thenLabel: parts[at]?.label ?? "" }));
    }),
    /** Buckets begin at local midnight (day) or the local hour; a day of a clock change has 23 or 25 hours. */
    series: (actor: Actor, query: SeriesQuery): Promise<UsageSeries> => context.tenant(actor, "usage.read", async (transaction) => {
      const timeZone = await zoneOf(transaction, actor);
      const { granularity, from, to } = query;
      const buckets = await transaction.$queryRaw<{ bucket: Date }[]>(granularity === "day"
        ? Prisma.sql`SELECT generate_series(date_trunc('day', ${from}::timestamptz AT TIME ZONE ${timeZone}), (${to}::timestamptz AT TIME ZONE ${timeZone}) - interval '1 millisecond', interval '1 day') AT TIME ZONE ${timeZone} AS bucket`
        : granularity === "minute" ? Prisma.sql`SELECT generate_series(date_trunc('minute', ${from}::timestamptz), ${to}::timestamptz - interval '1 millisecond', interval '1 minute') AS bucket`
        // Where clocks move by half an hour, so do the hours: each is asked for, not counted up.
        : Prisma.sql`SELECT DISTINCT date_trunc('hour', at, ${timeZone}) AS bucket FROM generate_series(date_trunc('hour', ${from}::timestamptz, ${timeZone}), ${to}::timestamptz - interval '1 millisecond', interval '15 minutes') at ORDER BY 1`);
      const packed = await transaction.$queryRaw<(Packed & { starts: string | null })[]>`
        WITH p AS MATERIALIZED (
          SELECT starts, key, ${ROLLUP_SUMS} FROM (SELECT *, date_trunc(${granularity}, bucket, ${timeZone}) AS starts, ${column(ROLLUP_COLUMN[query.groupBy])} AS key FROM ${rollups(actor, query, buckets.map((row) => row.bucket))}) r GROUP BY 1, 2
        )
        SELECT 1 AS part, array_agg((extract(epoch FROM starts) * 1000)::bigint)::text AS starts, ${PACKED} FROM (SELECT * FROM p ORDER BY starts) points
        UNION ALL SELECT 2, NULL, ${PACKED} FROM (SELECT key, ${GROUP_SUMS} FROM p GROUP BY 1) groups ORDER BY part`;
      // The groups are those of the points: reading the range a second time would cost as much as the first.
      const [inTime, whole] = packed;
      if (!inTime || !whole) throw new Error("an aggregate without GROUP BY gave no row");
      const starts = numbersOf(inTime.starts);
      const points = unpacked(inTime).map((point, at) => Object.assign(point, { bucket: new Date(Number(starts[at])) }));
      return { timeZone, buckets: buckets.map((row) => row.bucket), points, groups: await labelled(transaction, actor.organizationId, query.groupBy, largestFirst(unpacked(whole))) };
    }),
    /** Against the price of fresh input: what cache reads saved, and what cache writes cost on top; at list prices, a rollup at those that held when it began. */
    cacheSavings: (actor: Actor, range: UsageRange): Promise<{ savedNanoUsd: bigint; extraNanoUsd: bigint }> => context.tenant(actor, "usage.read", async (transaction) => {
      const rows = await transaction.$queryRaw<{ savedNanoUsd: bigint; extraNanoUsd: bigint }[]>`
        SELECT coalesce(sum(u."cacheReadTokens" * greatest(p."inputNanoUsdPerMillion" - p."cacheReadNanoUsdPerMillion", 0)) / 1000000, 0)::bigint AS "savedNanoUsd",
          coalesce(sum(u."cacheWriteTokens" * greatest(p."cacheWriteNanoUsdPerMillion" - p."inputNanoUsdPerMillion", 0)) / 1000000, 0)::bigint AS "extraNanoUsd"
        FROM (SELECT bucket, provider, model, "cacheReadTokens", "cacheWriteTokens" FROM ${rollups(actor, range)} AND "cacheReadTokens" + "cacheWriteTokens" > 0) u
        JOIN price_version p ON p.provider = u.provider AND p."modelId" = u.model AND p."effectiveFrom" <= u.bucket AND (p."effectiveTo" IS NULL OR p."effectiveTo" > u.bucket)`;
      return rows[0] ?? { savedNanoUsd: 0n, extraNanoUsd: 0n };
    }),
    /** Requests stored since, by `<project> <mode>`: for pages that wait for the next. */
    storedSince: (actor: Actor, since: Date): Promise<ReadonlyMap<string, bigint>> => context.tenant(actor, "usage.read", async (transaction) => {
      const rows = await transaction.$queryRaw<{ book: string; requests: bigint }[]>`SELECT "projectId" || ' ' || mode AS book, sum(requests)::bigint AS requests FROM usage_rollup WHERE "organizationId" = ${actor.organizationId} AND bucket >= ${since} GROUP BY 1`;
      return new Map(rows.map((row) => [row.book, row.requests]));
    }),
    /** Instants at which the month and the day began for the organization. */
    periodStarts: (actor: Actor): Promise<{ timeZone: string; month: Date; day: Date }> => context.tenant(actor, "usage.read", async (transaction) => {
      const timeZone = await zoneOf(transaction, actor);
      const now = new Date(context.nowMs());
      const rows = await transaction.$queryRaw<{ month: Date; day: Date }[]>`SELECT date_trunc('month', ${now}::timestamptz, ${timeZone}) AS month, date_trunc('day', ${now}::timestamptz, ${timeZone}) AS day`;
      if (!rows[0]) throw new Error("a query without FROM gave no row");
      return { timeZone, ...rows[0] };
    }),
    /** Requests, failures and first-token times of each (provider, model) as this organization saw them since `from`. */
    endpointHealth: (actor: Actor, from: Date): Promise<(UsageSums & { provider: string; model: string })[]> => context.tenant(actor, "usage.read", (transaction) =>
      transaction.$queryRaw`SELECT provider, model, ${ROLLUP_SUMS} FROM usage_rollup WHERE "organizationId" = ${actor.organizationId} AND bucket >= ${from} GROUP BY 1, 2`),
  };
}
