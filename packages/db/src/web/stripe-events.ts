import { recordCredit, recordReturns, setStanding, type CreditReturn, type Standing } from "./billing-account.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { recordInvoice, recordInvoiceReturns, type InvoiceFact } from "./invoice-book.ts";

type Effect =
  | { readonly kind: "link_customer"; readonly organizationId: string; readonly stripeCustomerId: string; readonly standing: Standing }
  | { readonly kind: "set_standing"; readonly stripeCustomerId: string; readonly standing: Standing; readonly invoice: InvoiceFact | null }
  | { readonly kind: "return_invoice_payment"; readonly stripeCustomerId: string; readonly returns: readonly CreditReturn[] }
  | { readonly kind: "grant_credit"; readonly organizationId: string; readonly stripeCustomerId: string; readonly sourceId: string; readonly amountNanoUsd: bigint; readonly paymentMethodId: string | null }
  | { readonly kind: "return_credit"; readonly organizationId: string; readonly stripeCustomerId: string; readonly returns: readonly CreditReturn[] }
  | { readonly kind: "reopen_exports"; readonly identifiers: readonly string[]; readonly reason: string };
export interface StripeEventFact { readonly id: string; readonly type: string; readonly effect: Effect | null }
/** `organizationId`: whose limits changed, to be told to the gateways after the commit. */
export interface AppliedEvent { readonly outcome: "applied" | "repeated"; readonly organizationId: string | null }

/** As the exporter keeps them. */
const ERROR_CHARACTERS_MAX = 500;

async function apply(context: StoreContext, transaction: Transaction, effect: Effect): Promise<string | null> {
  switch (effect.kind) {
    case "link_customer":
      if (!(await linkCustomer(transaction, effect))) return null;
      await setStanding(context, transaction, { ...effect.standing, organizationId: effect.organizationId });
      return effect.organizationId;
    case "set_standing": {
      const organizationId = await organizationOf(transaction, effect.stripeCustomerId);
      if (organizationId === null) return null;
      await setStanding(context, transaction, { ...effect.standing, organizationId });
      if (effect.invoice) await recordInvoice(context, transaction, { organizationId, invoice: effect.invoice });
      return organizationId;
    }
    case "return_invoice_payment": {
      const organizationId = await organizationOf(transaction, effect.stripeCustomerId);
      if (organizationId !== null) await recordInvoiceReturns(context, transaction, { organizationId, returns: effect.returns });
      return null;
    }
    case "grant_credit":
      if (!(await linkCustomer(transaction, effect))) return null;
      await recordCredit(context, transaction, effect);
      return effect.organizationId;
    case "return_credit":
      if (!(await linkCustomer(transaction, effect))) return null;
      await recordReturns(context, transaction, effect);
      return effect.organizationId;
    case "reopen_exports":
      // Only rows that are at rest: what the exporter holds in its hands it settles itself. Stripe did not count them, so no earlier try is in doubt.
      await transaction.meterExport.updateMany({ where: { identifier: { in: [...effect.identifiers] }, state: "sent" }, data: { state: "pending", sentAt: null, sendingAt: null, lastError: effect.reason.slice(0, ERROR_CHARACTERS_MAX) } });
      return null;
  }
}

const organizationOf = async (transaction: Transaction, stripeCustomerId: string): Promise<string | null> =>
  (await transaction.organization.findUnique({ where: { stripeCustomerId }, select: { id: true } }))?.id ?? null;

/** False for an organization that is gone. */
const linkCustomer = async (transaction: Transaction, { organizationId, stripeCustomerId }: { readonly organizationId: string; readonly stripeCustomerId: string }): Promise<boolean> =>
  (await transaction.organization.updateMany({ where: { id: organizationId }, data: { stripeCustomerId } })).count === 1;

export function createStripeEvents(context: StoreContext) {
  return {
    /** The event's row and its effect commit together or not at all. `repeated`: the event was applied before. */
    apply: (event: StripeEventFact): Promise<AppliedEvent> => context.client.$transaction(async (transaction) => {
      const inserted = await transaction.stripeEvent.createMany({ data: [{ id: event.id, type: event.type }], skipDuplicates: true });
      if (inserted.count === 0) return { outcome: "repeated", organizationId: null };
      return { outcome: "applied", organizationId: event.effect ? await apply(context, transaction, event.effect) : null };
    }),
  };
}
