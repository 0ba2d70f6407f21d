/**
 * How the requests of each version of a preset went since its canary began. One statement for the page that shows it and for the worker that
 * judges it, so that nobody reads one figure and is ruled by another. Bounded like every question about percentiles: the newest requests.
 */
/** Of a project, newest first: enough for any verdict, read in some tens of milliseconds. */
const REQUESTS_MAX = 20_000;

/** `judged`: requests that say something of the version. A caller who left, or a limit of the organization's own, does not. Milliseconds. */
export interface CanaryArmRow {
  readonly version: number; readonly requests: number; readonly judged: number; readonly failed: number; readonly chargeNanoUsd: string; readonly answered: number;
  readonly ttftP50: number | null; readonly ttftP95: number | null; readonly durationP50: number | null; readonly durationP95: number | null;
}

const ENDED = `status <> 'cancelled' AND coalesce("errorCode", '') NOT LIKE 'tenant.%'`;

/** $1 organization, $2 mode, $3 slug, $4 since, $5 versions. By project, because that is how requests are indexed. */
export const CANARY_ARMS_SQL = `
WITH recent AS (
  SELECT g.* FROM project p CROSS JOIN LATERAL (
    SELECT "presetVersion" AS version, status, "errorCode", "chargeNanoUsd", "timeToFirstTokenMs" AS ttft, "durationMs" AS duration FROM generation
    WHERE "organizationId" = $1 AND "projectId" = p.id AND mode = $2 AND "createdAt" >= $4::timestamptz AND "presetSlug" = $3 AND "presetVersion" = ANY ($5::int[])
    ORDER BY "createdAt" DESC LIMIT ${REQUESTS_MAX}) g
  WHERE p."organizationId" = $1)
SELECT version, count(*)::int AS requests, count(*) FILTER (WHERE ${ENDED})::int AS judged, count(*) FILTER (WHERE status IN ('failed', 'partial') AND ${ENDED})::int AS failed,
  count(*) FILTER (WHERE status IN ('ok', 'rescued'))::int AS answered, coalesce(sum("chargeNanoUsd"), 0)::text AS "chargeNanoUsd",
  percentile_cont(0.5) WITHIN GROUP (ORDER BY ttft) AS "ttftP50", percentile_cont(0.95) WITHIN GROUP (ORDER BY ttft) AS "ttftP95",
  percentile_cont(0.5) WITHIN GROUP (ORDER BY duration) AS "durationP50", percentile_cont(0.95) WITHIN GROUP (ORDER BY duration) AS "durationP95"
FROM recent GROUP BY version`;

const armOf = (rows: readonly CanaryArmRow[], version: number): CanaryArmRow =>
  rows.find((row) => row.version === version) ?? { version, requests: 0, judged: 0, failed: 0, answered: 0, chargeNanoUsd: "0", ttftP50: null, ttftP95: null, durationP50: null, durationP95: null };

export interface CanaryArms { readonly canary: CanaryArmRow; readonly beside: CanaryArmRow }

export function canaryArms(rows: readonly CanaryArmRow[], { version, baseVersion }: { readonly version: number; readonly baseVersion: number }): CanaryArms {
  return { canary: armOf(rows, version), beside: armOf(rows, baseVersion) };
}
