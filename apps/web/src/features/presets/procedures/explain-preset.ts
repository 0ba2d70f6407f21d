import { presetDocumentSchema } from "@trunkline/contracts";
import { z } from "zod";
import { explainDocument } from "../../../server/explain-document.ts";
import { memberProcedure } from "../../../server/trpc.ts";

const input = z.object({ document: presetDocumentSchema, body: z.record(z.string(), z.unknown()), now: z.number().int().min(0).optional(), down: z.array(z.string().max(64)).max(32).optional() });

/** What the router would decide for `body` under an unsaved document: the live path's own functions, no call to anybody. A mutation only by its method: a document does not fit into an address. */
export const explainPreset = memberProcedure.input(input).mutation(({ ctx: { db, actor, nowMs }, input: { document, body, down, now = nowMs() } }) => explainDocument({ db, actor, nowMs: now }, { document, body, down }));
