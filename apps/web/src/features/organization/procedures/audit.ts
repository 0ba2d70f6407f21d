import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";
import type { AuditView } from "../../../server/views.ts";

const PAGE = 50;

/** Newest first; `area` is the word before the dot of an action. */
export const audit = memberProcedure.input(z.object({ area: z.string().regex(/^[a-z_]{1,40}$/).nullish(), cursor: z.string().regex(/^\d{1,19}$/).nullish() })).query(async ({ ctx, input }): Promise<AuditView> => {
  const rows = await ctx.db.audit.list(ctx.actor, { area: input.area ?? undefined, before: input.cursor ? BigInt(input.cursor) : undefined, limit: PAGE + 1 });
  const shown = rows.slice(0, PAGE);
  return {
    entries: shown.map(({ id, createdAt, ...row }) => ({ ...row, id: id.toString(), at: createdAt.toISOString() })),
    nextCursor: rows.length > PAGE ? shown.at(-1)?.id.toString() ?? null : null,
  };
});
