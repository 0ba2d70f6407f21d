import type { StoreContext, Transaction } from "./context.ts";

type Effect =
  | { readonly kind: "link_customer"; readonly organizationId: string; readonly stripeCustomerId: string }
  | { readonly kind: "reopen_exports"; readonly identifiers: readonly string[]; readonly reason: string };
export interface StripeEventFact { readonly id: string; readonly type: string; readonly effect: Effect | null }

/** As the exporter keeps them. */
const ERROR_CHARACTERS_MAX = 500;

async function apply(transaction: Transaction, effect: Effect): Promise<void> {
  if (effect.kind === "link_customer") {
    await transaction.organization.updateMany({ where: { id: effect.organizationId }, data: { stripeCustomerId: effect.stripeCustomerId } });
    return;
  }
  // Only rows that are at rest: what the exporter holds in its hands it settles itself. Stripe did not count them, so no earlier try is in doubt.
  await transaction.meterExport.updateMany({ where: { identifier: { in: [...effect.identifiers] }, state: "sent" }, data: { state: "pending", sentAt: null, sendingAt: null, lastError: effect.reason.slice(0, ERROR_CHARACTERS_MAX) } });
}

export function createStripeEvents({ client }: StoreContext) {
  return {
    /** The event's row and its effect commit together or not at all. `repeated`: the event was applied before. */
    apply: (event: StripeEventFact): Promise<"applied" | "repeated"> => client.$transaction(async (transaction) => {
      const inserted = await transaction.stripeEvent.createMany({ data: [{ id: event.id, type: event.type }], skipDuplicates: true });
      if (inserted.count === 0) return "repeated";
      if (event.effect) await apply(transaction, event.effect);
      return "applied";
    }),
  };
}
