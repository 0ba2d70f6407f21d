/**
 * The end of an organization. Decides what goes (people, keys, provider keys, presets, budgets, alerts, the request log and its sums) and what stays: the
 * ledger and the exports to the payment provider, which are books and hold no prompt. Only an owner may ask for it.
 */
import { assertMay, type Actor } from "./actor.ts";
import type { StoreContext } from "./context.ts";
import { ForbiddenError } from "./errors.ts";

/** Rows a statement: far within the statement's time limit. */
const ROWS_AT_ONCE = 20_000;

export function createOrganizationRemoval({ client, nowMs }: StoreContext) {
  const clear = async (table: "generation" | "usage_rollup" | "usage_caller" | "end_user_plan", organizationId: string): Promise<void> => {
    for (;;) {
      const gone = table === "generation"
        ? await client.$executeRaw`DELETE FROM generation WHERE ctid = ANY (ARRAY(SELECT ctid FROM generation WHERE "organizationId" = ${organizationId} LIMIT ${ROWS_AT_ONCE}))`
        : table === "usage_caller" ? await client.$executeRaw`DELETE FROM usage_caller WHERE ctid = ANY (ARRAY(SELECT ctid FROM usage_caller WHERE "organizationId" = ${organizationId} LIMIT ${ROWS_AT_ONCE}))`
        : table === "end_user_plan" ? await client.$executeRaw`DELETE FROM end_user_plan WHERE ctid = ANY (ARRAY(SELECT ctid FROM end_user_plan WHERE "organizationId" = ${organizationId} LIMIT ${ROWS_AT_ONCE}))`
        // Their hours and days go with them.
        : await client.$executeRaw`DELETE FROM usage_rollup WHERE ctid = ANY (ARRAY(SELECT ctid FROM usage_rollup WHERE "organizationId" = ${organizationId} LIMIT ${ROWS_AT_ONCE}))`;
      if (gone === 0) return;
    }
  };
  return {
    /** Gives the public ids of the keys that ended, for the gateways to forget. A second call after a failure half-way goes on. */
    async remove(actor: Actor): Promise<readonly string[]> {
      assertMay(actor, "organization.manage");
      if (actor.role !== "owner") throw new ForbiddenError("organization.owners");
      const { organizationId } = actor;
      const where = { organizationId };
      await clear("generation", organizationId);
      await clear("usage_rollup", organizationId);
      await clear("usage_caller", organizationId);
      await clear("end_user_plan", organizationId);
      return client.$transaction(async (transaction) => {
        const keys = await transaction.apiKey.findMany({ where, select: { keyId: true } });
        await transaction.apiKey.updateMany({ where: { organizationId, revokedAt: null }, data: { revokedAt: new Date(nowMs()) } });
        await transaction.presetShadow.deleteMany({ where });
        await transaction.presetDrillSchedule.deleteMany({ where });
        await transaction.presetDrill.deleteMany({ where });
        await transaction.presetCanary.deleteMany({ where });
        await transaction.presetVersion.deleteMany({ where });
        await transaction.preset.deleteMany({ where });
        await transaction.budget.deleteMany({ where });
        await transaction.providerCredential.deleteMany({ where });
        await transaction.storedResponse.deleteMany({ where });
        await transaction.storedPrompt.deleteMany({ where });
        await transaction.savedView.deleteMany({ where });
        await transaction.priceNotice.deleteMany({ where });
        await transaction.alertRule.deleteMany({ where });
        await transaction.verificationToken.deleteMany({ where: { identifier: { startsWith: `invite:${organizationId}:` } } });
        await transaction.auditEntry.create({ data: { organizationId, actor: actor.label, action: "organization.remove", subject: organizationId, address: actor.address ?? null } });
        await transaction.member.deleteMany({ where });
        await transaction.organization.update({ where: { id: organizationId }, data: { name: "Deleted organization", slug: `deleted-${organizationId}`, suspendedAt: new Date(nowMs()) } });
        return keys.map((key) => key.keyId);
      });
    },
  };
}
