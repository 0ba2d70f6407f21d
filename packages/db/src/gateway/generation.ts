import { RECEIPT_COLUMNS, type GenerationRow } from "../generation-receipt.ts";
import type { Statement } from "./prepared.ts";

interface FoundGeneration extends GenerationRow { readonly signedBody: string | null; readonly signedHash: string | null; readonly signature: string | null }

/** $1 organization, $2 request id. The signature follows the booking by about a second. */
export const FIND_GENERATION: Statement<FoundGeneration> = {
  name: "gateway_find_generation",
  text: `
SELECT ${RECEIPT_COLUMNS.map((name) => `g."${name}"`).join(", ")}, r.body AS "signedBody", r.hash AS "signedHash", r.signature
FROM generation g LEFT JOIN receipt r ON r."generationId" = g.id WHERE g.id = $2 AND g."organizationId" = $1`,
};

/** What the receipt was signed as; null while it is not yet. */
export function signedReceipt({ signedBody, signedHash, signature }: FoundGeneration): Record<string, unknown> | null {
  return signedBody === null ? null : { receipt: JSON.parse(signedBody) as unknown, hash: signedHash, signature };
}

/** All public keys that receipts were ever signed with. */
export const LOAD_RECEIPT_KEYS: Statement<{ readonly id: string; readonly publicKey: string }> = { name: "gateway_receipt_keys", text: `SELECT id, "publicKey" FROM receipt_key ORDER BY "createdAt" DESC, id` };
