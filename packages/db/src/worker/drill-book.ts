// Drills that are due by their schedule, and the reports of those that are over. One hour is taken once, whoever takes it: the row decides.
import type { BookMode, DrillOutcome } from "@trunkline/contracts";
import type pg from "pg";
import { DRILL_ARMS_SQL, drillArms, type DrillArmRow } from "../drill-arms.ts";
import { weeklyHourSql } from "../weekly-hour.ts";

export interface DueDrill { readonly organizationId: string; readonly slug: string; readonly provider: string; readonly outcome: DrillOutcome }
export interface LosingDrill { readonly id: string; readonly slug: string; readonly provider: string; readonly requests: number; readonly lost: number; readonly mode: BookMode }

export interface DrillQueries {
  /** Begins the drill of one schedule whose hour has come, or notes why not. Null: nothing is due. */
  takeDueDrill(drillId: string, nowMs: number): Promise<DueDrill | null>;
  /** Writes down what came of drills that ended before `endedBeforeMs` and have no report yet. Returns how many. */
  keepDrillReports(endedBeforeMs: number): Promise<number>;
  /** Of an organization, with a report that says requests would have been lost. */
  listLosingDrills(organizationId: string, endedFromMs: number): Promise<readonly LosingDrill[]>;
}

/** A worker that was away for longer lets the hour go: people chose it for being quiet, or for somebody being there. */
const LATE_MAX = "1 hour";
/** At a time, so that a tick ends soon. */
const REPORTS_MAX = 20;

/** $1 now. The preset is locked as whoever starts a drill by hand locks it. */
const LOCK_DUE = `
SELECT s.id FROM preset_drill_schedule s JOIN organization o ON o.id = s."organizationId" JOIN preset p ON p.id = s."presetId" ${weeklyHourSql("$1")}
WHERE hour_of.last > $1::timestamptz - interval '${LATE_MAX}' AND hour_of.last > greatest(s."lastDueAt", s."createdAt", s."changedAt") AND o."suspendedAt" IS NULL
ORDER BY s.id LIMIT 1 FOR UPDATE OF s, p SKIP LOCKED`;

/** $1 now, $2 the schedule, $3 the id of the drill. */
const TAKE_DUE = `
WITH due AS (
  SELECT s.*, p.slug, CASE WHEN p."publishedVersion" IS NULL THEN 'skipped_unpublished'
    WHEN EXISTS (SELECT FROM preset_drill d WHERE d."presetId" = s."presetId" AND d."endedAt" IS NULL AND d."endsAt" > $1::timestamptz) THEN 'skipped_busy' ELSE 'started' END AS outcome
  FROM preset_drill_schedule s JOIN preset p ON p.id = s."presetId" WHERE s.id = $2
), begun AS (
  INSERT INTO preset_drill (id, "organizationId", "presetId", provider, percent, mode, "startsAt", "endsAt", "scheduleId")
  SELECT $3, "organizationId", "presetId", provider, percent, mode, $1::timestamptz, $1::timestamptz + minutes * interval '1 minute', id FROM due WHERE outcome = 'started'
), noted AS (
  UPDATE preset_drill_schedule s SET "lastDueAt" = $1::timestamptz, "lastOutcome" = due.outcome FROM due WHERE s.id = due.id
), audited AS (
  INSERT INTO audit_entry ("organizationId", actor, action, subject, "createdAt")
  SELECT "organizationId", 'trunkline', CASE outcome WHEN 'started' THEN 'preset.drill-start' ELSE 'preset.drill-skip' END, "presetId", $1::timestamptz FROM due
)
SELECT "organizationId", slug, provider, outcome FROM due`;

const iso = (ms: number): string => new Date(ms).toISOString();

export function createDrillQueries(pool: pg.Pool): DrillQueries {
  return {
    async takeDueDrill(drillId, nowMs) {
      const client = await pool.connect();
      let broken = true;
      try {
        await client.query("BEGIN");
        const due = (await client.query<{ id: string }>(LOCK_DUE, [iso(nowMs)])).rows[0];
        const taken = due && (await client.query<DueDrill>(TAKE_DUE, [iso(nowMs), due.id, drillId])).rows[0];
        await client.query("COMMIT");
        broken = false;
        return taken ?? null;
      } finally {
        // A transaction that failed ends with its connection.
        client.release(broken);
      }
    },
    async keepDrillReports(endedBeforeMs) {
      const { rows } = await pool.query<{ id: string; organizationId: string; mode: BookMode; slug: string; startsAt: Date; endsAt: Date }>(
        `SELECT d.id, d."organizationId", d.mode, p.slug, d."startsAt", coalesce(d."endedAt", d."endsAt") AS "endsAt" FROM preset_drill d JOIN preset p ON p.id = d."presetId"
         WHERE d.report IS NULL AND coalesce(d."endedAt", d."endsAt") <= $1::timestamptz ORDER BY d."endsAt" DESC LIMIT ${REPORTS_MAX}`, [iso(endedBeforeMs)]);
      for (const { id, organizationId, mode, slug, startsAt, endsAt } of rows) {
        const arms = drillArms((await pool.query<DrillArmRow>(DRILL_ARMS_SQL, [organizationId, mode, slug, startsAt, endsAt])).rows);
        await pool.query(`UPDATE preset_drill SET report = $2::jsonb WHERE id = $1 AND report IS NULL`, [id, JSON.stringify(arms)]);
      }
      return rows.length;
    },
    async listLosingDrills(organizationId, endedFromMs) {
      return (await pool.query<LosingDrill>(
        `SELECT d.id, p.slug, d.provider, d.mode, (d.report->'drilled'->>'requests')::int AS requests, (d.report->'drilled'->>'lost')::int AS lost FROM preset_drill d JOIN preset p ON p.id = d."presetId"
         WHERE d."organizationId" = $1 AND coalesce(d."endedAt", d."endsAt") >= $2::timestamptz AND (d.report->'drilled'->>'lost')::int > 0 ORDER BY d.id`, [organizationId, iso(endedFromMs)])).rows;
    },
  };
}
