import { z } from "zod";
import { alertChangeInput, changeAlert } from "../../../server/alert.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { AlertRuleView } from "../../../server/views.ts";

export const updateAlert = memberProcedure.input(z.object({ id: z.string(), change: alertChangeInput })).mutation(({ ctx, input }): Promise<AlertRuleView> => changeAlert(ctx.db, ctx.actor, input));
