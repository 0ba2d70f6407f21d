/**
 * Failover drills of presets: a time in which a provider is taken for failed for a share of the requests, and what came of it, told by the
 * request log. A drill is over by its own end, whoever lives to see it; which requests are drawn and how they fail is the gateway's.
 */
import type { BookMode } from "@trunkline/contracts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ConflictError, NotFoundError } from "./errors.ts";
import { lockPreset } from "./presets.ts";

export interface DrillRecord {
  readonly id: string; readonly preset: string; readonly provider: string; readonly percent: number; readonly mode: BookMode; readonly startedBy: string | null;
  readonly startsAt: Date; readonly endsAt: Date; readonly endedAt: Date | null;
}
export interface NewDrill { readonly provider: string; readonly percent: number; readonly mode: BookMode; /** Null: now. */ readonly startsAt: Date | null; readonly durationMs: number }

/** Milliseconds. `recovery`: from the failure that was made to the next candidate's first token, or its whole answer where it was not streamed. */
export interface DrillArmRow {
  readonly drilled: boolean; readonly requests: number; readonly answered: number; readonly failed: number; readonly spared: number; /** Not served, or by the drill's mercy alone. */ readonly lost: number; readonly chargeNanoUsd: string;
  readonly recoveryP50: number | null; readonly recoveryP95: number | null; readonly ttftP50: number | null; readonly ttftP95: number | null; readonly durationP50: number | null; readonly durationP95: number | null;
  readonly servedBy: Readonly<Record<string, number>> | null;
}

/** Shown of the past. */
const DRILLS_MAX = 50;
/** Of a project, newest first; as of canaries. */
const REQUESTS_MAX = 20_000;

/** $1 organization, $2 mode, $3 slug, $4 from, $5 to. */
const DRILL_ARMS_SQL = `
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

type DrillRow = Omit<DrillRecord, "preset" | "mode"> & { readonly mode: string; readonly preset: { readonly slug: string } };
const recordOf = ({ id, preset, provider, percent, mode, startedBy, startsAt, endsAt, endedAt }: DrillRow): DrillRecord =>
  ({ id, preset: preset.slug, provider, percent, mode: mode as BookMode, startedBy, startsAt, endsAt, endedAt });

const WITH_PRESET = { include: { preset: { select: { slug: true } } } } as const;

export function createDrills(context: StoreContext) {
  const find = async (transaction: Transaction, organizationId: string, id: string): Promise<DrillRecord> => {
    const row = await transaction.presetDrill.findFirst({ where: { id, organizationId }, ...WITH_PRESET });
    if (!row) throw new NotFoundError("drill");
    return recordOf(row);
  };
  return {
    /** Newest first. */
    list: (actor: Actor, slug?: string): Promise<DrillRecord[]> => context.tenant(actor, "usage.read", async (transaction) =>
      (await transaction.presetDrill.findMany({ where: { organizationId: actor.organizationId, ...(slug === undefined ? {} : { preset: { slug } }) }, orderBy: { startsAt: "desc" }, take: DRILLS_MAX, ...WITH_PRESET })).map(recordOf)),
    find: (actor: Actor, id: string): Promise<DrillRecord> => context.tenant(actor, "usage.read", (transaction) => find(transaction, actor.organizationId, id)),
    /** Throws ConflictError while one of the preset is not over, NotFoundError without the preset. */
    start: (actor: Actor, slug: string, { provider, percent, mode, startsAt, durationMs }: NewDrill): Promise<DrillRecord> => context.tenant(actor, "presets.manage", async (transaction) => {
      const preset = await lockPreset(transaction, actor.organizationId, slug);
      const now = new Date(context.nowMs());
      if (await transaction.presetDrill.findFirst({ where: { presetId: preset.id, endedAt: null, endsAt: { gt: now } }, select: { id: true } })) throw new ConflictError("A drill of this preset runs or waits for its time already. Stop it first.");
      const begins = startsAt ?? now;
      const id = context.newId("drl");
      await transaction.presetDrill.create({ data: { id, organizationId: actor.organizationId, presetId: preset.id, provider, percent, mode, startedBy: actor.userId, startsAt: begins, endsAt: new Date(begins.getTime() + durationMs) } });
      await recordAudit(transaction, actor, { action: "preset.drill-start", subject: preset.id });
      return find(transaction, actor.organizationId, id);
    }),
    /** Throws NotFoundError where it is over. */
    stop: (actor: Actor, id: string): Promise<DrillRecord> => context.tenant(actor, "presets.manage", async (transaction) => {
      const now = new Date(context.nowMs());
      const { count } = await transaction.presetDrill.updateMany({ where: { id, organizationId: actor.organizationId, endedAt: null, endsAt: { gt: now } }, data: { endedAt: now } });
      if (count === 0) throw new NotFoundError("drill that is not over");
      await recordAudit(transaction, actor, { action: "preset.drill-stop", subject: id });
      return find(transaction, actor.organizationId, id);
    }),
    /** Requests from which the provider was taken away, beside the others of the preset and the time. */
    arms: (actor: Actor, { preset, mode, startsAt, endsAt, endedAt }: DrillRecord): Promise<{ readonly drilled: DrillArmRow; readonly beside: DrillArmRow }> => context.tenant(actor, "usage.read", async (transaction) => {
      const rows = await transaction.$queryRawUnsafe<DrillArmRow[]>(DRILL_ARMS_SQL, actor.organizationId, mode, preset, startsAt, endedAt ?? endsAt);
      return { drilled: armOf(rows, true), beside: armOf(rows, false) };
    }),
  };
}
