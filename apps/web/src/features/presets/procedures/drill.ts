import { z } from "zod";
import { drillReport, listDrills, newDrillInput, startDrill, stopDrill } from "../../../server/drill.ts";
import { changeDrillSchedule, drillScheduleChangeInput, listDrillSchedules, newDrillScheduleInput, scheduleDrill, unscheduleDrill } from "../../../server/drill-schedule.ts";
import { memberProcedure } from "../../../server/trpc.ts";

const idInput = z.object({ id: z.string() });

export const drills = memberProcedure.input(z.object({ slug: z.string() })).query(({ ctx, input }) => listDrills(ctx, input.slug));
export const drill = memberProcedure.input(idInput).query(({ ctx, input }) => drillReport(ctx, input.id));
export const startPresetDrill = memberProcedure.input(z.object(newDrillInput.shape)).mutation(({ ctx, input: { preset, provider, percent, minutes, mode, startsAt } }) => startDrill(ctx, { preset, provider, percent, minutes, mode, ...(startsAt === undefined ? {} : { startsAt }) }));
export const stopPresetDrill = memberProcedure.input(idInput).mutation(({ ctx, input }) => stopDrill(ctx, input.id));
export const drillSchedules = memberProcedure.input(z.object({ slug: z.string() })).query(({ ctx, input }) => listDrillSchedules(ctx, input.slug));
export const schedulePresetDrill = memberProcedure.input(z.object(newDrillScheduleInput.shape)).mutation(({ ctx, input: { preset, provider, percent, minutes, mode, day, hour } }) => scheduleDrill(ctx, { preset, provider, percent, minutes, mode, day, hour }));
export const changePresetDrillSchedule = memberProcedure.input(z.object({ id: z.string(), change: drillScheduleChangeInput })).mutation(({ ctx, input: { id, change } }) => changeDrillSchedule(ctx, id, change));
export const unschedulePresetDrill = memberProcedure.input(idInput).mutation(({ ctx, input }) => unscheduleDrill(ctx, input.id));
