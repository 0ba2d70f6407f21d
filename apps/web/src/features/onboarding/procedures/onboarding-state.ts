import { toRequestListItem } from "../../../server/request-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { RequestListItem } from "../../../server/views.ts";

export const onboardingState = memberProcedure.query(async ({ ctx }): Promise<{ firstRequest: RequestListItem | null }> => {
  const first = await ctx.db.requests.findFirst(ctx.actor, ctx.project.id);
  return { firstRequest: first && toRequestListItem(first) };
});
