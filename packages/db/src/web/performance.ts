/**
 * Percentiles and error classes of recent requests. Means live in the minute sums; a percentile needs the requests themselves, so
 * it is taken of the newest ones only, which bounds what a question can cost.
 */
import type { BookMode } from "@trunkline/contracts";
import { Prisma } from "../../generated/client.ts";
import type { Actor } from "./actor.ts";
import type { StoreContext } from "./context.ts";
import { filtered } from "./usage.ts";
import type { UsageFilters } from "./usage-sums.ts";

/** Enough for a steady 99th percentile, read in well under a tenth of a second. */
export const PERFORMANCE_REQUESTS_MAX = 10_000;

export type PerformanceDimension = "model" | "provider" | "key" | "preset" | "status";
export interface PerformanceQuery { readonly projectId: string; readonly mode: BookMode; readonly from: Date; readonly to: Date; readonly groupBy: PerformanceDimension; readonly model?: string | undefined; readonly filters?: UsageFilters | undefined }
/** Milliseconds; null where nothing was measured. Speed is output tokens a second after the first. */
export interface PerformanceRow {
  readonly key: string; readonly requests: number; readonly failed: number; readonly ttftP50: number | null; readonly ttftP95: number | null; readonly durationP50: number | null; readonly durationP95: number | null; readonly speedP50: number | null;
}
export interface ErrorClassRow { readonly provider: string; readonly code: string; readonly requests: number }

const COLUMN: Readonly<Record<PerformanceDimension, string>> = { model: "model", provider: "provider", key: "apiKeyId", preset: "presetSlug", status: "status" };

function recent(actor: Actor, { projectId, mode, from, to, groupBy, model, filters }: PerformanceQuery): Prisma.Sql {
  const only = model === undefined ? Prisma.empty : Prisma.sql`AND model = ${model}`;
  return Prisma.sql`WITH recent AS (
    SELECT coalesce(${Prisma.raw(`"${COLUMN[groupBy]}"`)}, '') AS key, coalesce(provider, '') AS provider, status, "errorCode", "timeToFirstTokenMs" AS ttft, "durationMs" AS duration, ("outputTokens" + "reasoningTokens")::float8 AS said
    FROM generation WHERE "organizationId" = ${actor.organizationId} AND "projectId" = ${projectId} AND mode = ${mode} AND "createdAt" >= ${from} AND "createdAt" < ${to} ${only} ${filtered(filters)}
    ORDER BY "createdAt" DESC LIMIT ${PERFORMANCE_REQUESTS_MAX})`;
}

export function createPerformance(context: StoreContext) {
  return {
    /** Most requests first. */
    groups: (actor: Actor, query: PerformanceQuery): Promise<PerformanceRow[]> => context.tenant(actor, "usage.read", (transaction) => transaction.$queryRaw<PerformanceRow[]>`
      ${recent(actor, query)} SELECT key, count(*)::int AS requests, count(*) FILTER (WHERE status = 'failed')::int AS failed,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY ttft) AS "ttftP50", percentile_cont(0.95) WITHIN GROUP (ORDER BY ttft) AS "ttftP95",
        percentile_cont(0.5) WITHIN GROUP (ORDER BY duration) AS "durationP50", percentile_cont(0.95) WITHIN GROUP (ORDER BY duration) AS "durationP95",
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN duration > ttft AND said > 1 THEN said * 1000 / (duration - ttft) END) AS "speedP50"
      FROM recent GROUP BY 1 ORDER BY 2 DESC, 1`),
    /** What failed requests ended with, by the provider that was asked last; none where no provider was. */
    errors: (actor: Actor, query: PerformanceQuery): Promise<ErrorClassRow[]> => context.tenant(actor, "usage.read", (transaction) => transaction.$queryRaw<ErrorClassRow[]>`
      ${recent(actor, query)} SELECT provider, coalesce("errorCode", status) AS code, count(*)::int AS requests FROM recent WHERE status IN ('failed', 'partial') GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`),
  };
}
