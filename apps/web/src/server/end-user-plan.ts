/** End users' plans as the dashboard and the management API read and change them. The gateways hear of each change. */
import { END_USER_LENGTH_MAX, END_USER_PLANS_AT_ONCE_MAX, endUserPlanSchema, INVALIDATION_TOPICS, type PresetDocument } from "@trunkline/contracts";
import type { Actor, EndUserPlanRecord, WebDb } from "@trunkline/db/web";
import type { Kv } from "@trunkline/kv";
import { compilePreset } from "@trunkline/router-core";
import { z } from "zod";
import { publishChange } from "./publish.ts";
import type { EndUserPlanView } from "./views.ts";

const PAGE_DEFAULT = 100;
const PAGE_MAX = 1_000;
const endUser = z.string().min(1).max(END_USER_LENGTH_MAX).refine((name) => !name.includes("\0"), "a name without a null character");

export const endUserPlansQuery = z.strictObject({ plan: endUserPlanSchema.optional(), search: endUser.optional().describe("The beginning of a name"), cursor: endUser.optional(), limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT) });
export const endUserPlansInput = z.strictObject({ endUsers: z.array(z.strictObject({ id: endUser.describe("As requests name them in `user`"), plan: endUserPlanSchema.nullable().describe("null: nothing is kept of them") })).min(1).max(END_USER_PLANS_AT_ONCE_MAX) });

interface Ports { readonly db: WebDb; readonly kv: Pick<Kv, "publish">; readonly actor: Actor }

export async function listEndUserPlans({ db, actor }: Omit<Ports, "kv">, { plan, search, cursor, limit }: z.output<typeof endUserPlansQuery>): Promise<{ readonly items: EndUserPlanView[]; readonly nextCursor: string | null }> {
  const rows = await db.endUserPlans.list(actor, { plan, search, after: cursor, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  return { items: shown.map(toView), nextCursor: rows.length > limit ? shown.at(-1)?.endUser ?? null : null };
}

export async function changeEndUserPlans({ db, kv, actor }: Ports, { endUsers }: z.output<typeof endUserPlansInput>): Promise<{ readonly changed: number }> {
  await db.endUserPlans.change(actor, endUsers.map(({ id, plan }) => ({ endUser: id, plan })));
  await publishChange(kv, INVALIDATION_TOPICS.endUser, actor.organizationId);
  return { changed: endUsers.length };
}

/** Of these end users, where a rule of a document asks. */
export async function userPlansFor({ db, actor }: Omit<Ports, "kv">, documents: readonly (PresetDocument | null)[], endUsers: readonly (string | null)[]): Promise<ReadonlyMap<string, string>> {
  const isAsked = documents.some((document) => document !== null && compilePreset(document).asksUserPlan);
  return isAsked ? db.endUserPlans.of(actor, endUsers.filter((name) => name !== null)) : new Map();
}

const toView = ({ endUser: id, plan, updatedAt }: EndUserPlanRecord): EndUserPlanView => ({ id, plan, updatedAt: updatedAt.toISOString() });
