/**
 * Drills that come back every week at an hour of the organization's clock. Here they are ordered and shown; the worker begins them, and notes what
 * it skipped. Who orders the first gets an alert set for the owners and admins, so that a drill that loses requests is heard of.
 */
import type { BookMode, DrillOutcome, Weekday } from "@trunkline/contracts";
import { weeklyHourSql } from "../weekly-hour.ts";
import type { Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { NotFoundError, UnprocessableError } from "./errors.ts";
import { lockPreset } from "./presets.ts";

export interface NewDrillSchedule { readonly provider: string; readonly percent: number; readonly mode: BookMode; readonly minutes: number; readonly day: Weekday; readonly hour: number }
/** `nextAt` by the organization's clock of today. */
export interface DrillScheduleRecord extends NewDrillSchedule {
  readonly id: string; readonly preset: string; readonly timeZone: string; readonly createdBy: string | null; readonly createdAt: Date; readonly nextAt: Date; readonly lastDueAt: Date | null; readonly lastOutcome: DrillOutcome | null;
}

/** What stays as it was is left out. */
export type DrillScheduleChange = { readonly [Field in keyof NewDrillSchedule]?: NewDrillSchedule[Field] | undefined };

/** Of a preset: one for each of the providers it leans on. */
const SCHEDULES_MAX = 10;
/** As many as an alert may tell. */
const TOLD_MAX = 10;
const ALERT_NAME = "Drill lost requests";

/** $1 organization, $2 now, $3 slug or null, $4 id or null. */
const SCHEDULES_SQL = `
SELECT s.id, p.slug AS preset, s.provider, s.percent, s.mode, s.minutes, s.day, s.hour, o."timeZone", s."createdBy", s."createdAt", hour_of.next AS "nextAt", s."lastDueAt", s."lastOutcome"
FROM preset_drill_schedule s JOIN preset p ON p.id = s."presetId" JOIN organization o ON o.id = s."organizationId" ${weeklyHourSql("$2")}
WHERE s."organizationId" = $1 AND ($3::text IS NULL OR p.slug = $3) AND ($4::text IS NULL OR s.id = $4) ORDER BY hour_of.next, s.id`;

export function createDrillSchedules(context: StoreContext) {
  const read = (transaction: Transaction, actor: Actor, { slug = null, id = null }: { readonly slug?: string | null; readonly id?: string | null }): Promise<DrillScheduleRecord[]> =>
    transaction.$queryRawUnsafe<DrillScheduleRecord[]>(SCHEDULES_SQL, actor.organizationId, new Date(context.nowMs()), slug, id);
  const find = async (transaction: Transaction, actor: Actor, id: string): Promise<DrillScheduleRecord> => {
    const [schedule] = await read(transaction, actor, { id });
    if (!schedule) throw new NotFoundError("drill schedule");
    return schedule;
  };
  /** Only with the first schedule: whoever takes the rule away while one runs is not given another. */
  const tellAdmins = async (transaction: Transaction, actor: Actor): Promise<void> => {
    const { organizationId } = actor;
    if (await transaction.presetDrillSchedule.count({ where: { organizationId } }) > 0 || await transaction.alertRule.count({ where: { organizationId, kind: "drill_failed" } }) > 0) return;
    const members = await transaction.member.findMany({ where: { organizationId, role: { in: ["owner", "admin"] } }, orderBy: { createdAt: "asc" }, take: TOLD_MAX, select: { userId: true } });
    const users = await transaction.user.findMany({ where: { id: { in: members.map(({ userId }) => userId) } }, select: { email: true } });
    if (users.length === 0) return;
    const id = context.newId("alr");
    await transaction.alertRule.create({ data: { id, organizationId, createdBy: actor.userId, name: ALERT_NAME, kind: "drill_failed", settings: {}, emails: users.map(({ email }) => email), webhookUrl: null, webhookSecret: null } });
    await recordAudit(transaction, actor, { action: "alert.create", subject: id });
  };
  return {
    /** The next one first. */
    list: (actor: Actor, slug?: string): Promise<DrillScheduleRecord[]> => context.tenant(actor, "usage.read", (transaction) => read(transaction, actor, { slug: slug ?? null })),
    /** Throws NotFoundError without the preset, UnprocessableError where it has too many. */
    create: (actor: Actor, slug: string, schedule: NewDrillSchedule): Promise<DrillScheduleRecord> => context.tenant(actor, "presets.manage", async (transaction) => {
      const preset = await lockPreset(transaction, actor.organizationId, slug);
      if (await transaction.presetDrillSchedule.count({ where: { presetId: preset.id } }) >= SCHEDULES_MAX) throw new UnprocessableError(`A preset has at most ${SCHEDULES_MAX} weekly drills. Remove one first.`);
      await tellAdmins(transaction, actor);
      const id = context.newId("drs");
      await transaction.presetDrillSchedule.create({ data: { id, organizationId: actor.organizationId, presetId: preset.id, createdBy: actor.userId, createdAt: new Date(context.nowMs()), ...schedule } });
      await recordAudit(transaction, actor, { action: "preset.drill-schedule", subject: preset.id });
      return find(transaction, actor, id);
    }),
    find: (actor: Actor, id: string): Promise<DrillScheduleRecord> => context.tenant(actor, "usage.read", (transaction) => find(transaction, actor, id)),
    /** A drill that runs goes on as it was. An hour that has passed already is not made up for. */
    change: (actor: Actor, id: string, { provider, percent, mode, minutes, day, hour }: DrillScheduleChange): Promise<DrillScheduleRecord> => context.tenant(actor, "presets.manage", async (transaction) => {
      const before = await find(transaction, actor, id);
      const moved = (day ?? before.day) !== before.day || (hour ?? before.hour) !== before.hour;
      const wanted = { provider: provider ?? before.provider, percent: percent ?? before.percent, mode: mode ?? before.mode, minutes: minutes ?? before.minutes, day: day ?? before.day, hour: hour ?? before.hour };
      const { presetId } = await transaction.presetDrillSchedule.update({ where: { id }, data: { ...wanted, ...(moved ? { changedAt: new Date(context.nowMs()) } : {}) }, select: { presetId: true } });
      await recordAudit(transaction, actor, { action: "preset.drill-reschedule", subject: presetId });
      return find(transaction, actor, id);
    }),
    /** A drill that runs goes on to its end. */
    remove: (actor: Actor, id: string): Promise<DrillScheduleRecord> => context.tenant(actor, "presets.manage", async (transaction) => {
      const schedule = await find(transaction, actor, id);
      const { presetId } = await transaction.presetDrillSchedule.delete({ where: { id }, select: { presetId: true } });
      await recordAudit(transaction, actor, { action: "preset.drill-unschedule", subject: presetId });
      return schedule;
    }),
  };
}
