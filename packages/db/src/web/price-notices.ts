/** What the last changes of prices mean for the organization's presets, as the worker found it. */
import { presetDocumentSchema, type PresetDocument } from "@trunkline/contracts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext } from "./context.ts";
import { NotFoundError } from "./errors.ts";

export interface PriceNoticeRecord {
  readonly presetSlug: string; readonly presetVersion: number; readonly models: readonly string[]; readonly requests: number; readonly changedShare: number; readonly followedNanoUsd: bigint; readonly savedNanoUsd: bigint | null;
  readonly proposal: PresetDocument | null; readonly moved: readonly { readonly rule: string; readonly model: string }[]; readonly foundAt: Date;
}

const select = { presetSlug: true, presetVersion: true, models: true, requests: true, changedShare: true, followedNanoUsd: true, savedNanoUsd: true, proposal: true, moved: true, foundAt: true } as const;

export function createPriceNotices(context: StoreContext) {
  return {
    /** Those that nobody has closed, the newest first. */
    list: (actor: Actor): Promise<PriceNoticeRecord[]> => context.tenant(actor, "resources.read", async (transaction) => {
      const rows = await transaction.priceNotice.findMany({ where: { organizationId: actor.organizationId, closedAt: null }, orderBy: [{ foundAt: "desc" }, { presetSlug: "asc" }], select });
      // Written by the worker alone, from rules that were read by the schema.
      return rows.map((row) => ({ ...row, proposal: row.proposal === null ? null : presetDocumentSchema.parse(row.proposal), moved: (row.moved ?? []) as { rule: string; model: string }[] }));
    }),
    /** Throws NotFoundError where there is none, or it is closed. */
    close: (actor: Actor, presetSlug: string): Promise<void> => context.tenant(actor, "presets.manage", async (transaction) => {
      const { count } = await transaction.priceNotice.updateMany({ where: { organizationId: actor.organizationId, presetSlug, closedAt: null }, data: { closedAt: new Date(context.nowMs()) } });
      if (count === 0) throw new NotFoundError("price notice");
      await recordAudit(transaction, actor, { action: "price-notice.close", subject: presetSlug });
    }),
  };
}
