/** Weekly drills as the dashboard and the management API order and end them. No gateway hears of it: the worker begins each drill. */
import { WEEKDAYS } from "@trunkline/contracts";
import type { Actor, DrillScheduleRecord, WebDb } from "@trunkline/db/web";
import { z } from "zod";
import { assertDrillable, drilledShape } from "./drill.ts";
import type { DrillScheduleView } from "./views.ts";

const LAST_HOUR = 23;
export const newDrillScheduleInput = z.strictObject({ ...drilledShape, day: z.enum(WEEKDAYS), hour: z.int().min(0).max(LAST_HOUR).describe("By the organization's time zone") });

/** Without a preset: a schedule stays its preset's. */
export const drillScheduleChangeInput = z.strictObject({ ...newDrillScheduleInput.omit({ preset: true }).shape, mode: z.enum(["live", "test"]) }).partial();

interface Ports { readonly db: WebDb; readonly actor: Actor }

export async function scheduleDrill({ db, actor }: Ports, { preset, ...schedule }: z.output<typeof newDrillScheduleInput>): Promise<DrillScheduleView> {
  await assertDrillable({ db, actor }, preset, schedule.provider);
  return toScheduleView(await db.drillSchedules.create(actor, preset, schedule));
}

export async function changeDrillSchedule({ db, actor }: Ports, id: string, change: z.output<typeof drillScheduleChangeInput>): Promise<DrillScheduleView> {
  if (change.provider !== undefined) await assertDrillable({ db, actor }, (await db.drillSchedules.find(actor, id)).preset, change.provider);
  return toScheduleView(await db.drillSchedules.change(actor, id, change));
}

export const unscheduleDrill = async ({ db, actor }: Ports, id: string): Promise<DrillScheduleView> => toScheduleView(await db.drillSchedules.remove(actor, id));
export const listDrillSchedules = async ({ db, actor }: Ports, preset?: string): Promise<DrillScheduleView[]> => (await db.drillSchedules.list(actor, preset)).map(toScheduleView);

const toScheduleView = ({ nextAt, lastDueAt, lastOutcome, createdAt, ...schedule }: DrillScheduleRecord): DrillScheduleView => ({
  ...schedule, nextAt: nextAt.toISOString(), createdAt: createdAt.toISOString(), last: lastDueAt && lastOutcome ? { at: lastDueAt.toISOString(), outcome: lastOutcome } : null,
});
