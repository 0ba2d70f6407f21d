import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { z } from "zod";
import type { ProjectRecord } from "@trunkline/db/web";
import { promptStorageIn, promptStorageInputs } from "../../../server/prompt-storage.ts";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PromptStorageView } from "../../../server/views.ts";

const toView = ({ name, promptPercent, promptRetentionDays, promptPatterns }: ProjectRecord): PromptStorageView => ({ project: name, promptPercent, promptRetentionDays, promptPatterns });

export const promptStorage = memberProcedure.query(({ ctx }): PromptStorageView => toView(ctx.project));

/** At once in every gateway. */
export const storePrompts = memberProcedure.input(z.object(promptStorageInputs)).mutation(async ({ ctx: { db, kv, actor, project }, input }): Promise<PromptStorageView> => {
  const row = await db.organizations.updateProject(actor, project.id, promptStorageIn(input));
  await publishChange(kv, INVALIDATION_TOPICS.budget, actor.organizationId);
  return toView(row);
});
