/** Who belongs to the organization. The data layer refuses what a role may not do; the page only says so earlier. */
import { ROLES, roleMay } from "@trunkline/contracts";
import { KEYS_OF_LEAVERS } from "@trunkline/db/web";
import { z } from "zod";
import { sendInvitation } from "../../../server/account-mail.ts";
import { emailInput } from "../../../server/account-schema.ts";
import { removeMember as remove } from "../../../server/remove-member.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { MembersView } from "../../../server/views.ts";

const role = z.enum(ROLES);

export const listMembers = memberProcedure.query(async ({ ctx }): Promise<MembersView> => {
  const { db, actor, user } = ctx;
  const [members, invitations] = await Promise.all([db.members.list(actor), roleMay(actor.role, "members.manage") ? db.members.invitations(actor) : null]);
  return {
    members: members.map(({ createdAt, ...row }) => ({ ...row, joinedAt: createdAt.toISOString(), self: row.userId === user.id })),
    invitations: invitations && invitations.map(({ expires, ...row }) => ({ ...row, expiresAt: expires.toISOString() })),
  };
});

export const invite = memberProcedure.input(z.object({ email: emailInput, role })).mutation(async ({ ctx, input }): Promise<void> => {
  const { db, actor } = ctx;
  const invitation = { email: input.email, role: input.role };
  await db.members.invite(actor, invitation);
  await sendInvitation({ organizationId: actor.organizationId, organizationName: (await db.organizations.find(actor)).name, ...invitation });
});

export const withdraw = memberProcedure.input(z.object({ email: emailInput })).mutation(({ ctx, input }): Promise<void> => ctx.db.members.withdraw(ctx.actor, input.email));
export const setRole = memberProcedure.input(z.object({ userId: z.string(), role })).mutation(async ({ ctx, input }): Promise<void> => void (await ctx.db.members.setRole(ctx.actor, input.userId, input.role)));
export const removeMember = memberProcedure.input(z.object({ userId: z.string(), keys: z.enum(KEYS_OF_LEAVERS).default("revoke") })).mutation(async ({ ctx, input }): Promise<void> => void (await remove(ctx, ctx.actor, input)));
