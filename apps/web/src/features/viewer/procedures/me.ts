import { userProcedure } from "../../../server/trpc.ts";
import type { MeView } from "../../../server/views.ts";

/** Gives a user without an organization one, so that an OAuth sign-in lands on a usable dashboard. */
export const me = userProcedure.query(async ({ ctx }): Promise<MeView> => {
  const { user, db } = ctx;
  let memberships = await db.accounts.listMemberships(user.id);
  if (memberships.length === 0) {
    await db.accounts.ensureOrganization(user);
    memberships = await db.accounts.listMemberships(user.id);
  }
  return {
    user: { id: user.id, email: user.email, name: user.name, emailVerified: user.emailVerified !== null },
    organizations: memberships.map((row) => ({ ...row, projects: [...row.projects] })),
    gatewayUrl: ctx.gatewayUrl,
  };
});
