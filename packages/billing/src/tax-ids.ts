import Stripe from "stripe";
import type { StripeClient } from "./stripe.ts";

export interface TaxIdView { readonly id: string; readonly type: string; readonly value: string; readonly verification: string | null }

/** What one customer has; Stripe allows five on an invoice. */
const TAX_IDS_MAX = 20;

export async function listTaxIds(stripe: StripeClient, customerId: string): Promise<readonly TaxIdView[]> {
  const { data } = await stripe.customers.listTaxIds(customerId, { limit: TAX_IDS_MAX });
  return data.map(toView);
}

/** `type` is one of Stripe's (`eu_vat`, `us_ein`, …). Returns the sentence of Stripe's refusal for a type or value that it does not take. */
export async function addTaxId(stripe: StripeClient, customerId: string, taxId: { readonly type: string; readonly value: string }): Promise<TaxIdView | { readonly refused: string }> {
  try {
    return toView(await stripe.customers.createTaxId(customerId, { type: taxId.type as Stripe.CustomerCreateTaxIdParams.Type, value: taxId.value }));
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError) return { refused: error.message };
    throw error;
  }
}

export const removeTaxId = async (stripe: StripeClient, customerId: string, id: string): Promise<void> => { await stripe.customers.deleteTaxId(customerId, id); };

const toView = ({ id, type, value, verification }: Stripe.TaxId): TaxIdView => ({ id, type, value, verification: verification?.status ?? null });
