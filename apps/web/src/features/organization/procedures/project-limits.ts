import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { z } from "zod";
import type { Actor, ProjectRecord, WebDb } from "@trunkline/db/web";
import { limitInputs, limitsIn } from "../../../server/issue-key.ts";
import { usd } from "../../../server/money-view.ts";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { ProjectLimitsView } from "../../../server/views.ts";

/** What bounds the project: its own limits, and the budgets that count its spend. */
async function toView(db: WebDb, actor: Actor, { id, name, rpmLimit, tpmLimit, concurrencyLimit }: ProjectRecord): Promise<ProjectLimitsView> {
  const budgets = (await db.budgets.list(actor)).filter((budget) => budget.scope === "project" && budget.scopeId === id);
  return { project: name, rpmLimit, tpmLimit, concurrencyLimit, budgets: budgets.map((budget) => ({ id: budget.id, name: budget.name, period: budget.period, limitUsd: usd(budget.limitNanoUsd), spentUsd: usd(budget.spentNanoUsd) })) };
}

export const projectLimits = memberProcedure.query(({ ctx: { db, actor, project } }): Promise<ProjectLimitsView> => toView(db, actor, project));

/** At once in every gateway. */
export const limitProject = memberProcedure.input(z.object(limitInputs)).mutation(async ({ ctx: { db, kv, actor, project }, input }): Promise<ProjectLimitsView> => {
  const row = await db.organizations.updateProject(actor, project.id, limitsIn(input));
  await publishChange(kv, INVALIDATION_TOPICS.budget, actor.organizationId);
  return toView(db, actor, row);
});
