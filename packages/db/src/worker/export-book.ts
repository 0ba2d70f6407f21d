// The rows of the meter export: which usage no row covers yet, and the states a row passes through. It promises that one process at
// a time works on a (customer, meter); when and what to send is the worker's business.
import type pg from "pg";

/** Rows and ledger contradict each other; a person has to look before anything more is billed. */
export class ExportsDisagree extends Error {
  override readonly name = "ExportsDisagree";
}

export type ExportState = "pending" | "sending" | "sent" | "ambiguous";
/** What is counted: `spend` in nano-USD charged, `requests` in requests that carry a charge. */
export type ExportMeasure = "spend" | "requests";

export interface ExportSubject { readonly organizationId: string; readonly meter: string; readonly measure: ExportMeasure }
export interface ExportKey { readonly windowStartMs: number; readonly sequence: number }
export interface ExportCandidate { readonly organizationId: string; readonly name: string; readonly stripeCustomerId: string | null }
/** Usage of a closed window that no row covers; `sequence` is the row it must open, `quantity` in the unit of the measure. */
export interface UnexportedWindow extends ExportKey { readonly quantity: bigint }
export interface NewExport extends UnexportedWindow {
  readonly identifier: string;
  readonly stripeCustomerId: string;
  /** Whole number to send; with 0 there is nothing to send and the row opens as `sent`. */
  readonly value: bigint;
  readonly remainderNanoUsd: bigint;
}
export interface ExportRow extends ExportKey {
  readonly state: ExportState;
  readonly identifier: string;
  readonly stripeCustomerId: string;
  readonly value: bigint;
  readonly attempts: number;
  /** The moment named to Stripe with the first try of an unknown outcome. */
  readonly eventAtMs: number;
  /** First try whose outcome may have been a success; null when there was none. */
  readonly sendingAtMs: number | null;
}
export interface ExportHealth { readonly unsent: number; readonly stuck: number; readonly oldestUnsentMs: number | null }
export interface ExportRange { readonly fromMs: number; readonly toMs: number }

/** What the holder of the lock may do with the rows of its (customer, meter). */
export interface ExportBook {
  /** Closed windows in [fromMs, toMs) whose ledger holds more than their rows do. Both bounds must fall on window bounds. Rejects with `ExportsDisagree`. */
  findUnexported(range: ExportRange & { readonly windowMs: number }): Promise<readonly UnexportedWindow[]>;
  /** Exact sums over every row ever opened: what carrying the remainder needs. */
  loadTotals(): Promise<{ readonly quantity: bigint; readonly value: bigint }>;
  open(row: NewExport, nowMs: number): Promise<void>;
  /** Credit has paid for everything that Stripe was not told of before this moment: no event may name an earlier one. 0: no subscription has ended. */
  loadCreditPaidUntil(): Promise<number>;
  /** Rows not yet `sent`, oldest first. */
  listUnsent(): Promise<readonly ExportRow[]>;
  /** Committed before the call leaves, so that a crash in between is seen. Keeps the first `sendingAt`: Stripe's deduplication runs from it. */
  markSending(key: ExportKey, at: { readonly nowMs: number; readonly eventAtMs: number }): Promise<void>;
  /** `eventAtMs`: the moment under which Stripe holds it. */
  markSent(key: ExportKey, at: { readonly nowMs: number; readonly eventAtMs: number }): Promise<void>;
  /** `certain`: refused for sure and no earlier try in doubt, so the row is `pending` again; else it is `ambiguous`. */
  markUnsent(key: ExportKey, outcome: { readonly certain: boolean; readonly error: string }): Promise<void>;
}

export interface ExportQueries {
  /** Organizations with a live charge in [fromMs, toMs) or a row that is not sent. */
  findExportCandidates(range: ExportRange): Promise<readonly ExportCandidate[]>;
  /** Stores the customer unless one is there; returns the one that is. */
  saveStripeCustomer(organizationId: string, stripeCustomerId: string): Promise<string>;
  /** Runs `work` as the only one over the subject, in all processes; null when another holds it. A killed holder frees it. */
  withExportLock<T>(subject: ExportSubject, work: (book: ExportBook) => Promise<T>): Promise<T | null>;
  /** `stuck`: in doubt, and first tried before `stuckBeforeMs`. */
  loadExportHealth(stuckBeforeMs: number): Promise<ExportHealth>;
}

