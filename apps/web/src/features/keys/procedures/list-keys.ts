import { memberProcedure } from "../../../server/trpc.ts";
import { toKeyView } from "../../../server/key-view.ts";
import type { KeyView } from "../../../server/views.ts";

export const listKeys = memberProcedure.query(async ({ ctx }): Promise<KeyView[]> => (await ctx.db.keys.list(ctx.actor, ctx.project.id)).map(toKeyView));
