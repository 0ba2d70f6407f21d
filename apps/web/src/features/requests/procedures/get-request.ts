import { z } from "zod";
import { toRequestView } from "../../../server/request-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { RequestView } from "../../../server/views.ts";

export const getRequest = memberProcedure.input(z.object({ id: z.string() })).query(async ({ ctx, input }): Promise<RequestView> => {
  const row = await ctx.db.requests.find(ctx.actor, input.id, ctx.project.id);
  return toRequestView(row, row.priceVersionId === null ? null : await ctx.db.catalog.findPrice(row.priceVersionId));
});
