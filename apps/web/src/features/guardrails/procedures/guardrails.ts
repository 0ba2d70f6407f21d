import { dataPolicyOf } from "@trunkline/catalog";
import { usualRegionOf } from "../../../server/usual-region.ts";
import { guardrailsSchema, INVALIDATION_TOPICS, type Region } from "@trunkline/contracts";
import type { ProjectRecord, WebDb } from "@trunkline/db/web";
import { z } from "zod";
import { publishChange } from "../../../server/publish.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { GuardrailsView } from "../../../server/views.ts";

async function toView(db: WebDb, { name, guardrails, promptPercent, promptRetentionDays }: ProjectRecord): Promise<GuardrailsView> {
  const serves = new Map<string, { models: number; readonly regions: Set<Region> }>();
  for (const endpoint of [...(await db.catalog.load()).endpointsByModel.values()].flat()) {
    const known = serves.get(endpoint.provider) ?? { models: 0, regions: new Set() };
    const region = usualRegionOf(endpoint);
    known.models += 1;
    if (region !== null) known.regions.add(region);
    serves.set(endpoint.provider, known);
  }
  const providers = [...serves].sort(([a], [b]) => a.localeCompare(b)).map(([id, { models, regions }]) => {
    const { trains, retains } = dataPolicyOf(id);
    return { id, models, trains, retains, regions: [...regions] };
  });
  return { project: name, guardrails, providers, promptPercent, promptRetentionDays };
}

export const getGuardrails = memberProcedure.query(({ ctx: { db, project } }): Promise<GuardrailsView> => toView(db, project));

/** At once in every gateway. */
export const saveGuardrails = memberProcedure.input(z.object({ guardrails: guardrailsSchema })).mutation(async ({ ctx: { db, kv, actor, project }, input }): Promise<GuardrailsView> => {
  const row = await db.organizations.updateProject(actor, project.id, { guardrails: input.guardrails });
  await publishChange(kv, INVALIDATION_TOPICS.budget, actor.organizationId);
  return toView(db, row);
});
