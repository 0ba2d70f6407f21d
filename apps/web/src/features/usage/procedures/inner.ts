import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";
import { usageFiltersInput } from "../../../server/usage-filters.ts";
import type { InnerGroup } from "../../../server/views.ts";
import { toUsageCounts } from "../usage-view.ts";

const KEY_CHARS_MAX = 200;
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const dimension = z.enum(["model", "provider", "key", "preset", "status"]);
const input = z.object({ mode: z.enum(["live", "test"]), from: instant, to: instant, groupBy: dimension, key: z.string().max(KEY_CHARS_MAX), thenBy: dimension, filters: usageFiltersInput });

/** What one group of a breakdown consists of. The sums of the parts are the group's own. */
export const inner = memberProcedure.input(input).query(async ({ ctx, input: query }): Promise<InnerGroup[]> => {
  const { mode, from, to, groupBy, key, thenBy, filters } = query;
  const groups = await ctx.db.usage.groups(ctx.actor, { projectId: ctx.project.id, mode, from, to, filters, only: { dimension: groupBy, key } }, thenBy);
  return groups.map((group) => ({ key: group.key, label: group.label, totals: toUsageCounts(group) }));
});
