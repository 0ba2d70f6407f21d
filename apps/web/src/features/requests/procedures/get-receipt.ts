import { receiptFaults, type ReceiptKey, type SignedReceipt } from "@trunkline/keys";
import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";

export interface ReceiptView {
  readonly sequence: number; readonly keyId: string; readonly hash: string;
  /** What does not hold; null: the signature fits, and it names the receipt before it. */
  readonly fault: string | null;
  /** To be handed on: `trunkline receipt verify` reads it. */
  readonly file: { readonly keys: readonly ReceiptKey[]; readonly data: readonly SignedReceipt[] };
}

/** Null while it is not signed. Checked anew each time, with the one before it. */
export const getReceipt = memberProcedure.input(z.object({ id: z.string() })).query(async ({ ctx, input }): Promise<ReceiptView | null> => {
  await ctx.db.requests.find(ctx.actor, input.id, ctx.project.id);
  const { receipts, keys } = await ctx.db.receipts.find(ctx.actor, input.id);
  const signed = receipts.at(-1);
  if (signed === undefined) return null;
  const sequence = Number(signed.receipt["sequence"]);
  const orphaned = receipts.length === 1 && sequence !== 1 ? "the receipt before it is missing" : null;
  return { sequence, keyId: String(signed.receipt["key_id"]), hash: signed.hash, fault: receiptFaults(receipts, keys)[0]?.fault ?? orphaned, file: { keys, data: [signed] } };
});
