/**
 * Failover drills of presets: a time in which a provider is taken for failed for a share of the requests, and what came of it, told by the
 * request log. A drill is over by its own end, whoever lives to see it; which requests are drawn and how they fail is the gateway's.
 */
import type { BookMode } from "@trunkline/contracts";
import { DRILL_ARMS_SQL, drillArms, type DrillArmRow, type DrillArms } from "../drill-arms.ts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ConflictError, NotFoundError } from "./errors.ts";
import { lockPreset } from "./presets.ts";

export interface DrillRecord {
  readonly id: string; readonly preset: string; readonly provider: string; readonly percent: number; readonly mode: BookMode; readonly startedBy: string | null;
  readonly startsAt: Date; readonly endsAt: Date; readonly endedAt: Date | null; /** It was ordered by a schedule. */ readonly scheduled: boolean; /** Written down some minutes after its end. */ readonly report: DrillArms | null;
}
export interface NewDrill { readonly provider: string; readonly percent: number; readonly mode: BookMode; /** Null: now. */ readonly startsAt: Date | null; readonly durationMs: number }

/** Shown of the past. */
const DRILLS_MAX = 50;
type DrillRow = Omit<DrillRecord, "preset" | "mode" | "scheduled" | "report"> & { readonly mode: string; readonly scheduleId: string | null; readonly report: unknown; readonly preset: { readonly slug: string } };
/** `mode` and `report` are written by this program alone. */
const recordOf = ({ id, preset, provider, percent, mode, startedBy, startsAt, endsAt, endedAt, scheduleId, report }: DrillRow): DrillRecord =>
  ({ id, preset: preset.slug, provider, percent, mode: mode as BookMode, startedBy, startsAt, endsAt, endedAt, scheduled: scheduleId !== null, report: report as DrillArms | null });

const WITH_PRESET = { include: { preset: { select: { slug: true } } } } as const;

export function createDrills(context: StoreContext) {
  const find = async (transaction: Transaction, organizationId: string, id: string): Promise<DrillRecord> => {
    const row = await transaction.presetDrill.findFirst({ where: { id, organizationId }, ...WITH_PRESET });
    if (!row) throw new NotFoundError("drill");
    return recordOf(row);
  };
  return {
    /** Newest first. */
    list: (actor: Actor, slug?: string): Promise<DrillRecord[]> => context.tenant(actor, "usage.read", async (transaction) =>
      (await transaction.presetDrill.findMany({ where: { organizationId: actor.organizationId, ...(slug === undefined ? {} : { preset: { slug } }) }, orderBy: { startsAt: "desc" }, take: DRILLS_MAX, ...WITH_PRESET })).map(recordOf)),
    find: (actor: Actor, id: string): Promise<DrillRecord> => context.tenant(actor, "usage.read", (transaction) => find(transaction, actor.organizationId, id)),
    /** Throws ConflictError while one of the preset is not over, NotFoundError without the preset. */
    start: (actor: Actor, slug: string, { provider, percent, mode, startsAt, durationMs }: NewDrill): Promise<DrillRecord> => context.tenant(actor, "presets.manage", async (transaction) => {
      const preset = await lockPreset(transaction, actor.organizationId, slug);
      const now = new Date(context.nowMs());
      if (await transaction.presetDrill.findFirst({ where: { presetId: preset.id, endedAt: null, endsAt: { gt: now } }, select: { id: true } })) throw new ConflictError("A drill of this preset runs or waits for its time already. Stop it first.");
      const begins = startsAt ?? now;
      const id = context.newId("drl");
      await transaction.presetDrill.create({ data: { id, organizationId: actor.organizationId, presetId: preset.id, provider, percent, mode, startedBy: actor.userId, startsAt: begins, endsAt: new Date(begins.getTime() + durationMs) } });
      await recordAudit(transaction, actor, { action: "preset.drill-start", subject: preset.id });
      return find(transaction, actor.organizationId, id);
    }),
    /** Throws NotFoundError where it is over. */
    stop: (actor: Actor, id: string): Promise<DrillRecord> => context.tenant(actor, "presets.manage", async (transaction) => {
      const now = new Date(context.nowMs());
      const { count } = await transaction.presetDrill.updateMany({ where: { id, organizationId: actor.organizationId, endedAt: null, endsAt: { gt: now } }, data: { endedAt: now } });
      if (count === 0) throw new NotFoundError("drill that is not over");
      await recordAudit(transaction, actor, { action: "preset.drill-stop", subject: id });
      return find(transaction, actor.organizationId, id);
    }),
    arms: (actor: Actor, { preset, mode, startsAt, endsAt, endedAt, report }: DrillRecord): Promise<DrillArms> => context.tenant(actor, "usage.read", async (transaction) =>
      report ?? drillArms(await transaction.$queryRawUnsafe<DrillArmRow[]>(DRILL_ARMS_SQL, actor.organizationId, mode, preset, startsAt, endedAt ?? endsAt))),
  };
}
