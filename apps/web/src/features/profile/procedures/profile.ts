/** The signed-in person's own account: needs no organization. */
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { nameInput } from "../../../server/account-schema.ts";
import { userProcedure } from "../../../server/trpc.ts";
import type { ProfileView } from "../../../server/views.ts";

export const getProfile = userProcedure.query(async ({ ctx }): Promise<ProfileView> => {
  const { user, db, sessionToken } = ctx;
  const [sessions, hash, factor, passkeys] = await Promise.all([db.profiles.listSessions(user.id, sessionToken), db.profiles.findPasswordHash(user.id), db.secondFactors.find(user.id), db.passkeys.list(user.id)]);
  return {
    email: user.email, name: user.name, emailVerified: user.emailVerified !== null, hasPassword: hash !== null,
    secondFactor: factor?.confirmedAt ? { since: factor.confirmedAt.toISOString(), recoveryLeft: factor.recovery.length } : null,
    passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt }) => ({ id, name, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null })),
    sessions: sessions.map(({ createdAt, expires, ...row }) => ({ ...row, startedAt: createdAt.toISOString(), endsAt: expires.toISOString() })),
  };
});

export const rename = userProcedure.input(z.object({ name: nameInput })).mutation(async ({ ctx, input }): Promise<void> => void (await ctx.db.profiles.rename(ctx.user.id, input.name || null)));

export const endSession = userProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }): Promise<void> => {
  if (!(await ctx.db.profiles.endSession(ctx.user.id, input.id))) throw new TRPCError({ code: "NOT_FOUND", message: "This session has ended already." });
});

export const removePasskey = userProcedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }): Promise<void> => {
  if (!(await ctx.db.passkeys.remove(ctx.user.id, input.id))) throw new TRPCError({ code: "NOT_FOUND", message: "This passkey was removed already." });
});
