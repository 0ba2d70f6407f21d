import { z } from "zod";
import { usd } from "../../../server/money-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { CacheSavingsView } from "../../../server/views.ts";

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const input = z.object({ mode: z.enum(["live", "test"]), from: instant, to: instant });

/** What reading from prompt caches saved against the price of fresh input, and what writing them cost on top. At the list prices of the time. */
export const cacheSavings = memberProcedure.input(input).query(async ({ ctx, input: { mode, from, to } }): Promise<CacheSavingsView> => {
  const { savedNanoUsd, extraNanoUsd } = await ctx.db.usage.cacheSavings(ctx.actor, { projectId: ctx.project.id, mode, from, to });
  return { savedUsd: usd(savedNanoUsd), extraUsd: usd(extraNanoUsd) };
});
