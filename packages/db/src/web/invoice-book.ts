// Books the invoices of subscriptions: what they ask beyond metered usage, their payments, and what went back. It promises that each is posted once in whatever
// order Stripe tells, and that what a customer owes by the ledger ends at what Stripe calls unpaid.
import { lockAccount, type CreditReturn } from "./billing-account.ts";
import type { StoreContext, Transaction } from "./context.ts";

/** A subscription's invoice as it stands; see the billing package. */
export interface InvoiceFact {
  readonly id: string; readonly number: string | null; readonly status: "open" | "paid" | "uncollectible" | "void";
  readonly totalNanoUsd: bigint; readonly extraNanoUsd: bigint; readonly paidNanoUsd: bigint; readonly createdAtMs: number;
}
/** What is read later may have been told earlier: a status never goes back. */
const RANKS = { open: 0, uncollectible: 1, paid: 2, void: 2 } as const;
const isStatus = (status: string): status is keyof typeof RANKS => status in RANKS;

interface Posting { readonly kind: string; readonly sourceId: string; readonly cashNanoUsd?: bigint; readonly customerReceivableNanoUsd?: bigint; readonly revenueNanoUsd?: bigint; readonly absorbedNanoUsd?: bigint }

export async function recordInvoice(context: StoreContext, transaction: Transaction, { organizationId, invoice }: { readonly organizationId: string; readonly invoice: InvoiceFact }): Promise<void> {
  await lockAccount(transaction, organizationId);
  const { id, number, status, totalNanoUsd, extraNanoUsd, createdAtMs } = invoice;
  const known = await transaction.stripeInvoice.findUnique({ where: { id } });
  const paidNanoUsd = invoice.paidNanoUsd > (known?.paidNanoUsd ?? 0n) ? invoice.paidNanoUsd : known?.paidNanoUsd ?? 0n;
  const kept = known !== null && isStatus(known.status) && RANKS[known.status] > RANKS[status] ? known.status : status;
  const facts = { number, status: kept, paidNanoUsd, updatedAt: new Date(context.nowMs()) };
  await transaction.stripeInvoice.upsert({ where: { id }, update: facts, create: { id, organizationId, totalNanoUsd, extraNanoUsd, createdAt: new Date(createdAtMs), ...facts } });
  // The plan's fee, and what whole cents add or take: usage itself is in the ledger since it was metered.
  if (known === null && extraNanoUsd !== 0n) await post(context, transaction, organizationId, { kind: "invoice", sourceId: id, customerReceivableNanoUsd: extraNanoUsd, revenueNanoUsd: -extraNanoUsd });
  const arrived = paidNanoUsd - (known?.paidNanoUsd ?? 0n);
  if (arrived > 0n) await post(context, transaction, organizationId, { kind: "invoice_payment", sourceId: `${id}:${paidNanoUsd}`, cashNanoUsd: arrived, customerReceivableNanoUsd: -arrived });
  // Nobody asks for it any more; a balance that had paid a part of it is a balance again.
  if (kept === "void" && known?.status !== "void") await post(context, transaction, organizationId, { kind: "invoice_void", sourceId: id, absorbedNanoUsd: totalNanoUsd - paidNanoUsd, customerReceivableNanoUsd: paidNanoUsd - totalNanoUsd });
}

/** Money that went back of an invoice that stays paid: it is ours to bear, and comes again where the refund failed or the dispute was won. */
export async function recordInvoiceReturns(context: StoreContext, transaction: Transaction, { organizationId, returns }: { readonly organizationId: string; readonly returns: readonly CreditReturn[] }): Promise<void> {
  await lockAccount(transaction, organizationId);
  for (const { kind, sourceId, amountNanoUsd, standing } of returns) {
    // What is over is booked as both, so that older news of the same return, still on its way, finds it taken.
    const postings = [{ kind: `invoice_${kind}`, cashNanoUsd: -amountNanoUsd }, ...(standing ? [] : [{ kind: `invoice_${kind}_reversal`, cashNanoUsd: amountNanoUsd }])];
    for (const posting of postings) {
      const booked = await transaction.ledgerTransaction.count({ where: { kind: posting.kind, sourceId } });
      if (booked === 0) await post(context, transaction, organizationId, { ...posting, sourceId, absorbedNanoUsd: -posting.cashNanoUsd });
    }
  }
}

async function post(context: StoreContext, transaction: Transaction, organizationId: string, posting: Posting): Promise<void> {
  await transaction.ledgerAccount.createMany({ data: ["cash", "customer_receivable", "revenue", "absorbed"].map((kind) => ({ id: `${organizationId}:${kind}`, organizationId, kind })), skipDuplicates: true });
  await transaction.ledgerTransaction.create({ data: { id: context.newId("txn"), organizationId, createdAt: new Date(context.nowMs()), ...posting } });
}
