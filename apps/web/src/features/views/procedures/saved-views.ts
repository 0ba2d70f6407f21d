import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";
import type { SavedView } from "../../../server/views.ts";

const NAME_CHARS_MAX = 60;
/** Longer than any address that the pages make. */
const QUERY_CHARS_MAX = 2_000;
const page = z.enum(["analytics", "logs"]);

export const listViews = memberProcedure.input(z.object({ page })).query(({ ctx, input }): Promise<SavedView[]> => ctx.db.savedViews.list(ctx.actor, ctx.project.id, input.page));

export const saveView = memberProcedure.input(z.object({ page, name: z.string().trim().min(1).max(NAME_CHARS_MAX), query: z.string().max(QUERY_CHARS_MAX) })).mutation(({ ctx, input }): Promise<SavedView> =>
  ctx.db.savedViews.save(ctx.actor, ctx.project.id, { page: input.page, name: input.name, query: input.query }));

export const removeView = memberProcedure.input(z.object({ id: z.string().max(NAME_CHARS_MAX) })).mutation(({ ctx, input }): Promise<void> => ctx.db.savedViews.remove(ctx.actor, input.id));
