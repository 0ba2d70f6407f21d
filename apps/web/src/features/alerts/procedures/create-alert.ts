import { z } from "zod";
import { createAlert, newAlertInput, type CreatedAlert } from "../../../server/alert.ts";
import { memberProcedure } from "../../../server/trpc.ts";

export const createAlertProcedure = memberProcedure.input(z.object({ alert: newAlertInput })).mutation(({ ctx, input }): Promise<CreatedAlert> => createAlert(ctx.db, ctx.actor, input.alert));
