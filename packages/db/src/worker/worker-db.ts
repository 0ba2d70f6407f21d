import pg from "pg";
import type { UsageEvent } from "@trunkline/contracts";
import { cleanEvent } from "./clean-event.ts";
import { createAlertQueries } from "./alert-book.ts";
import type { AlertQueries } from "./alert-book.ts";
import { createExportQueries } from "./export-book.ts";
import type { ExportQueries } from "./export-book.ts";
import { credentialParameters, generationParameters, INGEST_SQL, TOUCH_CREDENTIALS_SQL, TOUCH_KEYS_SQL } from "./ingest-sql.ts";

/** One signed line of a double entry: debit positive, credit negative, nano-USD. */
export interface LedgerLine { readonly account: string; readonly amountNanoUsd: bigint }

export interface WorkerDbOptions {
  readonly databaseUrl: string;
  /** The ledger rule: lines of one event, summing to zero; empty when nothing is to be posted. Lives in the billing package. */
  readonly ledgerEntriesFor: (event: UsageEvent) => readonly LedgerLine[];
}

/** The worker's whole view of Postgres, by plain `pg`. Runs as the owner of the tables, outside row-level security. */
export interface WorkerDb extends ExportQueries, AlertQueries {
  /**
   * Books a batch in one transaction: generations, minute sums, ledger (live mode only) and the keys' last use. An event that is
   * already there changes nothing. Rejects with the driver's error, and then nothing of the batch is booked.
   */
  ingestEvents(events: readonly UsageEvent[]): Promise<{ readonly inserted: number }>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Ingestion, one export lock a customer in flight, and probes. */
const POOL_CONNECTIONS_MAX = 12;
/** Longer than any healthy wait, shorter than the queue's stalled check of 30 s. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 20_000;

export function createWorkerDb({ databaseUrl, ledgerEntriesFor }: WorkerDbOptions): WorkerDb {
  const pool = new pg.Pool({
    connectionString: databaseUrl, max: POOL_CONNECTIONS_MAX, connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS, application_name: "trunkline-worker", options: "-c timezone=UTC",
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on("error", () => {});
  return {
    ...createExportQueries(pool), ...createAlertQueries(pool),
    async ingestEvents(events) {
      if (events.length === 0) return { inserted: 0 };
      return { inserted: await inTransaction(pool, (client) => book(client, events, ledgerEntriesFor)) };
    },
    async ping() { await pool.query("SELECT 1"); },
    async close() { await pool.end(); },
  };
}

async function book(client: pg.PoolClient, events: readonly UsageEvent[], ledgerEntriesFor: WorkerDbOptions["ledgerEntriesFor"]): Promise<number> {
  // Sorted by id: two workers that hold the same redelivered batch queue up behind each other.
  const sorted = events.map(cleanEvent).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const unique = sorted.filter((event, index) => event.id !== sorted[index - 1]?.id);
  const lines = unique.flatMap((event) => ledgerEntriesFor(event).map((line) => ({ ...line, sourceId: event.id })));
  const { rows } = await client.query<{ apiKeyId: string; requests: number; usedAt: Date }>(INGEST_SQL, [
    ...generationParameters(unique),
    lines.map((line) => line.sourceId), lines.map((line) => line.account), lines.map((line) => line.amountNanoUsd.toString()),
  ]);
  if (rows.length > 0) await client.query(TOUCH_KEYS_SQL, [rows.map((row) => row.apiKeyId), rows.map((row) => row.usedAt)]);
  const credentials = credentialParameters(unique);
  if (credentials) await client.query(TOUCH_CREDENTIALS_SQL, [...credentials]);
  return rows.reduce((sum, row) => sum + row.requests, 0);
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: Error) => { broken = rollbackError; });
    throw error;
  } finally {
    client.release(broken);
  }
}
