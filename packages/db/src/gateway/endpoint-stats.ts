// How a model's providers did lately, as the attempts of one project tell it: the traffic of other tenants is not shown to anybody.
import type { BookMode, FailureClass } from "@trunkline/contracts";
import type { Statement } from "./prepared.ts";

/** Rows looked at: a page of the project's newest calls, so that the work does not grow with its traffic. */
const ROWS_MAX = 10_000;
const HALF_HOUR_MS = 30 * 60_000;
const DAY_MS = 86_400_000;
/** What says that a provider was down; what the caller or its account did wrong does not. */
const DOWN: readonly FailureClass[] = ["rate_limited", "overloaded", "server_error", "timeout", "network", "protocol_violation"];

export interface StatsScope { readonly organizationId: string; readonly projectId: string; readonly mode: BookMode; readonly model: string; readonly nowMs: number }

/** Milliseconds or tokens a second at each share of the streams. */
export interface Percentiles { readonly p50: number; readonly p75: number; readonly p90: number; readonly p99: number }

/** Null where nothing was recorded. Shares are of 1. */
export interface EndpointStats {
  readonly provider: string;
  readonly requestsLastDay: number;
  readonly uptimeLast30m: number | null;
  readonly uptimeLastDay: number | null;
  readonly timeToFirstTokenMs: Percentiles | null;
  readonly tokensPerSecond: Percentiles | null;
}

interface StatsRow { readonly provider: string; readonly ok: string; readonly down: string; readonly okFresh: string; readonly downFresh: string; readonly latency: readonly number[] | null; readonly speed: readonly number[] | null }

/** $1 organization, $2 project, $3 mode, $4 model, $5 a day ago, $6 half an hour ago, $7 failure classes. Served by the index of the request log. */
export const LOAD_ENDPOINT_STATS: Statement<StatsRow> = {
  name: "gateway_endpoint_stats",
  text: `
WITH recent AS (
  SELECT "createdAt", streaming, attempts FROM generation
  WHERE "organizationId" = $1 AND "projectId" = $2 AND mode = $3 AND "createdAt" > $5::timestamptz ORDER BY "createdAt" DESC LIMIT ${ROWS_MAX}
), tried AS (
  SELECT a->>'provider' AS provider, "createdAt" > $6::timestamptz AS fresh, streaming, a->>'failureClass' AS failure, (a->>'timeToFirstTokenMs')::float8 AS ttft, (a->>'durationMs')::float8 AS duration,
    (a->'usage'->>'outputTokens')::float8 + (a->'usage'->>'reasoningTokens')::float8 AS tokens
  FROM recent, json_array_elements(attempts) a WHERE a->>'model' = $4 AND a->>'drill' IS DISTINCT FROM 'failed'
)
SELECT provider, count(*) FILTER (WHERE failure IS NULL) AS ok, count(*) FILTER (WHERE failure = ANY($7)) AS down,
  count(*) FILTER (WHERE fresh AND failure IS NULL) AS "okFresh", count(*) FILTER (WHERE fresh AND failure = ANY($7)) AS "downFresh",
  percentile_cont(ARRAY[0.5, 0.75, 0.9, 0.99]) WITHIN GROUP (ORDER BY ttft) FILTER (WHERE fresh AND streaming AND failure IS NULL AND ttft IS NOT NULL) AS latency,
  percentile_cont(ARRAY[0.5, 0.75, 0.9, 0.99]) WITHIN GROUP (ORDER BY tokens * 1000 / nullif(duration - ttft, 0)) FILTER (WHERE fresh AND streaming AND failure IS NULL AND tokens > 0 AND duration > ttft) AS speed
FROM tried GROUP BY provider`,
};

export function statsParameters(scope: StatsScope): readonly unknown[] {
  const since = (ms: number): string => new Date(scope.nowMs - ms).toISOString();
  return [scope.organizationId, scope.projectId, scope.mode, scope.model, since(DAY_MS), since(HALF_HOUR_MS), DOWN];
}

const uptime = (ok: number, down: number): number | null => (ok + down === 0 ? null : ok / (ok + down));

function percentiles(values: readonly number[] | null): Percentiles | null {
  const [p50, p75, p90, p99] = values ?? [];
  return p50 == null || p75 == null || p90 == null || p99 == null ? null : { p50, p75, p90, p99 };
}

export function endpointStats(row: StatsRow): EndpointStats {
  const [ok, down] = [Number(row.ok), Number(row.down)];
  return { provider: row.provider, requestsLastDay: ok + down, uptimeLast30m: uptime(Number(row.okFresh), Number(row.downFresh)), uptimeLastDay: uptime(ok, down), timeToFirstTokenMs: percentiles(row.latency), tokensPerSecond: percentiles(row.speed) };
}
