import { setTimeout as pauseFor } from "node:timers/promises";
import { z } from "zod";
import { bookMarks, createLive } from "../../../server/live.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { BookMode } from "../../../server/views.ts";

const changesOf = createLive({ nowMs: Date.now, pause: (ms, signal) => pauseFor(ms, undefined, signal ? { signal } : {}) });

/** What was stored of each book by now, as a mark that is equal to that of the stream until the next request is stored. */
export const markRequests = memberProcedure.query(async ({ ctx: { db, actor, project } }): Promise<Readonly<Record<BookMode, string>>> => {
  const [live = "", test = ""] = await bookMarks({ books: [`${project.id} live`, `${project.id} test`], read: (since) => db.usage.storedSince(actor, since), nowMs: Date.now() });
  return { live, test };
});

/**
 * Server-sent: the book's mark at once, and another whenever a request of the book is stored. Counts in the minute rollups, which are
 * written with the requests; all open pages of an organization share one count. Ends with the connection.
 */
export const watchRequests = memberProcedure.input(z.object({ mode: z.enum(["live", "test"]) })).subscription(async function* ({ ctx, input, signal }): AsyncGenerator<string, void> {
  const { db, actor, project } = ctx;
  try {
    yield* changesOf({ organizationId: actor.organizationId, book: `${project.id} ${input.mode}`, read: (since) => db.usage.storedSince(actor, since), signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
});
