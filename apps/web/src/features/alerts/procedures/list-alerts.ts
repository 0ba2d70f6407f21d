import { roleMay } from "@trunkline/contracts";
import { toAlertEventView, toAlertView } from "../../../server/alert.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { AlertsView } from "../../../server/views.ts";

/** What a person reads; the API pages further back. */
const HISTORY_MAX = 50;

export const listAlerts = memberProcedure.query(async ({ ctx }): Promise<AlertsView> => ({
  rules: (await ctx.db.alerts.list(ctx.actor)).map(toAlertView), history: (await ctx.db.alerts.history(ctx.actor, HISTORY_MAX)).map(toAlertEventView), mayManage: roleMay(ctx.actor.role, "alerts.manage"),
}));
