// Books a batch in one transaction: rows, ledger, sums, what receipts are due, and what keys and credentials did last, all of it once or nothing. It promises that an event that is
// there already changes nothing, whoever tells it again and whenever. What is posted is the billing package's rule.
import type { UsageEvent } from "@trunkline/contracts";
import type pg from "pg";
import { arrayLiteral } from "./array-literal.ts";
import { cleanEvent, isSuspect } from "./clean-event.ts";
import { copyIn } from "./copy-in.ts";
import { COPY_GENERATIONS_SQL, COPY_LEDGER_SQL, generationRows, ledgerRow } from "./copy-rows.ts";
import type { LedgerLine } from "./copy-rows.ts";
import { CALLERS_SQL, credentialParameters, DUE_RECEIPTS_SQL, KNOWN_SQL, OPEN_ACCOUNTS_SQL, TOUCH_CREDENTIALS_SQL, TOUCH_KEYS_SQL } from "./ingest-sql.ts";
import { lastUses, minuteSums, ROLLUP_SQL, rollupParameters } from "./minute-sums.ts";
import { findTombstones, TOMBSTONE_AGE_MS } from "./retention-book.ts";

export interface IngestOptions {
  /** The ledger rule: lines of one event, summing to zero; empty when nothing is to be posted. Lives in the billing package. */
  readonly ledgerEntriesFor: (event: UsageEvent) => readonly LedgerLine[];
  /** Whether booked requests are due a signed receipt, which somebody then has to make. */
  readonly withReceipts?: boolean;
}

/** Each further try follows another batch's commit between the look and the copy; so many in a row mean something else. */
const TRIES_MAX = 10;
const UNIQUE_VIOLATION = "23505";

/**
 * COPY takes no row that is there already, so the first try supposes that all are new, which is true of all but redelivered batches; where they are not, everything
 * is undone and the next try leaves out what it finds.
 */
export async function ingest(pool: pg.Pool, events: readonly UsageEvent[], options: IngestOptions): Promise<{ readonly inserted: number }> {
  if (events.length === 0) return { inserted: 0 };
  const unique = inOrder(events);
  for (let tries = 1; ; tries++) {
    try {
      return { inserted: await inTransaction(pool, async (client) => await book(client, tries === 1 ? unique : await unknown(client, unique), options)) };
    } catch (error) {
      if (tries === TRIES_MAX || !isKnownRow(error)) throw error;
    }
  }
}

/** Without doubles, as Postgres can store it, and sorted by id: two workers that hold the same redelivered batch queue up behind each other. */
function inOrder(events: readonly UsageEvent[]): readonly UsageEvent[] {
  const sorted = [...events].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return sorted.filter((event, index) => event.id !== sorted[index - 1]?.id);
}

async function book(client: pg.PoolClient, given: readonly UsageEvent[], { ledgerEntriesFor, withReceipts = false }: IngestOptions): Promise<number> {
  const { events, rows } = rowsOf(await untold(client, given));
  if (events.length === 0) return 0;
  const postings = new Postings();
  for (const event of events) postings.add(event, ledgerEntriesFor(event));
  await postings.openAccounts(client);
  await copyIn(client, COPY_GENERATIONS_SQL, rows);
  if (postings.rows !== "") await copyIn(client, COPY_LEDGER_SQL, postings.rows);
  if (withReceipts) await client.query({ name: "due-receipts", text: DUE_RECEIPTS_SQL, values: [arrayLiteral(events.map(({ organizationId }) => organizationId)), arrayLiteral(events.map(({ id }) => id))] });
  const called = events.filter(({ endUser, sessionId }) => endUser !== null || sessionId !== null);
  if (called.length > 0) await client.query({ name: "callers", text: CALLERS_SQL, values: [arrayLiteral(called.map(({ id }) => id))] });
  const sums = minuteSums(events);
  await client.query({ name: "rollup", text: ROLLUP_SQL, values: rollupParameters(sums) });
  await client.query({ name: "touch-keys", text: TOUCH_KEYS_SQL, values: lastUses(sums) });
  const credentials = credentialParameters(events);
  if (credentials) await client.query(TOUCH_CREDENTIALS_SQL, [...credentials]);
  return events.length;
}

/** The rows of the batch, and its events as they are in them. */
function rowsOf(events: readonly UsageEvent[]): { readonly events: readonly UsageEvent[]; readonly rows: string } {
  const rows = generationRows(events);
  if (!isSuspect(rows)) return { events, rows };
  const clean = events.map(cleanEvent);
  return { events: clean, rows: generationRows(clean) };
}

/** Without those whose rows are there. */
async function unknown(client: pg.PoolClient, events: readonly UsageEvent[]): Promise<readonly UsageEvent[]> {
  const { rows } = await client.query<{ id: string }>(KNOWN_SQL, [arrayLiteral(events.map(({ id }) => id))]);
  const known = new Set(rows.map(({ id }) => id));
  return events.filter(({ id }) => !known.has(id));
}

/** Without those whose rows were booked and have been taken away since. Only events of such an age are asked for. */
async function untold(client: pg.PoolClient, events: readonly UsageEvent[]): Promise<readonly UsageEvent[]> {
  const bornBeforeMs = Date.now() - TOMBSTONE_AGE_MS;
  if (!events.some(({ createdAtMs }) => createdAtMs < bornBeforeMs)) return events;
  const told = await findTombstones(client, events.map(({ id }) => id));
  return told.size === 0 ? events : events.filter(({ id }) => !told.has(id));
}

/** The ledger's rows of a batch and the accounts they go to. */
class Postings {
  rows = "";
  readonly #touched = new Map<string, { readonly organizationId: string; readonly account: string }>();

  add(event: UsageEvent, lines: readonly LedgerLine[]): void {
    if (lines.length === 0) return;
    this.rows += ledgerRow(event, lines);
    const { organizationId } = event;
    for (const { account } of lines) {
      const id = `${organizationId}:${account}`;
      if (!this.#touched.has(id)) this.#touched.set(id, { organizationId, account });
    }
  }

  async openAccounts(client: pg.PoolClient): Promise<void> {
    const touched = [...this.#touched.values()];
    if (touched.length > 0) await client.query({ name: "open-accounts", text: OPEN_ACCOUNTS_SQL, values: [touched.map(({ organizationId }) => organizationId), touched.map(({ account }) => account)] });
  }
}

function isKnownRow(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION && "constraint" in error && error.constraint === "generation_pkey";
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
