import { z } from "zod";
import { readPrompt } from "../../../server/request-prompt.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PromptView } from "../../../server/views.ts";

/** Asked for only when somebody wants to see it. */
export const getPrompt = memberProcedure.input(z.object({ id: z.string() })).query(async ({ ctx: { db, actor, project, nowMs }, input }): Promise<PromptView> =>
  readPrompt(db, { actor, project, row: await db.requests.find(actor, input.id, project.id), nowMs: nowMs() }));
