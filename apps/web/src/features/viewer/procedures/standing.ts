import { usd } from "../../../server/money-view.ts";
import { readStatus } from "../../../server/status.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { StandingView } from "../../../server/views.ts";

/** Below it a prepaid organization is told: a few long calls spend as much. */
const LOW_NANO_USD = 2_000_000_000n;

/** What every page shows at its top: the credit that is left, where calls are prepaid, and which providers are not well. */
export const standing = memberProcedure.query(async ({ ctx: { db, actor } }): Promise<StandingView> => {
  const [{ mode, creditNanoUsd, chargedNanoUsd }, status] = await Promise.all([db.billing.find(actor), readStatus(db)]);
  const left = creditNanoUsd - chargedNanoUsd;
  return {
    credit: mode === "prepaid" ? { balanceUsd: usd(left), low: left < LOW_NANO_USD } : null,
    troubled: status.providers.filter((one) => one.state === "degraded" || one.state === "down").map((one) => one.label),
  };
});
