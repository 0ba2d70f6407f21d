import { setTimeout as pauseFor } from "node:timers/promises";
import { z } from "zod";
import { createLive } from "../../../server/live.ts";
import { memberProcedure } from "../../../server/trpc.ts";

const changesOf = createLive({ nowMs: Date.now, pause: (ms, signal) => pauseFor(ms, undefined, signal ? { signal } : {}) });

/**
 * Server-sent: a number at once, and another whenever a request of the book is stored. Counts in the minute rollups, which are
 * written with the requests; all open pages of an organization share one count. Ends with the connection.
 */
export const watchRequests = memberProcedure.input(z.object({ mode: z.enum(["live", "test"]) })).subscription(async function* ({ ctx, input, signal }): AsyncGenerator<number, void> {
  const { db, actor, project } = ctx;
  try {
    yield* changesOf({ organizationId: actor.organizationId, book: `${project.id} ${input.mode}`, read: (since) => db.usage.storedSince(actor, since), signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
});
