import type { StripeClient } from "./stripe.ts";

export interface InvoiceView {
  readonly id: string;
  readonly number: string | null;
  readonly status: string | null;
  readonly totalCents: number;
  readonly paidCents: number;
  readonly createdAtMs: number;
  /** The customer's, as they stand on the invoice. */
  readonly taxIds: readonly string[];
  /** Stripe's own page of the invoice, where it can be paid. */
  readonly url: string | null;
}

/** What one page of the dashboard shows; older ones are in the portal. */
const INVOICES_MAX = 24;

/** Newest first. Rejects with the library's error. */
export async function listInvoices(stripe: StripeClient, customerId: string): Promise<readonly InvoiceView[]> {
  const { data } = await stripe.invoices.list({ customer: customerId, limit: INVOICES_MAX });
  return data.map((invoice) => ({
    id: invoice.id ?? "", number: invoice.number, status: invoice.status, totalCents: invoice.total, paidCents: invoice.amount_paid,
    createdAtMs: invoice.created * 1000, taxIds: (invoice.customer_tax_ids ?? []).flatMap(({ value }) => (value ? [value] : [])), url: invoice.hosted_invoice_url ?? null,
  }));
}
