import { z } from "zod";
import { toAlertView } from "../../../server/alert.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { AlertRuleView } from "../../../server/views.ts";

export const removeAlert = memberProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }): Promise<AlertRuleView> => toAlertView(await ctx.db.alerts.remove(ctx.actor, input.id)));
