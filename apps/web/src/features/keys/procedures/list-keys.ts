import { memberProcedure } from "../../../server/trpc.ts";
import { toKeyView } from "../../../server/key-view.ts";
import { isPlaygroundKey } from "../../../server/playground-keys.ts";
import type { KeyView } from "../../../server/views.ts";

/** Without the keys that the playground makes for a sitting: nobody is to keep them, and they end by themselves. */
export const listKeys = memberProcedure.query(async ({ ctx }): Promise<KeyView[]> => (await ctx.db.keys.list(ctx.actor, ctx.project.id)).filter((key) => !isPlaygroundKey(key)).map(toKeyView));