const CHARGED = `t.kind = 'usage' AND t."customerReceivableNanoUsd" IS NOT NULL`;
/** Errors are kept for the operator; a page of HTML is not. */
const ERROR_CHARACTERS_MAX = 500;
const iso = (ms: number): string => new Date(ms).toISOString();

export function createExportQueries(pool: pg.Pool): ExportQueries {
  return {
    async findExportCandidates({ fromMs, toMs }) {
      // One index range an organization on ledger_transaction ("organizationId", "createdAt"); EXISTS stops at the first charge.
      const { rows } = await pool.query<ExportCandidate>(
        `SELECT o.id AS "organizationId", o.name, o."stripeCustomerId" FROM organization o
         WHERE EXISTS (SELECT FROM ledger_transaction t
                       WHERE t."organizationId" = o.id AND t."createdAt" >= $1 AND t."createdAt" < $2 AND ${CHARGED})
            OR EXISTS (SELECT FROM meter_export m WHERE m."organizationId" = o.id AND m.state <> 'sent')
         ORDER BY o.id`, [iso(fromMs), iso(toMs)]);
      return rows;
    },
    async saveStripeCustomer(organizationId, stripeCustomerId) {
      const { rows } = await pool.query<{ stripeCustomerId: string }>(
        `UPDATE organization SET "stripeCustomerId" = coalesce("stripeCustomerId", $2) WHERE id = $1 RETURNING "stripeCustomerId"`, [organizationId, stripeCustomerId]);
      return rows[0]?.stripeCustomerId ?? stripeCustomerId;
    },
    async withExportLock(subject, work) {
      const client = await pool.connect();
      const lock = [`meter-export:${subject.meter}:${subject.organizationId}`];
      let broken: Error | undefined;
      try {
        const { rows } = await client.query<{ held: boolean }>("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held", lock);
        if (rows[0]?.held !== true) return null;
        try {
          // The book speaks through the connection that holds the lock: lose one and the other is lost too.
          return await work(createBook(client, subject));
        } finally {
          await client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", lock).catch((error: Error) => { broken = error; });
        }
      } finally {
        client.release(broken);
      }
    },
    async loadExportHealth(stuckBeforeMs) {
      const { rows } = await pool.query<{ unsent: number; stuck: number; oldest: Date | null }>(
        `SELECT count(*)::int AS unsent, count(*) FILTER (WHERE state IN ('sending', 'ambiguous') AND "sendingAt" <= $1)::int AS stuck, min("windowStart") AS oldest
         FROM meter_export WHERE state IN ('pending', 'sending', 'ambiguous')`, [iso(stuckBeforeMs)]);
      return { unsent: rows[0]?.unsent ?? 0, stuck: rows[0]?.stuck ?? 0, oldestUnsentMs: rows[0]?.oldest?.getTime() ?? null };
    },
  };
}

interface StoredRow { windowStart: Date; sequence: number; state: ExportState; identifier: string; stripeCustomerId: string; value: string; attempts: number; sendingAt: Date | null; eventAt: Date }

const MEASURES = {
  spend: { ledger: `sum(t."customerReceivableNanoUsd")`, column: `"amountNanoUsd"` },
  requests: { ledger: "count(*)", column: "requests" },
} as const;

