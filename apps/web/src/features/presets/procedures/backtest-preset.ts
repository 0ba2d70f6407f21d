import { z } from "zod";
import { backtestInput, backtestPreset } from "../../../server/backtest-preset.ts";
import { memberProcedure } from "../../../server/trpc.ts";

const input = z.object({ slug: z.string(), ...backtestInput.shape });

/** A mutation only by its method: a document does not fit into an address. */
export const backtest = memberProcedure.input(input).mutation(({ ctx, input: { slug, document, days } }) => backtestPreset({ db: ctx.db, actor: ctx.actor, nowMs: ctx.nowMs() }, slug, { document, days }));
