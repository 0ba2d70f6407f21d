import { z } from "zod";
import { usd } from "../../../server/money-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import { usageFiltersInput } from "../../../server/usage-filters.ts";
import type { CacheSavingsView } from "../../../server/views.ts";

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const input = z.object({ mode: z.enum(["live", "test"]), from: instant, to: instant, filters: usageFiltersInput });

/** What reading from prompt caches saved against the price of fresh input, and what writing them cost on top. At the list prices of the time. */
export const cacheSavings = memberProcedure.input(input).query(async ({ ctx, input: { mode, from, to, filters } }): Promise<CacheSavingsView> => {
  const { savedNanoUsd, extraNanoUsd } = await ctx.db.usage.cacheSavings(ctx.actor, { projectId: ctx.project.id, mode, from, to, filters });
  return { savedUsd: usd(savedNanoUsd), extraUsd: usd(extraNanoUsd) };
});
