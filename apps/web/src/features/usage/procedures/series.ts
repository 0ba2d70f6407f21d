import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";
import { usageFiltersInput } from "../../../server/usage-filters.ts";
import type { UsageView } from "../../../server/views.ts";
import { readUsage } from "../read-usage.ts";

/** More points than these are no chart: 31 days of hours, three years of days. */
const HOURS_MAX = 31 * 24;
const DAYS_MAX = 3 * 366;
const HOUR_MS = 3_600_000;
/** As long as a page draws minutes, and the span before it. */
const MINUTES_HOURS_MAX = 4;
const LONGEST_HOURS = { minute: MINUTES_HOURS_MAX, hour: HOURS_MAX, day: DAYS_MAX * 24 } as const;
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const input = z.object({ mode: z.enum(["live", "test"]), from: instant, to: instant, granularity: z.enum(["minute", "hour", "day"]), groupBy: z.enum(["model", "provider", "key", "preset", "status"]), compare: z.boolean().default(false), filters: usageFiltersInput })
  .refine((range) => range.from < range.to, { message: "from must be before to", path: ["from"] })
  .refine((range) => range.to.getTime() - range.from.getTime() <= LONGEST_HOURS[range.granularity] * HOUR_MS, { message: "the range has too many buckets; ask for longer ones", path: ["granularity"] });

/** `compare` adds the span before: see `comparisonDays`. */
export const series = memberProcedure.input(input).query(({ ctx, input: query }): Promise<UsageView> => {
  const { mode, from, to, granularity, groupBy, compare, filters } = query;
  return readUsage(ctx.db, ctx.actor, { projectId: ctx.project.id, mode, from, to, granularity, groupBy, compare, filters });
});
