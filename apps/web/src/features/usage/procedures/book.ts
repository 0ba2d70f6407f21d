import { memberProcedure } from "../../../server/trpc.ts";
import type { BookView } from "../../../server/views.ts";

/** The book to show unless told: live once there is a live request. Where the reporting month and day began, for ranges. */
export const book = memberProcedure.query(async ({ ctx }): Promise<BookView> => {
  const [mode, starts] = await Promise.all([ctx.db.requests.defaultMode(ctx.actor, ctx.project.id), ctx.db.usage.periodStarts(ctx.actor)]);
  return { mode, timeZone: starts.timeZone, monthStart: starts.month.toISOString(), dayStart: starts.day.toISOString() };
});
