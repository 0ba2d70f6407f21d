// Credit notes on their way: which are open, what their organization has with Stripe, and who has to be told.
import type pg from "pg";

export interface OpenCreditNote {
  readonly id: string; readonly organizationId: string; readonly amountNanoUsd: bigint; readonly reason: string;
  /** A subscription pays: the note goes on the balance at Stripe. Else the credit itself follows the corrected charges. */
  readonly isPostpaid: boolean;
  readonly customerId: string | null;
  /** What earlier notes left below a cent. */
  readonly carriedNanoUsd: bigint;
}
export interface CreditNoteMail { readonly id: string; readonly organizationName: string; readonly amountNanoUsd: bigint; readonly requests: number; readonly reason: string; readonly settledBy: string; readonly to: readonly string[] }

export interface CreditNoteQueries {
  listOpenCreditNotes(): Promise<readonly OpenCreditNote[]>;
  settleCreditNote(id: string, how: { readonly settledBy: "credit" | "invoice_balance"; readonly cents: bigint; readonly stripeTransactionId: string | null; readonly nowMs: number }): Promise<void>;
  listCreditNoteMails(): Promise<readonly CreditNoteMail[]>;
  markCreditNoteMailed(id: string, nowMs: number): Promise<void>;
}

const ROWS_MAX = 200;
const NANO_USD_PER_CENT = 10_000_000;
const iso = (ms: number): string => new Date(ms).toISOString();

export function createCreditNoteQueries(pool: pg.Pool): CreditNoteQueries {
  return {
    async listOpenCreditNotes() {
      // The oldest of each organization alone, so that what one leaves below a cent is known to the next.
      const { rows } = await pool.query<{ id: string; organizationId: string; amount: string; reason: string; isPostpaid: boolean; customerId: string | null; carried: string }>(
        `SELECT DISTINCT ON (n."organizationId") n.id, n."organizationId", n."amountNanoUsd"::text AS amount, n.reason, coalesce(a.mode = 'postpaid', false) AS "isPostpaid", o."stripeCustomerId" AS "customerId",
           coalesce((SELECT sum(p."amountNanoUsd" - p.cents * ${NANO_USD_PER_CENT}) FROM credit_note p WHERE p."organizationId" = n."organizationId" AND p."settledBy" = 'invoice_balance'), 0)::text AS carried
         FROM credit_note n JOIN organization o ON o.id = n."organizationId" LEFT JOIN billing_account a ON a."organizationId" = n."organizationId"
         WHERE n.state = 'open' ORDER BY n."organizationId", n."createdAt", n.id LIMIT $1`, [ROWS_MAX]);
      return rows.map(({ amount, carried, ...row }) => ({ ...row, amountNanoUsd: BigInt(amount), carriedNanoUsd: BigInt(carried) }));
    },
    async settleCreditNote(id, { settledBy, cents, stripeTransactionId, nowMs }) {
      await pool.query(`UPDATE credit_note SET state = 'settled', "settledBy" = $2, cents = $3, "stripeTransactionId" = $4, "settledAt" = $5 WHERE id = $1 AND state = 'open'`, [id, settledBy, cents, stripeTransactionId, iso(nowMs)]);
    },
    async listCreditNoteMails() {
      const { rows } = await pool.query<Omit<CreditNoteMail, "amountNanoUsd"> & { readonly amount: string }>(
        `SELECT n.id, o.name AS "organizationName", n."amountNanoUsd"::text AS amount, n.requests, n.reason, n."settledBy",
           ARRAY(SELECT u.email FROM member m JOIN "user" u ON u.id = m."userId" WHERE m."organizationId" = n."organizationId" AND m.role::text IN ('owner', 'billing') ORDER BY u.email) AS "to"
         FROM credit_note n JOIN organization o ON o.id = n."organizationId" WHERE n.state = 'settled' AND n."mailedAt" IS NULL ORDER BY n."createdAt" LIMIT $1`, [ROWS_MAX]);
      return rows.map(({ amount, ...row }) => ({ ...row, amountNanoUsd: BigInt(amount) }));
    },
    async markCreditNoteMailed(id, nowMs) { await pool.query(`UPDATE credit_note SET "mailedAt" = $2 WHERE id = $1`, [id, iso(nowMs)]); },
  };
}
