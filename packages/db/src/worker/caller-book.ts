// Keeps the sums of end users and sessions from growing without end. Decides how many callers of an hour or a day stay by themselves; it promises that
// nothing is lost of the sums: the smallest become one row with an empty caller. Only what is over for a day is touched.
import type pg from "pg";

const DAY_MS = 86_400_000;
/** More callers a day than a table, a file or a bill by customer can name. */
const CALLERS_MAX = 10_000;
/** Usage may come late by as much: until then a run looks again. */
const LOOKED_AT_DAYS = 3;
const KEY = `"organizationId", mode, kind, span, bucket, "projectId"`;
const SUMS = ["requests", "failed", "rescued", "attempts", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "ttftMsSum", "ttftCount"].map((name) => `"${name}"`);

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

export interface CallerQueries {
  /** Of the days that ended lately. */
  foldCallers(nowMs: number, callersMax?: number): Promise<void>;
}

export const createCallerQueries = (pool: pg.Pool): CallerQueries => ({
  async foldCallers(nowMs, callersMax = CALLERS_MAX) {
    const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
    await pool.query(FOLD, [new Date(today - LOOKED_AT_DAYS * DAY_MS).toISOString(), new Date(today - DAY_MS).toISOString(), callersMax]);
  },
});
