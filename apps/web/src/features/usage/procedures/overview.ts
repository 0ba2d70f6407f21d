import { z } from "zod";
import { percentOf, shareOf, usd } from "../../../server/money-view.ts";
import { toRequestListItem } from "../../../server/request-view.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { OverviewView } from "../../../server/views.ts";
import { toUsageView } from "../usage-view.ts";

const WINDOW_DAYS = 30;
const DAY_MS = 86_400_000;
const TOP = 5;

/** The month so far, the last 30 days by model, and what is left to set up. Without `mode`: live once there is a live request. */
export const overview = memberProcedure.input(z.object({ mode: z.enum(["live", "test"]).optional() })).query(async ({ ctx, input }): Promise<OverviewView> => {
  const { db, actor, project } = ctx;
  const [mode, starts] = await Promise.all([input.mode ?? db.requests.defaultMode(actor, project.id), db.usage.periodStarts(actor)]);
  const to = new Date(ctx.nowMs());
  const range = { projectId: project.id, mode, to, from: new Date(starts.day.getTime() - (WINDOW_DAYS - 1) * DAY_MS) };
  const month = { ...range, from: starts.month };
  const [series, totals, mtd, today, models, keyGroups] = await Promise.all([
    db.usage.series(actor, { ...range, granularity: "day", groupBy: "model" }), db.usage.totals(actor, range), db.usage.totals(actor, month),
    db.usage.totals(actor, { ...range, from: starts.day }), db.usage.groups(actor, month, "model"), db.usage.groups(actor, month, "key"),
  ]);
  const [failures, first, keys, presets, budgets] = await Promise.all([
    db.requests.recentFailures(actor, project.id, mode), db.requests.findFirst(actor, project.id), db.keys.list(actor, project.id), db.presets.list(actor), db.budgets.list(actor),
  ]);
  const budget = budgets.find((row) => row.scope === "project" && row.scopeId === project.id) ?? budgets.find((row) => row.scope === "organization");
  return {
    mode, timeZone: starts.timeZone, spendMtdUsd: usd(mtd.chargeNanoUsd), spendTodayUsd: usd(today.chargeNanoUsd),
    requestsMtd: Number(mtd.requests), failedMtd: Number(mtd.failed), rescuedMtd: Number(mtd.rescued), avgTtftMs: mtd.ttftCount > 0n ? Number(mtd.ttftMsSum / mtd.ttftCount) : null,
    budget: budget ? { limitUsd: usd(budget.limitNanoUsd), percent: percentOf(budget.spentNanoUsd, budget.limitNanoUsd) } : null,
    usage: toUsageView(series, totals, { from: range.from, to, granularity: "day" }),
    topModels: models.slice(0, TOP).map((row) => ({ model: row.label, spendUsd: usd(row.chargeNanoUsd), share: shareOf(row.chargeNanoUsd, mtd.chargeNanoUsd) })),
    topKeys: keyGroups.slice(0, TOP).map((row) => ({ keyId: row.key, name: row.label, spendUsd: usd(row.chargeNanoUsd), share: shareOf(row.chargeNanoUsd, mtd.chargeNanoUsd) })),
    recentFailures: failures.map(toRequestListItem),
    setup: { firstRequest: first !== null, key: keys.some((key) => key.kind !== "mgmt" && key.revokedAt === null), preset: presets.length > 0, budget: budgets.length > 0 || keys.some((key) => key.budget !== null) },
  };
});
