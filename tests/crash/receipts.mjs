// Judges the chain of signed receipts after a crash run, by node:crypto and the published keys alone: none of the program's own checks is asked.
import { createHash, createPublicKey, verify } from "node:crypto";

/** Signing follows booking by a second; a killed worker's successor begins at once. */
const SIGNED_TIMEOUT_MS = 60_000;
const LOOK_MS = 250;

/** Waits until nothing is due, then wants one receipt a booked request, in a chain without gap, fork or change. Returns the same shape as `judge`. */
export async function judgeReceipts({ client, organizationId, gatewayUrl }) {
  const due = async () => (await client.query('SELECT FROM receipt_pending WHERE "organizationId" = $1 LIMIT 1', [organizationId])).rowCount;
  for (const deadline = Date.now() + SIGNED_TIMEOUT_MS; await due() && Date.now() < deadline;) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const { keys } = await (await fetch(`${gatewayUrl}/.well-known/receipt-keys.json`)).json();
  const { rows } = await client.query('SELECT r."generationId", r.sequence, r.body, r.hash, r.signature, g."chargeNanoUsd" FROM receipt r LEFT JOIN generation g ON g.id = r."generationId" WHERE r."organizationId" = $1 ORDER BY r.sequence', [organizationId]);
  const missing = (await client.query('SELECT id FROM generation g WHERE "organizationId" = $1 AND NOT EXISTS (SELECT FROM receipt r WHERE r."generationId" = g.id)', [organizationId])).rows;
  const wrong = rows.flatMap((row, index) => faultsOf({ row, index, before: rows[index - 1], keys }));
  return {
    signed: rows.length, lost: missing.length, doubled: 0, wrong: wrong.length,
    notes: [...missing.slice(0, 20).map(({ id }) => `lost: ${id} has no receipt`), ...wrong.slice(0, 20).map((line) => `wrong: ${line}`)],
  };
}

function faultsOf({ row, index, before, keys }) {
  const receipt = JSON.parse(row.body);
  const key = keys.find(({ kid }) => kid === receipt.key_id);
  const faults = [
    [receipt.sequence === index + 1 && Number(row.sequence) === index + 1, `stands at ${index + 1} and says ${receipt.sequence}`],
    [receipt.previous_hash === (before?.hash ?? "0".repeat(64)), "does not name the receipt before it"],
    [createHash("sha256").update(row.body).digest("hex") === row.hash, "does not come to its hash"],
    [key && verify(null, Buffer.from(row.body), createPublicKey({ key, format: "jwk" }), Buffer.from(row.signature, "base64url")), "is not signed by a published key"],
    [receipt.id === row.generationId && receipt.cost_nano_usd === row.chargeNanoUsd, `states ${receipt.id} at ${receipt.cost_nano_usd}, the row ${row.generationId} at ${row.chargeNanoUsd}`],
  ];
  return faults.filter(([holds]) => !holds).map(([, what]) => `receipt ${row.sequence} ${what}`);
}
