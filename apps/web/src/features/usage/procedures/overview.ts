import { z } from "zod";
import type { Actor, WebDb } from "@trunkline/db/web";
import { percentOf, shareOf, usd } from "../../../server/money-view.ts";
import { toRequestListItem } from "../../../server/request-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { OverviewView } from "../../../server/views.ts";
import { readUsage } from "../read-usage.ts";
import { toUsageCounts } from "../usage-view.ts";

const TOP = 6;

async function readSetup(db: WebDb, actor: Actor, projectId: string) {
  const [first, keys, presets, budgets, set] = await Promise.all([db.requests.findFirst(actor, projectId), db.keys.list(actor, projectId), db.presets.list(actor), db.budgets.list(actor), db.organizations.setUp(actor)]);
  const budget = budgets.find((row) => row.scope === "project" && row.scopeId === projectId) ?? budgets.find((row) => row.scope === "organization");
  return {
    budget: budget ? { limitUsd: usd(budget.limitNanoUsd), spentUsd: usd(budget.spentNanoUsd), period: budget.period, percent: percentOf(budget.spentNanoUsd, budget.limitNanoUsd) } : null,
    setup: { firstRequest: first !== null, key: keys.some((key) => key.kind !== "mgmt" && key.revokedAt === null), preset: presets.length > 0, budget: budgets.length > 0, ...set },
  };
}

/** The month so far by model and by outcome, beside the same days some weeks before; and what is left to set up. */
export const overview = memberProcedure.input(z.object({ mode: z.enum(["live", "test"]).optional() })).query(async ({ ctx, input }): Promise<OverviewView> => {
  const { db, actor, project } = ctx;
  const [mode, starts] = await Promise.all([input.mode ?? db.requests.defaultMode(actor, project.id), db.usage.periodStarts(actor)]);
  const month = { projectId: project.id, mode, from: starts.month, to: new Date(ctx.nowMs()) };
  const [byModel, byStatus, today, keys, failures, set] = await Promise.all([
    readUsage(db, actor, { ...month, granularity: "day", groupBy: "model", compare: true }), readUsage(db, actor, { ...month, granularity: "day", groupBy: "status", compare: false }),
    db.usage.totals(actor, { ...month, from: starts.day }), db.usage.groups(actor, month, "key"), db.requests.recentFailures(actor, project.id, mode), readSetup(db, actor, project.id),
  ]);
  const rest = keys.slice(TOP);
  const total = keys.reduce((sum, row) => sum + row.chargeNanoUsd, 0n);
  const topKeys = keys.slice(0, TOP).map((row) => ({ keyId: row.key, name: row.label, charge: row.chargeNanoUsd }));
  if (rest.length > 0) topKeys.push({ keyId: "", name: `${rest.length} other ${rest.length === 1 ? "key" : "keys"}`, charge: rest.reduce((sum, row) => sum + row.chargeNanoUsd, 0n) });
  return {
    mode, timeZone: starts.timeZone, today: toUsageCounts(today), byModel, byStatus, ...set,
    topKeys: topKeys.map(({ keyId, name, charge }) => ({ keyId, name, spendUsd: usd(charge), share: shareOf(charge, total) })),
    recentFailures: failures.map(toRequestListItem),
  };
});
