import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import type { OrganizationRecord } from "@trunkline/db/web";
import { KEY_NAME_LENGTH_MAX, limitInputs, limitsIn } from "../../../server/issue-key.ts";
import { responseRetentionInput } from "../../../server/response-retention.ts";
import { publishChange } from "../../../server/publish.ts";
import { timeZoneInput } from "../../../server/time-zone.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { OrganizationView } from "../../../server/views.ts";

const toView = ({ createdAt, ...row }: OrganizationRecord): OrganizationView => ({ ...row, createdAt: createdAt.toISOString() });

export const settings = memberProcedure.query(async ({ ctx }): Promise<OrganizationView> => toView(await ctx.db.organizations.find(ctx.actor)));

const change = z.object({
  name: z.string().trim().min(1).max(KEY_NAME_LENGTH_MAX).optional(), slug: z.string().trim().min(1).max(KEY_NAME_LENGTH_MAX).optional(), timeZone: timeZoneInput.optional(), ...limitInputs,
  responseRetentionDays: responseRetentionInput.optional(),
});

/** A new slug is a new address: the page moves to the one in the answer. */
export const update = memberProcedure.input(change).mutation(async ({ ctx, input }): Promise<OrganizationView> => {
  const { db, actor, kv } = ctx;
  const { name, slug, timeZone, responseRetentionDays } = input;
  const changed = { ...(name === undefined ? {} : { name }), ...(timeZone === undefined ? {} : { timeZone }), ...limitsIn(input), ...(responseRetentionDays === undefined ? {} : { responseRetentionDays }) };
  let row = Object.keys(changed).length > 0 ? await db.organizations.update(actor, changed) : await db.organizations.find(actor);
  if (slug !== undefined && slug !== row.slug) row = await db.organizations.changeSlug(actor, slug);
  await publishChange(kv, INVALIDATION_TOPICS.budget, actor.organizationId);
  return toView(row);
});

/** Final. `confirm` is the organization's slug, typed by the owner. */
export const remove = memberProcedure.input(z.object({ confirm: z.string() })).mutation(async ({ ctx, input }): Promise<void> => {
  if (input.confirm !== input.organization) throw new TRPCError({ code: "BAD_REQUEST", message: `Type ${input.organization} to confirm.` });
  const keyIds = await ctx.db.removal.remove(ctx.actor);
  await Promise.all(keyIds.map((keyId) => publishChange(ctx.kv, INVALIDATION_TOPICS.apiKey, keyId)));
});
