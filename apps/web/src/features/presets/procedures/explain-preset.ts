import { presetDocumentSchema } from "@trunkline/contracts";
import { z } from "zod";
import { explainRoute } from "../../../server/routing.ts";
import { memberProcedure } from "../../../server/trpc.ts";

const input = z.object({ document: presetDocumentSchema, body: z.record(z.string(), z.unknown()), now: z.number().int().min(0).optional(), down: z.array(z.string().max(64)).max(32).optional() });

/** What the router would decide for `body` under an unsaved document: the live path's own functions, no call to anybody. A mutation only by its method: a document does not fit into an address. */
export const explainPreset = memberProcedure.input(input).mutation(async ({ ctx, input: query }) =>
  explainRoute({ catalog: await ctx.db.catalog.load(), document: query.document, body: query.body, nowMs: query.now ?? ctx.nowMs(), down: query.down }));
