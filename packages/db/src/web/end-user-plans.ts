/** The plans of an organization's end users, in its own words. Who pays for what is theirs to know; here it is kept for rules of presets that ask. */
import { END_USER_PLANS_MAX } from "@trunkline/contracts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { UnprocessableError } from "./errors.ts";

export interface EndUserPlanRecord { readonly endUser: string; readonly plan: string; readonly updatedAt: Date }
/** Without a plan nothing is kept of the end user. */
export interface EndUserPlanChange { readonly endUser: string; readonly plan: string | null }
/** `after`: the last end user of the page before. `search` is the beginning of a name. */
export interface EndUserPlanFilter { readonly plan?: string | undefined; readonly search?: string | undefined; readonly after?: string | undefined; readonly limit: number }

export function createEndUserPlans(context: StoreContext) {
  const put = async (transaction: Transaction, { organizationId }: Actor, changes: readonly (readonly [string, string])[]): Promise<void> => {
    const [users, plans] = [changes.map(([endUser]) => endUser), changes.map(([, plan]) => plan)];
    await transaction.$executeRaw`
      INSERT INTO end_user_plan ("organizationId", "endUser", plan, "updatedAt") SELECT ${organizationId}, changed."endUser", changed.plan, ${new Date(context.nowMs())} FROM unnest(${users}::text[], ${plans}::text[]) AS changed("endUser", plan)
      ON CONFLICT ("organizationId", "endUser") DO UPDATE SET plan = excluded.plan, "updatedAt" = excluded."updatedAt"`;
    if (await transaction.endUserPlan.count({ where: { organizationId } }) > END_USER_PLANS_MAX) throw new UnprocessableError(`At most ${END_USER_PLANS_MAX.toLocaleString("en-US")} end users have a plan. Remove those who have left first.`);
  };
  return {
    /** By name. */
    list: (actor: Actor, { plan, search, after, limit }: EndUserPlanFilter): Promise<EndUserPlanRecord[]> => context.tenant(actor, "usage.read", (transaction) => transaction.endUserPlan.findMany({
      where: { organizationId: actor.organizationId, ...(plan === undefined ? {} : { plan }), endUser: { ...(search === undefined ? {} : { startsWith: search }), ...(after === undefined ? {} : { gt: after }) } },
      orderBy: { endUser: "asc" }, take: limit, select: { endUser: true, plan: true, updatedAt: true },
    })),
    /** What is kept of these end users; who has no plan is absent. */
    of: (actor: Actor, endUsers: readonly string[]): Promise<ReadonlyMap<string, string>> => context.tenant(actor, "usage.read", async (transaction) => {
      const rows = await transaction.endUserPlan.findMany({ where: { organizationId: actor.organizationId, endUser: { in: [...new Set(endUsers)] } }, select: { endUser: true, plan: true } });
      return new Map(rows.map(({ endUser, plan }) => [endUser, plan]));
    }),
    /** All or none; of an end user who is named twice the last holds. Throws UnprocessableError where they become too many. */
    change: (actor: Actor, changes: readonly EndUserPlanChange[]): Promise<void> => context.tenant(actor, "presets.manage", async (transaction) => {
      const wanted = [...new Map(changes.map(({ endUser, plan }) => [endUser, plan]))];
      const gone = wanted.flatMap(([endUser, plan]) => (plan === null ? [endUser] : []));
      const kept = wanted.flatMap(([endUser, plan]) => (plan === null ? [] : [[endUser, plan] as const]));
      if (gone.length > 0) await transaction.endUserPlan.deleteMany({ where: { organizationId: actor.organizationId, endUser: { in: gone } } });
      if (kept.length > 0) await put(transaction, actor, kept);
      await recordAudit(transaction, actor, { action: "preset.end-user-plans", subject: `${actor.organizationId} ${kept.length} set, ${gone.length} removed` });
    }),
  };
}
