import pg from "pg";
import type { UsageEvent } from "@trunkline/contracts";
import { createAlertQueries } from "./alert-book.ts";
import type { AlertQueries } from "./alert-book.ts";
import { createCallerQueries } from "./caller-book.ts";
import type { CallerQueries } from "./caller-book.ts";
import { createCanaryQueries } from "./canary-book.ts";
import type { CanaryQueries } from "./canary-book.ts";
import { createComparisonQueries } from "./comparison-book.ts";
import type { ComparisonQueries } from "./comparison-book.ts";
import { createCreditNoteQueries } from "./credit-note-book.ts";
import type { CreditNoteQueries } from "./credit-note-book.ts";
import { createDrillQueries } from "./drill-book.ts";
import type { DrillQueries } from "./drill-book.ts";
import { createExportQueries } from "./export-book.ts";
import type { ExportQueries } from "./export-book.ts";
import { ingest } from "./ingest-book.ts";
import type { IngestOptions } from "./ingest-book.ts";
import { createPriceQueries } from "./price-book.ts";
import type { PriceQueries } from "./price-book.ts";
import { createProbeQueries } from "./probe-book.ts";
import type { ProbeQueries } from "./probe-book.ts";
import { createReceiptQueries } from "./receipt-book.ts";
import type { ReceiptQueries } from "./receipt-book.ts";
import { createRetentionQueries } from "./retention-book.ts";
import type { RetentionQueries } from "./retention-book.ts";
import { createStatusQueries } from "./status-book.ts";
import type { StatusQueries } from "./status-book.ts";
import { createTopUpQueries } from "./top-up-book.ts";
import type { TopUpQueries } from "./top-up-book.ts";

export interface WorkerDbOptions extends IngestOptions { readonly databaseUrl: string }

/** The worker's whole view of Postgres, by plain `pg`. Runs as the owner of the tables, outside row-level security. */
export interface WorkerDb extends ExportQueries, AlertQueries, StatusQueries, TopUpQueries, CreditNoteQueries, PriceQueries, RetentionQueries, CanaryQueries, DrillQueries, CallerQueries, ComparisonQueries, ProbeQueries {
  /**
   * Books a batch in one transaction: generations, minute sums, ledger (live mode only) and the keys' last use. An event that is
   * already there changes nothing. Rejects with the driver's error, and then nothing of the batch is booked.
   */
  ingestEvents(events: readonly UsageEvent[]): Promise<{ readonly inserted: number }>;
  /** Deletes stored answers and prompts whose time is over. */
  removeExpiredResponses(): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
  readonly receipts: ReceiptQueries;
}

/** Ingestion, one export lock a customer in flight, and probes. */
const POOL_CONNECTIONS_MAX = 12;
/** Longer than any healthy wait, shorter than the queue's stalled check of 30 s. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 20_000;
/** At a time, so that a statement ends soon however many there are. */
const EXPIRED_ROWS_MAX = 500;
const removeExpiredSql = (table: "stored_response" | "stored_prompt"): string => `DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE "expiresAt" <= now() LIMIT $1 FOR UPDATE SKIP LOCKED)`;

export function createWorkerDb({ databaseUrl, ...ingestOptions }: WorkerDbOptions): WorkerDb {
  const pool = new pg.Pool({
    connectionString: databaseUrl, max: POOL_CONNECTIONS_MAX, connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS, application_name: "trunkline-worker", options: "-c timezone=UTC",
  });
  // A connection that breaks is replaced by the pool; without a listener on it, idle or in the middle of a transaction, it would end the process.
  pool.on("connect", (client) => { client.on("error", () => {}); });
  pool.on("error", () => {});
  return {
    ...createExportQueries(pool), ...createAlertQueries(pool), ...createStatusQueries(pool), ...createTopUpQueries(pool), ...createCreditNoteQueries(pool), ...createPriceQueries(pool), ...createRetentionQueries(pool), ...createCanaryQueries(pool), ...createDrillQueries(pool), ...createCallerQueries(pool), ...createComparisonQueries(pool), ...createProbeQueries(pool),
    ingestEvents: (events) => ingest(pool, events, ingestOptions),
    async removeExpiredResponses() {
      for (const sql of [removeExpiredSql("stored_response"), removeExpiredSql("stored_prompt")]) {
        while ((await pool.query(sql, [EXPIRED_ROWS_MAX])).rowCount === EXPIRED_ROWS_MAX);
      }
    },
    async ping() { await pool.query("SELECT 1"); },
    async close() { await pool.end(); },
    receipts: createReceiptQueries(pool),
  };
}
