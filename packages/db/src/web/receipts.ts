/** Signed receipts: read only, a chain an organization. */
import { receiptKeyOf, type ReceiptKey, type SignedReceipt } from "@trunkline/keys";
import type { Receipt } from "../../generated/client.ts";
import type { Actor } from "./actor.ts";
import type { StoreContext } from "./context.ts";

export interface ReceiptPage { readonly receipts: readonly SignedReceipt[]; readonly keys: readonly ReceiptKey[] }

const toSigned = ({ body, hash, signature }: Receipt): SignedReceipt => ({ receipt: JSON.parse(body) as Record<string, unknown>, hash, signature });

export function createReceipts({ tenant }: StoreContext) {
  return {
    /** In the order of the chain, after a sequence number, with every public key. */
    list: (actor: Actor, { after, limit }: { readonly after: number; readonly limit: number }): Promise<ReceiptPage> => tenant(actor, "usage.read", async (transaction) => {
      const rows = await transaction.receipt.findMany({ where: { organizationId: actor.organizationId, sequence: { gt: after } }, orderBy: { sequence: "asc" }, take: limit });
      return { receipts: rows.map(toSigned), keys: (await transaction.receiptKey.findMany({ orderBy: { createdAt: "desc" } })).map(({ id, publicKey }) => receiptKeyOf(id, publicKey)) };
    }),
    /** A request's receipt behind the one that it names as the one before; empty while it is not signed. */
    find: (actor: Actor, generationId: string): Promise<ReceiptPage> => tenant(actor, "usage.read", async (transaction) => {
      const row = await transaction.receipt.findFirst({ where: { generationId, organizationId: actor.organizationId } });
      if (row === null) return { receipts: [], keys: [] };
      const before = await transaction.receipt.findFirst({ where: { organizationId: actor.organizationId, sequence: row.sequence - 1n } });
      return { receipts: [...(before === null ? [] : [before]), row].map(toSigned), keys: (await transaction.receiptKey.findMany()).map(({ id, publicKey }) => receiptKeyOf(id, publicKey)) };
    }),
  };
}
