import pg from "pg";
import type { UsageEvent } from "@trunkline/contracts";
import { createAlertQueries } from "./alert-book.ts";
import type { AlertQueries } from "./alert-book.ts";
import { createCallerQueries } from "./caller-book.ts";
import type { CallerQueries } from "./caller-book.ts";
import { createCanaryQueries } from "./canary-book.ts";
import type { CanaryQueries } from "./canary-book.ts";
import { createCreditNoteQueries } from "./credit-note-book.ts";
import type { CreditNoteQueries } from "./credit-note-book.ts";
import { createExportQueries } from "./export-book.ts";
import type { ExportQueries } from "./export-book.ts";
import { createPriceQueries } from "./price-book.ts";
import type { PriceQueries } from "./price-book.ts";
import { createReceiptQueries } from "./receipt-book.ts";
import type { ReceiptQueries } from "./receipt-book.ts";
import { createRetentionQueries, findTombstones, TOMBSTONE_AGE_MS } from "./retention-book.ts";
import type { RetentionQueries } from "./retention-book.ts";
import { createStatusQueries } from "./status-book.ts";
import type { StatusQueries } from "./status-book.ts";
import { createTopUpQueries } from "./top-up-book.ts";
import type { TopUpQueries } from "./top-up-book.ts";
import { arrayLiteral, credentialParameters, generationParameters, ingestStatement, OPEN_ACCOUNTS_SQL, ROLLUP_SQL, rollupParameters, TOUCH_CREDENTIALS_SQL, TOUCH_KEYS_SQL } from "./ingest-sql.ts";
import type { SumRow } from "./ingest-sql.ts";

/** One signed line of a double entry: debit positive, credit negative, nano-USD. */
export interface LedgerLine { readonly account: string; readonly amountNanoUsd: bigint }

export interface WorkerDbOptions {
  readonly databaseUrl: string;
  /** The ledger rule: lines of one event, summing to zero; empty when nothing is to be posted. Lives in the billing package. */
  readonly ledgerEntriesFor: (event: UsageEvent) => readonly LedgerLine[];
  /** Whether booked requests are due a signed receipt, which somebody then has to make. */
  readonly withReceipts?: boolean;
}

/** The worker's whole view of Postgres, by plain `pg`. Runs as the owner of the tables, outside row-level security. */
export interface WorkerDb extends ExportQueries, AlertQueries, StatusQueries, TopUpQueries, CreditNoteQueries, PriceQueries, RetentionQueries, CanaryQueries, CallerQueries {
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

export function createWorkerDb({ databaseUrl, ledgerEntriesFor, withReceipts = false }: WorkerDbOptions): WorkerDb {
  const pool = new pg.Pool({
    connectionString: databaseUrl, max: POOL_CONNECTIONS_MAX, connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS, application_name: "trunkline-worker", options: "-c timezone=UTC",
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on("error", () => {});
  return {
    ...createExportQueries(pool), ...createAlertQueries(pool), ...createStatusQueries(pool), ...createTopUpQueries(pool), ...createCreditNoteQueries(pool), ...createPriceQueries(pool), ...createRetentionQueries(pool), ...createCanaryQueries(pool), ...createCallerQueries(pool),
    async ingestEvents(events) {
      if (events.length === 0) return { inserted: 0 };
      return { inserted: await inTransaction(pool, (client) => book(client, events, { ledgerEntriesFor, withReceipts })) };
    },
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

async function book(client: pg.PoolClient, events: readonly UsageEvent[], { ledgerEntriesFor, withReceipts }: Pick<WorkerDbOptions, "ledgerEntriesFor" | "withReceipts">): Promise<number> {
  // Sorted by id: two workers that hold the same redelivered batch queue up behind each other.
  const sorted = [...events].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const unique = await untold(client, sorted.filter((event, index) => event.id !== sorted[index - 1]?.id));
  if (unique.length === 0) return 0;
  const lines = new LineColumns();
  for (const event of unique) for (const line of ledgerEntriesFor(event)) lines.add(event, line);
  await lines.openAccounts(client);
  const { rows } = await client.query<SumRow>({ ...ingestStatement(unique, withReceipts === true), values: [...generationParameters(unique), ...lines.literals()] });
  const credentials = credentialParameters(unique);
  if (rows.length > 0) {
    await client.query({ name: "rollup", text: ROLLUP_SQL, values: rollupParameters(rows) });
    await client.query({ name: "touch-keys", text: TOUCH_KEYS_SQL, values: lastUses(rows) });
  }
  if (credentials) await client.query(TOUCH_CREDENTIALS_SQL, [...credentials]);
  return rows.reduce((sum, row) => sum + Number(row["requests"]), 0);
}

/** Without those whose rows were booked and have been taken away since. Only events of such an age are asked for. */
async function untold(client: pg.PoolClient, events: readonly UsageEvent[]): Promise<readonly UsageEvent[]> {
  const bornBeforeMs = Date.now() - TOMBSTONE_AGE_MS;
  if (!events.some(({ createdAtMs }) => createdAtMs < bornBeforeMs)) return events;
  const told = await findTombstones(client, events.map(({ id }) => id));
  return told.size === 0 ? events : events.filter(({ id }) => !told.has(id));
}

/** The ledger lines of a batch, a column each, and the accounts they go to. */
class LineColumns {
  readonly #sources: string[] = [];
  readonly #accounts: string[] = [];
  readonly #amounts: string[] = [];
  readonly #touched = new Map<string, { readonly organizationId: string; readonly account: string }>();

  add({ id, organizationId }: Pick<UsageEvent, "id" | "organizationId">, { account, amountNanoUsd }: LedgerLine): void {
    this.#sources.push(id);
    this.#accounts.push(account);
    this.#amounts.push(amountNanoUsd.toString());
    this.#touched.set(`${organizationId}:${account}`, { organizationId, account });
  }

  literals(): string[] { return [arrayLiteral(this.#sources), arrayLiteral(this.#accounts), arrayLiteral(this.#amounts)]; }

  async openAccounts(client: pg.PoolClient): Promise<void> {
    const touched = [...this.#touched.values()];
    if (touched.length > 0) await client.query({ name: "open-accounts", text: OPEN_ACCOUNTS_SQL, values: [touched.map(({ organizationId }) => organizationId), touched.map(({ account }) => account)] });
  }
}

/** Keys and when each was used last. */
function lastUses(rows: readonly SumRow[]): [string[], Date[]] {
  const uses = new Map<string, Date>();
  for (const { apiKeyId, usedAt } of rows) if ((uses.get(apiKeyId)?.getTime() ?? 0) < usedAt.getTime()) uses.set(apiKeyId, usedAt);
  return [[...uses.keys()], [...uses.values()]];
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
