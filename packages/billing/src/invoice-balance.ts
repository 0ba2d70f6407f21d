import type { StripeClient } from "./stripe.ts";

/**
 * Puts whole cents on a customer's balance, which Stripe nets with the next invoice: negative is owed to the customer. Meters cannot do it: Stripe
 * bills a negative sum as nothing, and corrects no invoice that is final. The note is the idempotency key; rejects with the library's error.
 */
export async function addInvoiceBalance(stripe: StripeClient, { customerId, cents, noteId, description }: { readonly customerId: string; readonly cents: number; readonly noteId: string; readonly description: string }): Promise<string> {
  for await (const known of stripe.customers.listBalanceTransactions(customerId, { limit: TRANSACTIONS_PER_PAGE })) if (known.metadata?.["creditNote"] === noteId) return known.id;
  const made = await stripe.customers.createBalanceTransaction(customerId, { amount: cents, currency: "usd", description, metadata: { creditNote: noteId } }, { idempotencyKey: noteId });
  return made.id;
}

const TRANSACTIONS_PER_PAGE = 100;
