import { NotFoundError } from "@trunkline/db/web";
import { z } from "zod";
import { toKeyView } from "../../../server/key-view.ts";
import { OVERLAP_SECONDS_MAX, rotateKey as rotate } from "../../../server/rest/rotate-key.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { CreatedKeyView } from "../../../server/views.ts";

export const rotateKey = memberProcedure.input(z.object({ id: z.string(), overlapSeconds: z.int().min(0).max(OVERLAP_SECONDS_MAX) })).mutation(async ({ ctx, input }): Promise<CreatedKeyView> => {
  if (!(await ctx.db.keys.list(ctx.actor, ctx.project.id)).some((key) => key.id === input.id)) throw new NotFoundError("API key");
  const { row, secret } = await rotate(ctx, { actor: ctx.actor, id: input.id, overlapSeconds: input.overlapSeconds, nowMs: ctx.nowMs() });
  return { key: toKeyView(row), secret };
});
