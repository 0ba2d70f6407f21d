// The rows of automatic top-ups: who is due, and the states a purchase passes through. It promises that an organization has at most one
// purchase under way, whose credit may still be on its way too, and never more of them in a month than its cap; paying is the worker's business.
import type pg from "pg";

export interface PendingTopUp { readonly id: string; readonly organizationId: string; readonly amountNanoUsd: bigint; readonly customerId: string; readonly paymentMethodId: string; /** An earlier call may have paid it. */ readonly tried: boolean }
export interface TopUpFailure { readonly state: "failed" | "action_required"; readonly error: string; readonly actionUrl: string | null }
/** Somebody has to be told. `last`: it was the last try, automatic top-up is off now. */
export interface TopUpNotice { readonly id: string; readonly organizationName: string; readonly amountNanoUsd: bigint; readonly state: "failed" | "action_required"; readonly error: string; readonly actionUrl: string | null; readonly last: boolean; readonly to: readonly string[] }

export interface TopUpQueries {
  /** Opens a purchase for every organization that is due. Returns how many. */
  openDueTopUps(nowMs: number): Promise<number>;
  listPendingTopUps(): Promise<readonly PendingTopUp[]>;
  /** Committed before the call leaves. */
  markTopUpTried(id: string, nowMs: number): Promise<void>;
  markTopUpPaid(id: string, paymentIntentId: string, nowMs: number): Promise<void>;
  /** Puts the next try off by `backOffMs[failures so far]`; past the last of them automatic top-up is switched off. */
  markTopUpFailed(id: string, failure: TopUpFailure, when: { readonly nowMs: number; readonly backOffMs: readonly number[] }): Promise<void>;
  /** Failures that nobody was told of. */
  listTopUpNotices(): Promise<readonly TopUpNotice[]>;
  markTopUpMailed(id: string, nowMs: number): Promise<void>;
}

const iso = (ms: number): string => new Date(ms).toISOString();
const ROWS_MAX = 200;
const ERROR_CHARACTERS_MAX = 300;

const OPEN_DUE = `
INSERT INTO top_up (id, "organizationId", "amountNanoUsd", state, "createdAt")
SELECT 'top_' || replace(gen_random_uuid()::text, '-', ''), s."organizationId", s."amountNanoUsd", 'pending', $1::timestamptz
FROM auto_top_up s JOIN billing_account a USING ("organizationId") JOIN organization o ON o.id = s."organizationId"
WHERE s.enabled AND a.mode = 'prepaid' AND a.state = 'active' AND a."paymentMethodId" IS NOT NULL AND o."stripeCustomerId" IS NOT NULL AND (s."retryAt" IS NULL OR s."retryAt" <= $1::timestamptz)
  AND a."creditNanoUsd" - coalesce((SELECT sum(r."chargeNanoUsd") FROM usage_rollup_day r WHERE r."organizationId" = s."organizationId" AND r.mode = 'live'), 0) < s."thresholdNanoUsd"
  AND NOT EXISTS (SELECT FROM top_up t WHERE t."organizationId" = s."organizationId" AND (t.state = 'pending' OR (t.state = 'paid' AND NOT EXISTS (SELECT FROM credit_entry c WHERE c.kind = 'purchase' AND c."sourceId" = t."paymentIntentId"))))
  AND s."amountNanoUsd" + coalesce((SELECT sum(t."amountNanoUsd") FROM top_up t WHERE t."organizationId" = s."organizationId" AND t.state = 'paid' AND t."createdAt" >= date_trunc('month', $1::timestamptz, o."timeZone")), 0) <= s."monthlyCapNanoUsd"
ORDER BY s."organizationId" LIMIT $2 ON CONFLICT DO NOTHING`;

export function createTopUpQueries(pool: pg.Pool): TopUpQueries {
  return {
    async openDueTopUps(nowMs) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        // One at a time over all workers: who comes second sees what the first has opened.
        await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('top-up', 0))`);
        const { rowCount } = await client.query(OPEN_DUE, [iso(nowMs), ROWS_MAX]);
        await client.query("COMMIT");
        return rowCount ?? 0;
      } catch (error) {
        await client.query("ROLLBACK").catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    },
    async listPendingTopUps() {
      const { rows } = await pool.query<{ id: string; organizationId: string; amount: string; customerId: string | null; paymentMethodId: string | null; tried: boolean }>(
        `SELECT t.id, t."organizationId", t."amountNanoUsd"::text AS amount, o."stripeCustomerId" AS "customerId", a."paymentMethodId", t."triedAt" IS NOT NULL AS tried
         FROM top_up t JOIN organization o ON o.id = t."organizationId" JOIN billing_account a ON a."organizationId" = t."organizationId" WHERE t.state = 'pending' ORDER BY t."createdAt", t.id LIMIT $1`, [ROWS_MAX]);
      return rows.flatMap(({ amount, customerId, paymentMethodId, ...row }) => (customerId === null || paymentMethodId === null ? [] : [{ ...row, customerId, paymentMethodId, amountNanoUsd: BigInt(amount) }]));
    },
    async markTopUpTried(id, nowMs) { await pool.query(`UPDATE top_up SET "triedAt" = coalesce("triedAt", $2) WHERE id = $1`, [id, iso(nowMs)]); },
    async markTopUpPaid(id, paymentIntentId, nowMs) { await pool.query(`UPDATE top_up SET state = 'paid', "paymentIntentId" = $2, "closedAt" = $3 WHERE id = $1 AND state = 'pending'`, [id, paymentIntentId, iso(nowMs)]); },
    async markTopUpFailed(id, { state, error, actionUrl }, { nowMs, backOffMs }) {
      await pool.query(
        `WITH closed AS (UPDATE top_up SET state = $2, error = $3, "actionUrl" = $4, "closedAt" = $5 WHERE id = $1 AND state = 'pending' RETURNING "organizationId")
         UPDATE auto_top_up s SET failures = failures + 1, enabled = enabled AND failures < $6, "retryAt" = $5::timestamptz + (($7::bigint[])[failures + 1] || ' milliseconds')::interval, "updatedAt" = $5
         FROM closed WHERE s."organizationId" = closed."organizationId"`, [id, state, error.slice(0, ERROR_CHARACTERS_MAX), actionUrl, iso(nowMs), backOffMs.length, backOffMs]);
    },
    async listTopUpNotices() {
      const { rows } = await pool.query<Omit<TopUpNotice, "amountNanoUsd"> & { readonly amount: string }>(
        `SELECT t.id, o.name AS "organizationName", t."amountNanoUsd"::text AS amount, t.state, coalesce(t.error, '') AS error, t."actionUrl", coalesce(NOT s.enabled, false) AS last,
           ARRAY(SELECT u.email FROM member m JOIN "user" u ON u.id = m."userId" WHERE m."organizationId" = t."organizationId" AND m.role::text IN ('owner', 'billing') AND u.email IS NOT NULL ORDER BY u.email) AS "to"
         FROM top_up t JOIN organization o ON o.id = t."organizationId" LEFT JOIN auto_top_up s ON s."organizationId" = t."organizationId"
         WHERE t.state IN ('failed', 'action_required') AND t."mailedAt" IS NULL ORDER BY t."closedAt" LIMIT $1`, [ROWS_MAX]);
      return rows.map(({ amount, ...row }) => ({ ...row, amountNanoUsd: BigInt(amount) }));
    },
    async markTopUpMailed(id, nowMs) { await pool.query(`UPDATE top_up SET "mailedAt" = $2 WHERE id = $1`, [id, iso(nowMs)]); },
  };
}
