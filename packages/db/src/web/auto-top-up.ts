// The wish to have credit bought by itself, and what came of it. Only the worker buys; see `top-up-book.ts` of the worker.
import type { Actor } from "./actor.ts";
import { assertMayPay } from "./billing-account.ts";
import type { StoreContext } from "./context.ts";

export interface TopUpSettings { readonly enabled: boolean; readonly thresholdNanoUsd: bigint; readonly amountNanoUsd: bigint; readonly monthlyCapNanoUsd: bigint }
export interface TopUpRecord { readonly id: string; readonly amountNanoUsd: bigint; readonly state: string; readonly error: string | null; readonly actionUrl: string | null; readonly createdAt: Date }
export interface TopUpView { readonly settings: (TopUpSettings & { readonly failures: number; readonly retryAt: Date | null }) | null; readonly cardKept: boolean; readonly recent: readonly TopUpRecord[] }

/** What a page shows; the whole story is in the ledger. */
const RECENT_MAX = 10;

export function createAutoTopUps(context: StoreContext) {
  return {
    find: (actor: Actor): Promise<TopUpView> => context.tenant(actor, "usage.read", async (transaction) => {
      const { organizationId } = actor;
      const [settings, account, recent] = [
        await transaction.autoTopUp.findUnique({ where: { organizationId } }), await transaction.billingAccount.findUnique({ where: { organizationId }, select: { paymentMethodId: true } }),
        await transaction.topUp.findMany({ where: { organizationId }, orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: RECENT_MAX }),
      ];
      return { settings, cardKept: typeof account?.paymentMethodId === "string", recent };
    }),
    /** What is set anew may be tried at once, whatever failed before. */
    set: (actor: Actor, settings: TopUpSettings): Promise<void> => {
      assertMayPay(actor);
      const { enabled, thresholdNanoUsd, amountNanoUsd, monthlyCapNanoUsd } = settings;
      const wish = { enabled, thresholdNanoUsd, amountNanoUsd, monthlyCapNanoUsd, failures: 0, retryAt: null };
      return context.tenant(actor, "usage.read", async (transaction) => {
        await transaction.autoTopUp.upsert({ where: { organizationId: actor.organizationId }, create: { organizationId: actor.organizationId, ...wish }, update: wish });
      });
    },
  };
}
