// Samples of how components and providers did. Sums only grow, so several workers may write at once.
import type { StatusSubject } from "@trunkline/contracts";
import type pg from "pg";

export interface StatusSample { readonly subject: StatusSubject; readonly bucketMs: number; readonly ok: number; readonly failed: number }

export interface StatusQueries {
  recordStatus(samples: readonly StatusSample[]): Promise<void>;
  forgetStatus(beforeMs: number): Promise<void>;
}

/** Sorted before they are locked: two workers that share rows wait and never deadlock. */
const RECORD = `
INSERT INTO status_sample AS s (subject, bucket, ok, failed)
SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[]) AS u (subject, bucket, ok, failed) ORDER BY 1, 2
ON CONFLICT (subject, bucket) DO UPDATE SET ok = s.ok + excluded.ok, failed = s.failed + excluded.failed`;

export function createStatusQueries(pool: pg.Pool): StatusQueries {
  return {
    async recordStatus(samples) {
      if (samples.length === 0) return;
      await pool.query(RECORD, [samples.map((one) => one.subject), samples.map((one) => new Date(one.bucketMs).toISOString()), samples.map((one) => one.ok), samples.map((one) => one.failed)]);
    },
    async forgetStatus(beforeMs) { await pool.query("DELETE FROM status_sample WHERE bucket < $1::timestamptz", [new Date(beforeMs).toISOString()]); },
  };
}
