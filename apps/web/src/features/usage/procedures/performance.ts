import { PERFORMANCE_REQUESTS_MAX } from "@trunkline/db/web";
import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";
import { usageFiltersInput } from "../../../server/usage-filters.ts";
import type { PerformanceView } from "../../../server/views.ts";

const MODEL_CHARS_MAX = 200;
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const input = z.object({ mode: z.enum(["live", "test"]), from: instant, to: instant, groupBy: z.enum(["model", "provider", "key", "preset", "status"]), model: z.string().max(MODEL_CHARS_MAX).optional(), filters: usageFiltersInput });

/** Percentiles and error classes of the newest requests of a span. */
export const performance = memberProcedure.input(input).query(async ({ ctx, input: query }): Promise<PerformanceView> => {
  const asked = { ...query, projectId: ctx.project.id };
  const [groups, errors] = await Promise.all([ctx.db.performance.groups(ctx.actor, asked), ctx.db.performance.errors(ctx.actor, asked)]);
  return { requestsMax: PERFORMANCE_REQUESTS_MAX, groups, errors };
});
