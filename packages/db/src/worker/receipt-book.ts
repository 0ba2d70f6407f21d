// The chains of receipts. It promises one receipt a booked request, without a gap and without a fork, however many workers add to a chain and
// wherever one of them is killed: receipts, the chain's last link and what is no longer due change in one transaction, under the lock of that link.
import { CHAIN_START, type ChainHead, type ReceiptSigner, type SignedReceipt } from "@trunkline/keys";
import type pg from "pg";
import { RECEIPT_COLUMNS, signedFacts, type GenerationRow } from "../generation-receipt.ts";

type Sealed = SignedReceipt & { readonly text: string };

export interface ReceiptQueries {
  /** Makes the public key known; what it signs can be checked by then. */
  publishReceiptKey(key: ReceiptSigner["key"], nowMs: number): Promise<void>;
  /** The next organization after this id, in order, that is due receipts. */
  nextDueReceipts(afterOrganizationId: string): Promise<string | null>;
  /** Signs up to `rowsMax` requests of one organization. Returns how many: 0 as well where another worker is at it. */
  sealReceipts(organizationId: string, how: { readonly seal: ReceiptSigner["seal"]; readonly rowsMax: number; readonly nowMs: number }): Promise<number>;
}

const LOCK_HEAD = `SELECT sequence, hash FROM receipt_chain WHERE "organizationId" = $1 FOR UPDATE SKIP LOCKED`;
/** Batches in the order of their booking, of the last as much as there is room for. */
const DUE = `
WITH batch AS (SELECT id, "generationIds", due, sum(due) OVER (ORDER BY id) - due AS before FROM receipt_pending WHERE "organizationId" = $1),
next AS (
  SELECT b.id AS batch, n."dueId", n.place FROM batch b
  CROSS JOIN LATERAL unnest("generationIds"[cardinality("generationIds") - due + 1 : cardinality("generationIds") - due + least(due, $2 - before)::int]) WITH ORDINALITY n ("dueId", place)
  WHERE b.before < $2
)
SELECT next.batch, next."dueId", ${RECEIPT_COLUMNS.map((name) => `g."${name}"`).join(", ")} FROM next
LEFT JOIN generation g ON g.id = next."dueId" AND NOT EXISTS (SELECT FROM receipt r WHERE r."generationId" = next."dueId") ORDER BY next.batch, next.place`;
/** $1 batches, one for each request that is due no longer. */
const SETTLE = `UPDATE receipt_pending p SET due = p.due - d.count FROM (SELECT id, count(*)::int FROM unnest($1::bigint[]) b (id) GROUP BY id) d WHERE p.id = d.id`;
const CLEAR = `DELETE FROM receipt_pending WHERE "organizationId" = $1 AND due = 0`;
const INSERT = `
INSERT INTO receipt ("generationId", "organizationId", sequence, "keyId", body, hash, signature, "createdAt")
SELECT id, $1, sequence, key, body, hash, signature, $2 FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[]) AS r (id, sequence, key, body, hash, signature)`;

export function createReceiptQueries(pool: pg.Pool): ReceiptQueries {
  return {
    async publishReceiptKey({ kid, x }, nowMs) { await pool.query(`INSERT INTO receipt_key (id, "publicKey", "createdAt") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [kid, x, new Date(nowMs)]); },
    async nextDueReceipts(after) {
      const { rows } = await pool.query<{ organizationId: string }>(`SELECT "organizationId" FROM receipt_pending WHERE "organizationId" > $1 ORDER BY "organizationId" LIMIT 1`, [after]);
      return rows[0]?.organizationId ?? null;
    },
    async sealReceipts(organizationId, how) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query(`INSERT INTO receipt_chain ("organizationId", sequence, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [organizationId, CHAIN_START.sequence, CHAIN_START.hash]);
        await client.query("BEGIN");
        const sealed = await seal(client, organizationId, how);
        await client.query("COMMIT");
        return sealed;
      } catch (error) {
        await client.query("ROLLBACK").catch((rollbackError: Error) => { broken = rollbackError; });
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}

async function seal(client: pg.PoolClient, organizationId: string, { seal: sign, rowsMax, nowMs }: Parameters<ReceiptQueries["sealReceipts"]>[1]): Promise<number> {
  const [locked] = (await client.query<{ sequence: string; hash: string }>(LOCK_HEAD, [organizationId])).rows;
  if (locked === undefined) return 0;
  // INVARIANT: read after the lock, so that what another worker has signed meanwhile is no longer due.
  const { rows } = await client.query<GenerationRow & { readonly batch: string; readonly dueId: string; readonly id: string | null }>(DUE, [organizationId, rowsMax]);
  let head: ChainHead = { sequence: Number(locked.sequence), hash: locked.hash };
  const receipts: Sealed[] = [];
  for (const row of rows) {
    // Its row is gone already, or it was signed before the row was taken away and booked again.
    if (row.id === null) continue;
    const receipt = sign(signedFacts(row), { organizationId, head });
    head = { sequence: head.sequence + 1, hash: receipt.hash };
    receipts.push(receipt);
  }
  const column = (name: string): string[] => receipts.map(({ receipt }) => String(receipt[name]));
  if (receipts.length > 0) {
    await client.query(INSERT, [organizationId, new Date(nowMs), column("id"), column("sequence"), column("key_id"), receipts.map(({ text }) => text), receipts.map(({ hash }) => hash), receipts.map(({ signature }) => signature)]);
    await client.query(`UPDATE receipt_chain SET sequence = $2, hash = $3 WHERE "organizationId" = $1`, [organizationId, head.sequence, head.hash]);
  }
  if (rows.length > 0) {
    await client.query(SETTLE, [rows.map(({ batch }) => batch)]);
    await client.query(CLEAR, [organizationId]);
  }
  return receipts.length;
}
