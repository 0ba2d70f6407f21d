// The rows of the meter export as the organization itself may see them, and giving some of them back to the exporter. It promises that only rows at rest
// are given back, one caller at a time, and never while the exporter holds the meter; which may be is the billing package's decision.
import { assertMay, type Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import { assertMayPay } from "./billing-account.ts";
import type { StoreContext } from "./context.ts";

export interface ExportedRow { readonly meter: string; readonly identifier: string; readonly state: string; readonly value: bigint; readonly eventAt: Date; readonly sentAt: Date | null; readonly windowStart: Date }
/** Nano-USD of all time: what was used, and what the export rows hold of it. */
export interface ExportSums { readonly usedNanoUsd: bigint; readonly exportedNanoUsd: bigint; /** What corrected prices came to, which credit notes settle and no meter does. */ readonly correctedNanoUsd: bigint }

/** Amounts in the meter's unit. */
export interface KeptComparison { readonly meter: string; readonly comparedAt: Date; readonly kind: string; readonly confirmed: boolean; readonly sent: bigint; readonly inDoubt: bigint; readonly stripe: bigint }
/** What a day's last comparison with a provider found; `gaps` as the worker wrote them, amounts as text. */
export interface ProviderDayRow { readonly provider: string; readonly day: string; readonly comparedAt: Date; readonly state: string; readonly bookedNanoUsd: bigint; readonly providerNanoUsd: bigint; readonly errorBarNanoUsd: bigint; readonly gaps: unknown }
export interface SettledEstimate { readonly id: string; readonly provider: string; readonly day: Date; readonly model: string; readonly attempts: bigint; readonly estimatedNanoUsd: bigint; readonly deltaNanoUsd: bigint; readonly createdAt: Date }

export function createReconciliations(context: StoreContext) {
  return {
    load: (actor: Actor, from: Date): Promise<{ readonly rows: readonly ExportedRow[]; readonly sums: ExportSums }> => context.tenant(actor, "usage.read", async (transaction) => {
      const { organizationId } = actor;
      const rows = await transaction.$queryRaw<ExportedRow[]>`SELECT meter, identifier, state, value, "eventAt", "sentAt", "windowStart" FROM meter_export WHERE "organizationId" = ${organizationId} AND ("eventAt" >= ${from} OR state <> 'sent') ORDER BY "windowStart", sequence`;
      const [sums] = await transaction.$queryRaw<ExportSums[]>`
        WITH corrected AS (SELECT coalesce(sum("deltaNanoUsd"), 0)::bigint AS nano FROM price_correction_line WHERE "organizationId" = ${organizationId})
        SELECT (SELECT coalesce(sum("chargeNanoUsd"), 0)::bigint FROM usage_rollup_day WHERE "organizationId" = ${organizationId} AND mode = 'live') - corrected.nano AS "usedNanoUsd",
          (SELECT coalesce(sum("amountNanoUsd"), 0)::bigint FROM meter_export WHERE "organizationId" = ${organizationId}) AS "exportedNanoUsd", corrected.nano AS "correctedNanoUsd" FROM corrected`;
      return { rows, sums: sums ?? { usedNanoUsd: 0n, exportedNanoUsd: 0n, correctedNanoUsd: 0n } };
    }),
    /** What the nights before found, newest first. */
    history: (actor: Actor, limit: number): Promise<KeptComparison[]> => context.tenant(actor, "usage.read", (transaction) =>
      transaction.meterComparison.findMany({ where: { organizationId: actor.organizationId }, orderBy: [{ comparedAt: "desc" }, { meter: "desc" }], take: limit })),
    /** What estimates of this organization's calls were off by, newest first. */
    settledEstimates: (actor: Actor, limit: number): Promise<SettledEstimate[]> => context.tenant(actor, "usage.read", (transaction) =>
      transaction.estimateSettlement.findMany({ where: { organizationId: actor.organizationId }, orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: limit })),
    /** The whole installation against its providers, the last comparison of each day, newest first. null for whoever is not of the organization that operates it. */
    async providerDays(actor: Actor, { operator, limit }: { readonly operator: string | null; readonly limit: number }): Promise<ProviderDayRow[] | null> {
      assertMay(actor, "usage.read");
      // By id: a name that somebody gives up could be taken by another.
      if (operator === null || actor.organizationId !== operator) return null;
      return context.client.$queryRaw<ProviderDayRow[]>`
        SELECT DISTINCT ON (day, provider) provider, to_char(day, 'YYYY-MM-DD') AS day, "comparedAt", state, "bookedNanoUsd", "providerNanoUsd", "errorBarNanoUsd", gaps FROM provider_comparison ORDER BY day DESC, provider, "comparedAt" DESC LIMIT ${limit}`;
    },
    /**
     * Gives rows back to the exporter, which sends them again under their identifiers. `choose` reads and decides while nobody else can, so that who
     * asks twice gives back once. null: the exporter is at this meter; nothing was done.
     */
    giveBack: (actor: Actor, { meter, choose }: { readonly meter: string; readonly choose: () => Promise<readonly string[]> }): Promise<number | null> => {
      assertMayPay(actor);
      return context.client.$transaction(async (transaction) => {
        // The exporter's own lock, for the length of this transaction.
        const [lock] = await transaction.$queryRaw<{ held: boolean }[]>`SELECT pg_try_advisory_xact_lock(hashtextextended(${`meter-export:${meter}:${actor.organizationId}`}, 0)) AS held`;
        if (lock?.held !== true) return null;
        const identifiers = await choose();
        const { count } = await transaction.meterExport.updateMany({ where: { organizationId: actor.organizationId, meter, state: "sent", identifier: { in: [...identifiers] } }, data: { state: "pending", sentAt: null, sendingAt: null, lastError: "missing at Stripe: sent again" } });
        if (count > 0) await recordAudit(transaction, actor, { action: "billing.resend", subject: meter });
        return count;
      });
    },
  };
}
