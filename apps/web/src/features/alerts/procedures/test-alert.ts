import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";

export const testAlert = memberProcedure.input(z.object({ id: z.string() })).mutation(({ ctx, input }) => ctx.db.alerts.sendTest(ctx.actor, input.id));