function createBook(client: pg.PoolClient, { organizationId, meter, measure }: ExportSubject): ExportBook {
  const { ledger, column } = MEASURES[measure];
  const whereKey = `"organizationId" = $1 AND meter = $2 AND "windowStart" = $3 AND sequence = $4`;
  const keyOf = (key: ExportKey): [string, string, string, number] => [organizationId, meter, iso(key.windowStartMs), key.sequence];
  return {
    async findUnexported({ fromMs, toMs, windowMs }) {
      const { rows } = await client.query<{ windowStartMs: string; sequence: number; quantity: string }>(
        `WITH used AS (
           SELECT (extract(epoch FROM t."createdAt") * 1000)::bigint / $5 * $5 AS start, ${ledger} AS quantity
           FROM ledger_transaction t
           WHERE t."organizationId" = $1 AND t."createdAt" >= $3 AND t."createdAt" < $4 AND ${CHARGED} GROUP BY 1
         ), covered AS (
           SELECT (extract(epoch FROM "windowStart") * 1000)::bigint AS start, sum(${column}) AS quantity, max(sequence) AS sequence
           FROM meter_export WHERE "organizationId" = $1 AND meter = $2 AND "windowStart" >= $3 AND "windowStart" < $4 GROUP BY 1
         )
         SELECT start AS "windowStartMs", coalesce(covered.sequence, 0) + 1 AS sequence, coalesce(used.quantity, 0) - coalesce(covered.quantity, 0) AS quantity
         FROM used FULL JOIN covered USING (start) WHERE coalesce(used.quantity, 0) <> coalesce(covered.quantity, 0) ORDER BY start`,
        [organizationId, meter, iso(fromMs), iso(toMs), windowMs]);
      const excess = rows.find((row) => BigInt(row.quantity) < 0n);
      // Windows of another length would look like this too, and exporting on would bill the same usage twice.
      if (excess !== undefined) throw new ExportsDisagree(`the export rows of window ${iso(Number(excess.windowStartMs))} hold more than the ledger: nothing more is exported for this meter`);
      return rows.map((row) => ({ windowStartMs: Number(row.windowStartMs), sequence: row.sequence, quantity: BigInt(row.quantity) }));
    },
    async loadTotals() {
      const { rows } = await client.query<{ quantity: string; value: string }>(
        `SELECT coalesce(sum(${column}), 0) AS quantity, coalesce(sum(value), 0) AS value FROM meter_export WHERE "organizationId" = $1 AND meter = $2`, [organizationId, meter]);
      return { quantity: BigInt(rows[0]?.quantity ?? 0), value: BigInt(rows[0]?.value ?? 0) };
    },
    async open(row, nowMs) {
      const sent = row.value === 0n;
      await client.query(
        `INSERT INTO meter_export ("organizationId", meter, "windowStart", sequence, state, identifier, "stripeCustomerId", "amountNanoUsd", requests, value, "remainderNanoUsd", "createdAt", "sentAt", "eventAt")
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12)`,
        [...keyOf(row), sent ? "sent" : "pending", row.identifier, row.stripeCustomerId, measure === "spend" ? row.quantity : 0n, measure === "requests" ? row.quantity : 0n,
          row.value, row.remainderNanoUsd, iso(nowMs), sent ? iso(nowMs) : null]);
    },
    async listUnsent() {
      const { rows } = await client.query<StoredRow>(
        `SELECT "windowStart", sequence, state, identifier, "stripeCustomerId", value, attempts, "sendingAt", "eventAt" FROM meter_export
         WHERE "organizationId" = $1 AND meter = $2 AND state IN ('pending', 'sending', 'ambiguous') ORDER BY "windowStart", sequence`, [organizationId, meter]);
      return rows.map((row) => ({
        windowStartMs: row.windowStart.getTime(), sequence: row.sequence, state: row.state, identifier: row.identifier, stripeCustomerId: row.stripeCustomerId,
        value: BigInt(row.value), attempts: row.attempts, sendingAtMs: row.sendingAt?.getTime() ?? null, eventAtMs: row.eventAt.getTime(),
      }));
    },
    async loadCreditPaidUntil() {
      const { rows } = await client.query<{ until: Date | null }>(`SELECT "postpaidUntil" AS until FROM billing_account WHERE "organizationId" = $1`, [organizationId]);
      return rows[0]?.until?.getTime() ?? 0;
    },
    async markSending(key, { nowMs, eventAtMs }) {
      await client.query(`UPDATE meter_export SET state = 'sending', attempts = attempts + 1, "sendingAt" = coalesce("sendingAt", $5), "eventAt" = CASE WHEN "sendingAt" IS NULL THEN $6 ELSE "eventAt" END WHERE ${whereKey}`, [...keyOf(key), iso(nowMs), iso(eventAtMs)]);
    },
    async markSent(key, { nowMs, eventAtMs }) {
      await client.query(`UPDATE meter_export SET state = 'sent', "sentAt" = $5, "eventAt" = $6, "lastError" = NULL WHERE ${whereKey}`, [...keyOf(key), iso(nowMs), iso(eventAtMs)]);
    },
    async markUnsent(key, { certain, error }) {
      await client.query(
        `UPDATE meter_export SET state = $5, "sendingAt" = CASE WHEN $6 THEN NULL ELSE "sendingAt" END, "lastError" = $7 WHERE ${whereKey}`,
        [...keyOf(key), certain ? "pending" : "ambiguous", certain, error.slice(0, ERROR_CHARACTERS_MAX)]);
    },
  };
}
