// Settles what corrected prices came to. Where a subscription pays, Stripe nets the note with the next invoice, in whole cents, the rest carried; where
// credit pays, it follows the corrected charges by itself. Then the organization's people are told. Posting is done before, by the correction.
import { addInvoiceBalance, type StripeClient } from "@trunkline/billing";
import { usdTextFromNano } from "@trunkline/contracts";
import type { CreditNoteMail, CreditNoteQueries, OpenCreditNote } from "@trunkline/db/worker";
import type { Mail } from "../alert/send-mail.ts";

export interface CreditNotePorts {
  readonly db: CreditNoteQueries;
  /** null: Stripe is not configured, and nobody is invoiced. */
  readonly stripe: StripeClient | null;
  readonly clock: () => number;
  readonly sendMail: (mail: Mail) => Promise<void>;
  readonly onFailed: (id: string, error: unknown) => void;
}

const NANO_USD_PER_CENT = 10_000_000n;

/** Returns the tick. A note that Stripe or the mail server does not take goes with the next. Rejects where the database is away. */
export function createCreditNotes(ports: CreditNotePorts): () => Promise<void> {
  return async () => {
    for (const note of await ports.db.listOpenCreditNotes()) await settle(note, ports).catch((error: unknown) => ports.onFailed(note.id, error));
    for (const mail of await ports.db.listCreditNoteMails()) await tell(mail, ports).catch((error: unknown) => ports.onFailed(mail.id, error));
  };
}

async function settle({ id, amountNanoUsd, carriedNanoUsd, isPostpaid, customerId, reason }: OpenCreditNote, { db, stripe, clock }: CreditNotePorts): Promise<void> {
  if (!isPostpaid || customerId === null) return db.settleCreditNote(id, { settledBy: "credit", cents: 0n, stripeTransactionId: null, nowMs: clock() });
  if (stripe === null) throw new Error("Stripe is not configured here");
  const cents = (amountNanoUsd + carriedNanoUsd) / NANO_USD_PER_CENT;
  const stripeTransactionId = cents === 0n ? null : await addInvoiceBalance(stripe, { customerId, cents: Number(cents), noteId: id, description: reason });
  await db.settleCreditNote(id, { settledBy: "invoice_balance", cents, stripeTransactionId, nowMs: clock() });
}

async function tell({ id, organizationName, amountNanoUsd, requests, reason, settledBy, to }: CreditNoteMail, { db, sendMail, clock }: CreditNotePorts): Promise<void> {
  const isOwed = amountNanoUsd < 0n;
  const amount = `$${usdTextFromNano(isOwed ? -amountNanoUsd : amountNanoUsd)}`;
  const where = settledBy === "invoice_balance" ? "Your next invoice takes it into account" : "Your credit takes it into account";
  const text = `${reason}\n\n${requests} requests of ${organizationName} are corrected: ${isOwed ? `${amount} in your favour` : `${amount} more`}. ${where}. Each request is listed under Billing, credit note ${id}.\n`;
  for (const address of to) await sendMail({ to: address, subject: `[Trunkline] ${organizationName}: credit note over ${isOwed ? "" : "-"}${amount}`, text });
  await db.markCreditNoteMailed(id, clock());
}
