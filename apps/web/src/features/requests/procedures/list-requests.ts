import { z } from "zod";
import { toRequestListItem } from "../../../server/request-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { RequestListItem } from "../../../server/views.ts";

const PAGE_DEFAULT = 50;
const PAGE_MAX = 200;
const TEXT_MAX = 200;
const filter = z.string().max(TEXT_MAX).nullish().transform((value) => (value ? value : undefined));

const input = z.object({
  mode: z.enum(["live", "test"]), cursor: filter, limit: z.int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  status: filter, model: filter, provider: filter, keyId: filter, search: filter,
});

/** `keyId` is the id of a KeyView (`key_…`). */
export const listRequests = memberProcedure.input(input).query(async ({ ctx, input: query }): Promise<{ items: RequestListItem[]; nextCursor: string | null; keptDays: number | null }> => {
  const { mode, cursor, limit, status, model, provider, keyId, search } = query;
  const page = await ctx.db.requests.list(ctx.actor, { projectId: ctx.project.id, mode, cursor, limit, status, model, provider, apiKeyId: keyId, search });
  return { items: page.rows.map(toRequestListItem), nextCursor: page.nextCursor, keptDays: cursor === undefined ? await ctx.db.requests.keptDays(ctx.actor) : null };
});
