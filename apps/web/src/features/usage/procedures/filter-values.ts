import { FILTER_DIMENSIONS } from "@trunkline/db/web";
import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";
import type { FilterValue } from "../../../server/views.ts";

/** A list to choose from; the largest spenders come first. */
const VALUES_MAX = 200;
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const input = z.object({ mode: z.enum(["live", "test"]), from: instant, to: instant, dimension: z.enum(FILTER_DIMENSIONS) });

/** What a dimension has in a range: ids with the names that people gave. */
export const filterValues = memberProcedure.input(input).query(async ({ ctx, input: { mode, from, to, dimension } }): Promise<FilterValue[]> => {
  const groups = await ctx.db.usage.groups(ctx.actor, { projectId: ctx.project.id, mode, from, to }, dimension);
  return groups.slice(0, VALUES_MAX).map(({ key, label, requests }) => ({ key, label, requests: Number(requests) }));
});
