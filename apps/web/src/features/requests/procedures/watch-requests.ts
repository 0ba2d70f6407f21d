import { setTimeout as pauseFor } from "node:timers/promises";
import { z } from "zod";
import { changesOf } from "../../../server/live.ts";
import { memberProcedure } from "../../../server/trpc.ts";

/** A request is stored within minutes of its start, also after an outage of the queue; more history would only make the count slower. */
const SINCE_MS = 30 * 60_000;

/**
 * Server-sent: the number of requests stored lately, at once and whenever it changes. Counts in the minute rollups, which are
 * written with the requests, so it stays cheap at any rate. Ends with the connection.
 */
export const watchRequests = memberProcedure.input(z.object({ mode: z.enum(["live", "test"]) })).subscription(async function* ({ ctx, input, signal }): AsyncGenerator<number, void> {
  const range = { projectId: ctx.project.id, mode: input.mode, from: new Date(ctx.nowMs() - SINCE_MS) };
  const count = async (): Promise<bigint> => (await ctx.db.usage.totals(ctx.actor, { ...range, to: new Date(ctx.nowMs() + SINCE_MS) })).requests;
  try {
    yield* changesOf({ count, pause: (ms) => pauseFor(ms, undefined, signal ? { signal } : {}) });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
});
