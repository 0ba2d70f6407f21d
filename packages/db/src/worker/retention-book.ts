// Takes request rows away when their plan keeps them no longer. It promises that ledger and sums stay whole, that what an end user had spent still
// counts against a budget, and that an event of a row that is gone, told again however late, is booked no second time.
import { PLAN_IDS, PLANS } from "@trunkline/contracts";
import type pg from "pg";

const DAY_MS = 86_400_000;
const RETENTION_DAYS_MIN = Math.min(...PLAN_IDS.map((plan) => PLANS[plan].logRetentionDays));
/** Rows of younger events are never taken away: a batch of them, which is almost every batch, asks for no tombstone. A day for clocks that disagree. */
export const TOMBSTONE_AGE_MS = (RETENTION_DAYS_MIN - 1) * DAY_MS;
/** At a time, so that nobody waits long for the lock. */
const BATCH_ROWS = 2_000;
/** A run's worth: what is left goes with the next, ten minutes later. */
const BATCHES_MAX = 25;
/** Taken alone by a removal, shared by whoever books old events: else a replay could slip in between a row's end and its tombstone. */
const LOCK = 7_203_003;

/** The row's id stays, and what its end user had spent that day; all else goes. Organizations without a plan keep everything. */
const REMOVE = `
WITH plan AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS p (plan, cutoff)),
old AS (
  SELECT g.id FROM billing_account a JOIN plan ON plan.plan = a.plan JOIN project p ON p."organizationId" = a."organizationId" CROSS JOIN (VALUES ('live'), ('test')) m (mode)
  CROSS JOIN LATERAL (SELECT r.id FROM generation r WHERE r."organizationId" = a."organizationId" AND r."projectId" = p.id AND r.mode = m.mode AND r."createdAt" < plan.cutoff LIMIT ${BATCH_ROWS}) g
  LIMIT ${BATCH_ROWS}
), gone AS (
  DELETE FROM generation g USING old WHERE g.id = old.id RETURNING g.id, g."organizationId", g.mode, g."endUser", g."createdAt", g."chargeNanoUsd", g."ownSpendNanoUsd"
), spent AS (
  INSERT INTO removed_user_spend AS kept ("organizationId", mode, "endUser", day, "chargeNanoUsd", "ownSpendNanoUsd")
  SELECT gone."organizationId", gone.mode, gone."endUser", date_trunc('day', gone."createdAt", coalesce(o."timeZone", 'UTC')), sum(gone."chargeNanoUsd"), sum(gone."ownSpendNanoUsd") FROM gone LEFT JOIN organization o ON o.id = gone."organizationId"
  WHERE gone."endUser" IS NOT NULL AND gone."chargeNanoUsd" + gone."ownSpendNanoUsd" > 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT ("organizationId", mode, "endUser", day) DO UPDATE SET "chargeNanoUsd" = kept."chargeNanoUsd" + excluded."chargeNanoUsd", "ownSpendNanoUsd" = kept."ownSpendNanoUsd" + excluded."ownSpendNanoUsd"
)
INSERT INTO generation_tombstone (id) SELECT id FROM gone ON CONFLICT DO NOTHING`;

export interface RetentionQueries {
  /** A bounded run; returns how many rows went. */
  removeOldRequests(nowMs: number): Promise<number>;
}

export function createRetentionQueries(pool: pg.Pool): RetentionQueries {
  return {
    async removeOldRequests(nowMs) {
      const cutoffs = PLAN_IDS.map((plan) => new Date(nowMs - PLANS[plan].logRetentionDays * DAY_MS).toISOString());
      let removed = 0;
      for (let batch = 0; batch < BATCHES_MAX; batch++) {
        const rows = await removeBatch(pool, cutoffs);
        removed += rows;
        if (rows < BATCH_ROWS) break;
      }
      return removed;
    },
  };
}

async function removeBatch(pool: pg.Pool, cutoffs: readonly string[]): Promise<number> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1::bigint)", [LOCK]);
    const { rowCount } = await client.query(REMOVE, [PLAN_IDS, cutoffs]);
    await client.query("COMMIT");
    return rowCount ?? 0;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: Error) => { broken = rollbackError; });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Those of the ids whose rows were taken away. Holds removals off until the transaction ends. */
export async function findTombstones(client: pg.PoolClient, ids: readonly string[]): Promise<ReadonlySet<string>> {
  await client.query("SELECT pg_advisory_xact_lock_shared($1::bigint)", [LOCK]);
  const { rows } = await client.query<{ id: string }>("SELECT id FROM generation_tombstone WHERE id = ANY ($1::text[])", [ids]);
  return new Set(rows.map(({ id }) => id));
}
