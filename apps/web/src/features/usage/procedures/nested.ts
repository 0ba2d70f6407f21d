import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";
import { usageFiltersInput } from "../../../server/usage-filters.ts";
import type { NestedGroup } from "../../../server/views.ts";
import { toUsageCounts } from "../usage-view.ts";

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const dimension = z.enum(["model", "provider", "key", "preset", "status"]);
const input = z.object({ mode: z.enum(["live", "test"]), from: instant, to: instant, groupBy: dimension, thenBy: dimension, filters: usageFiltersInput });

/** Both levels of a breakdown at once, for the file. Their sum is the total of the range. */
export const nested = memberProcedure.input(input).query(async ({ ctx, input: { mode, from, to, groupBy, thenBy, filters } }): Promise<NestedGroup[]> => {
  const groups = await ctx.db.usage.nested(ctx.actor, { projectId: ctx.project.id, mode, from, to, filters }, [groupBy, thenBy]);
  return groups.map(({ label, thenLabel, ...sums }) => ({ label, thenLabel, totals: toUsageCounts(sums) }));
});
