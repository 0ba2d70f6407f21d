import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";
import type { InnerGroup } from "../../../server/views.ts";
import { toUsageCounts } from "../usage-view.ts";

/** A card, not a file: the REST API gives a thousand. */
const SHOWN_MAX = 20;
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const input = z.object({ mode: z.enum(["live", "test"]), from: instant, to: instant, by: z.enum(["user", "session"]) });

/** Who calls: the largest, then all others as one, then requests that name nobody. The sums of all are the total of the range. */
export const callers = memberProcedure.input(input).query(async ({ ctx, input: { mode, from, to, by } }): Promise<InnerGroup[]> => {
  const groups = await ctx.db.usage.groups(ctx.actor, { projectId: ctx.project.id, mode, from, to }, by, SHOWN_MAX);
  return groups.map((group) => ({ key: group.key, label: group.label, totals: toUsageCounts(group) }));
});
