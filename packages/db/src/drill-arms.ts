/**
 * What came of a drill, told by the request log: the requests from which the provider was taken away, beside the others of the preset and the time.
 * One statement for the page that shows it while it runs and for the worker that writes it down when it is over.
 */
/** Milliseconds. `recovery`: from the failure that was made to the next candidate's first token, or its whole answer where it was not streamed. */
export interface DrillArmRow {
  readonly drilled: boolean; readonly requests: number; readonly answered: number; readonly failed: number; readonly spared: number; /** Not served, or by the drill's mercy alone. */ readonly lost: number; readonly chargeNanoUsd: string;
  readonly recoveryP50: number | null; readonly recoveryP95: number | null; readonly ttftP50: number | null; readonly ttftP95: number | null; readonly durationP50: number | null; readonly durationP95: number | null;
  readonly servedBy: Readonly<Record<string, number>> | null;
}

export interface DrillArms { readonly drilled: DrillArmRow; readonly beside: DrillArmRow }

/** Of a project, newest first; as of canaries. */
const REQUESTS_MAX = 20_000;

/** $1 organization, $2 mode, $3 slug, $4 from, $5 to. */
export const DRILL_ARMS_SQL = `
WITH recent AS (
  SELECT g.* FROM project p CROSS JOIN LATERAL (
    SELECT status, provider, "chargeNanoUsd", "timeToFirstTokenMs" AS ttft, "durationMs" AS duration, attempts,
      attempts::jsonb @> '[{"drill":"failed"}]' OR attempts::jsonb @> '[{"drill":"spared"}]' AS drilled FROM generation
    WHERE "organizationId" = $1 AND "projectId" = p.id AND mode = $2 AND "createdAt" >= $4::timestamptz AND "createdAt" < $5::timestamptz AND "presetSlug" = $3
      AND status <> 'cancelled' AND coalesce("errorCode", '') NOT LIKE 'tenant.%'
    ORDER BY "createdAt" DESC LIMIT ${REQUESTS_MAX}) g
  WHERE p."organizationId" = $1
), timed AS (
  SELECT *, CASE WHEN drilled AND status IN ('ok', 'rescued', 'partial') THEN (
    SELECT min((w->>'startedAtMs')::float8 + coalesce((w->>'timeToFirstTokenMs')::float8, (w->>'durationMs')::float8)) FILTER (WHERE w->>'timeToFirstTokenMs' IS NOT NULL) - min((w->>'startedAtMs')::float8) FILTER (WHERE w->>'drill' = 'failed')
    FROM json_array_elements(attempts) w) END AS recovery
  FROM recent
), providers AS (
  SELECT drilled, jsonb_object_agg(provider, requests) AS "servedBy" FROM (SELECT drilled, provider, count(*)::int AS requests FROM recent WHERE provider IS NOT NULL AND status IN ('ok', 'rescued', 'partial') GROUP BY 1, 2) served GROUP BY 1)
SELECT drilled, count(*)::int AS requests, count(*) FILTER (WHERE status IN ('ok', 'rescued'))::int AS answered, count(*) FILTER (WHERE status IN ('failed', 'partial'))::int AS failed,
  count(*) FILTER (WHERE attempts::jsonb @> '[{"drill":"spared"}]')::int AS spared,
  count(*) FILTER (WHERE status = 'failed' OR attempts::jsonb @> '[{"drill":"spared"}]')::int AS lost, coalesce(sum("chargeNanoUsd"), 0)::text AS "chargeNanoUsd",
  percentile_cont(0.5) WITHIN GROUP (ORDER BY recovery) AS "recoveryP50", percentile_cont(0.95) WITHIN GROUP (ORDER BY recovery) AS "recoveryP95",
  percentile_cont(0.5) WITHIN GROUP (ORDER BY ttft) AS "ttftP50", percentile_cont(0.95) WITHIN GROUP (ORDER BY ttft) AS "ttftP95",
  percentile_cont(0.5) WITHIN GROUP (ORDER BY duration) AS "durationP50", percentile_cont(0.95) WITHIN GROUP (ORDER BY duration) AS "durationP95",
  (SELECT "servedBy" FROM providers WHERE providers.drilled = timed.drilled) AS "servedBy"
FROM timed GROUP BY drilled`;

const armOf = (rows: readonly DrillArmRow[], drilled: boolean): DrillArmRow =>
  rows.find((row) => row.drilled === drilled) ?? { drilled, requests: 0, answered: 0, failed: 0, spared: 0, lost: 0, chargeNanoUsd: "0", recoveryP50: null, recoveryP95: null, ttftP50: null, ttftP95: null, durationP50: null, durationP95: null, servedBy: null };

export const drillArms = (rows: readonly DrillArmRow[]): DrillArms => ({ drilled: armOf(rows, true), beside: armOf(rows, false) });
