// Canaries that run, how they do, and their end where they do badly. A canary ends once, whoever ends it: the row decides.
import type { BookMode } from "@trunkline/contracts";
import type pg from "pg";
import { CANARY_ARMS_SQL, canaryArms, type CanaryArmRow, type CanaryArms } from "../canary-arms.ts";

export interface RunningCanary { readonly id: string; readonly organizationId: string; readonly slug: string; readonly version: number; readonly baseVersion: number; readonly startedAt: Date }

export interface CanaryQueries {
  listRunningCanaries(): Promise<readonly RunningCanary[]>;
  loadCanaryArms(canary: RunningCanary, mode: BookMode): Promise<CanaryArms>;
  /** False where it had ended already. */
  abortCanary(id: string, reason: string, nowMs: number): Promise<boolean>;
}

const ABORT = `
WITH ended AS (
  UPDATE preset_canary SET "endedAt" = $3::timestamptz, outcome = 'aborted_automatically', reason = $2 WHERE id = $1 AND "endedAt" IS NULL RETURNING "organizationId", "presetId"
)
INSERT INTO audit_entry ("organizationId", actor, action, subject, "createdAt") SELECT "organizationId", 'trunkline', 'preset.canary-abort', "presetId", $3::timestamptz FROM ended`;

export function createCanaryQueries(pool: pg.Pool): CanaryQueries {
  return {
    async listRunningCanaries() {
      return (await pool.query<RunningCanary>(`SELECT c.id, c."organizationId", p.slug, c.version, c."baseVersion", c."startedAt" FROM preset_canary c JOIN preset p ON p.id = c."presetId" WHERE c."endedAt" IS NULL ORDER BY c.id`)).rows;
    },
    async loadCanaryArms(canary, mode) {
      const { rows } = await pool.query<CanaryArmRow>(CANARY_ARMS_SQL, [canary.organizationId, mode, canary.slug, canary.startedAt, [canary.version, canary.baseVersion]]);
      return canaryArms(rows, canary);
    },
    async abortCanary(id, reason, nowMs) { return (await pool.query(ABORT, [id, reason, new Date(nowMs).toISOString()])).rowCount === 1; },
  };
}
