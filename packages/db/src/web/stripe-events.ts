import type { StoreContext, Transaction } from "./context.ts";

export interface StripeEventFact { readonly id: string; readonly type: string; readonly effect: { readonly kind: "link_customer"; readonly organizationId: string; readonly stripeCustomerId: string } | null }

async function apply(transaction: Transaction, effect: NonNullable<StripeEventFact["effect"]>): Promise<void> {
  await transaction.organization.updateMany({ where: { id: effect.organizationId }, data: { stripeCustomerId: effect.stripeCustomerId } });
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
