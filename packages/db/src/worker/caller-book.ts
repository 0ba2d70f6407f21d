// Keeps the sums of end users and sessions from growing without end. Decides how many callers of an hour or a day stay by themselves; it promises that
// nothing is lost of the sums: the smallest become one row with an empty caller. Only what is over for a day is touched. Weeks that are over are summed once more,
// so that a month of many users is read from few rows; a trigger keeps them true to their days.
import type pg from "pg";

const DAY_MS = 86_400_000;
/** More callers a day than a table, a file or a bill by customer can name. */
const CALLERS_MAX = 10_000;
/** Usage may come late by as much: until then a run looks again. */
const LOOKED_AT_DAYS = 3;
const KEY = `"organizationId", mode, kind, span, bucket, "projectId"`;
const SUMS = ["requests", "failed", "rescued", "attempts", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "absorbedNanoUsd", "ttftMsSum", "ttftCount"].map((name) => `"${name}"`);

/** $1 and $2: buckets between. $3: callers that stay. Rows are locked in the order in which ingestion locks them. */
const FOLD = `
WITH crowded AS (
  SELECT o.id AS "organizationId", m.mode, k.kind, s.span, c.bucket, c."projectId" FROM organization o CROSS JOIN (VALUES ('live'), ('test')) m (mode) CROSS JOIN (VALUES ('user'), ('session')) k (kind) CROSS JOIN (VALUES ('hour'), ('day')) s (span)
  CROSS JOIN LATERAL (
    SELECT u.bucket, u."projectId" FROM usage_caller u WHERE u."organizationId" = o.id AND u.mode = m.mode AND u.kind = k.kind AND u.span = s.span AND u.bucket >= $1 AND u.bucket < $2 AND u.caller <> ''
    GROUP BY 1, 2 HAVING count(*) > $3
  ) c
), ranked AS (
  SELECT ${KEY}, caller, row_number() OVER (PARTITION BY ${KEY} ORDER BY u."chargeNanoUsd" DESC, u.requests DESC, u.caller) AS place FROM usage_caller u JOIN crowded USING (${KEY}) WHERE u.caller <> ''
), small AS (
  SELECT ${KEY}, u.caller FROM usage_caller u JOIN ranked USING (${KEY}, caller) WHERE ranked.place > $3 ORDER BY ${KEY}, u.caller FOR UPDATE OF u
), gone AS (
  DELETE FROM usage_caller u USING small s WHERE (u."organizationId", u.mode, u.kind, u.span, u.bucket, u."projectId", u.caller) = (s."organizationId", s.mode, s.kind, s.span, s.bucket, s."projectId", s.caller) RETURNING u.*
)
INSERT INTO usage_caller AS kept (${KEY}, caller, ${SUMS.join(", ")})
SELECT ${KEY}, '', ${SUMS.map((name) => `sum(${name})`).join(", ")} FROM gone GROUP BY ${KEY} ORDER BY ${KEY}
ON CONFLICT (${KEY}, caller) DO UPDATE SET ${SUMS.map((name) => `${name} = kept.${name} + excluded.${name}`).join(", ")}`;

/** A week is made when it is over for so long: the triggers that keep made weeks true leave the days of the last two alone, and a day lies between for clocks that disagree. */
const WEEK_OVER_MS = 3 * DAY_MS;
const WEEK_MS = 7 * DAY_MS;
/** Monday, 1970-01-05. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
/** What the longest range of a page covers, and some. */
const WEEKS_BACK = 15;
/** A run's worth: what is left goes with the next, ten minutes later. */
const WEEKS_AT_ONCE = 200;
/** As the trigger of `usage_caller` takes it, shared. */
const WEEK_LOCK = 7_203_012;

/** $1 weeks. */
const UNMADE = `
SELECT o.id AS "organizationId", w.bucket FROM organization o CROSS JOIN unnest($1::timestamptz[]) w (bucket)
WHERE NOT EXISTS (SELECT FROM usage_caller_week m WHERE m."organizationId" = o.id AND m.bucket = w.bucket)
  AND EXISTS (SELECT FROM (VALUES ('live'), ('test')) b (mode) CROSS JOIN LATERAL (SELECT FROM usage_caller u WHERE u."organizationId" = o.id AND u.mode = b.mode AND u.kind = 'user' AND u.span = 'day' AND u.bucket >= w.bucket AND u.bucket < w.bucket + interval '7 days' LIMIT 1) u)
LIMIT ${WEEKS_AT_ONCE}`;
/** $1 organization, $2 week. Ordered: rows that are read together lie together, where a hash's order is a page a row. */
const MAKE = `
INSERT INTO usage_caller (${KEY}, caller, ${SUMS.join(", ")})
SELECT "organizationId", mode, kind, 'week', $2::timestamptz, "projectId", caller, ${SUMS.map((name) => `sum(${name})`).join(", ")}
FROM usage_caller WHERE "organizationId" = $1 AND mode IN ('live', 'test') AND kind = 'user' AND span = 'day' AND bucket >= $2::timestamptz AND bucket < $2::timestamptz + interval '7 days' GROUP BY "organizationId", mode, kind, "projectId", caller ORDER BY mode, "projectId", caller`;

/** Somebody changes old days at this moment, or makes weeks: what is left waits for the next run, so that nobody waits for this one. */
async function makeWeek(pool: pg.Pool, { organizationId, bucket }: { readonly organizationId: string; readonly bucket: Date }): Promise<boolean> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const { rows: [lock] } = await client.query<{ held: boolean }>("SELECT pg_try_advisory_xact_lock($1::bigint) AS held", [WEEK_LOCK]);
    if (lock?.held === true) {
      const { rowCount } = await client.query(`INSERT INTO usage_caller_week ("organizationId", bucket) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [organizationId, bucket.toISOString()]);
      if (rowCount === 1) await client.query(MAKE, [organizationId, bucket.toISOString()]);
    }
    await client.query("COMMIT");
    return lock?.held === true;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: Error) => { broken = rollbackError; });
    throw error;
  } finally {
    client.release(broken);
  }
}

export interface CallerQueries {
  /** Of the days that ended lately. */
  foldCallers(nowMs: number, callersMax?: number): Promise<void>;
  /** Sums of end users by the weeks that are over, where they are not made yet. */
  makeCallerWeeks(nowMs: number): Promise<void>;
}

export const createCallerQueries = (pool: pg.Pool): CallerQueries => ({
  async foldCallers(nowMs, callersMax = CALLERS_MAX) {
    const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
    await pool.query(FOLD, [new Date(today - LOOKED_AT_DAYS * DAY_MS).toISOString(), new Date(today - DAY_MS).toISOString(), callersMax]);
  },
  async makeCallerWeeks(nowMs) {
    const last = Math.floor((nowMs - WEEK_OVER_MS - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS - WEEK_MS;
    const weeks = Array.from({ length: WEEKS_BACK }, (_one, back) => new Date(last - back * WEEK_MS).toISOString());
    const { rows } = await pool.query<{ organizationId: string; bucket: Date }>(UNMADE, [weeks]);
    for (const week of rows) if (!(await makeWeek(pool, week))) return;
  },
});
