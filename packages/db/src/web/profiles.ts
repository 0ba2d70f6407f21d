/** A person's own account: name, password, open sessions. Belongs to no tenant; the caller has made sure who asks. */
import type { UserRecord } from "./accounts.ts";
import type { StoreContext } from "./context.ts";
import { digest } from "./token-digest.ts";

export interface SessionRecord { readonly id: string; readonly createdAt: Date; readonly expires: Date; readonly userAgent: string | null; readonly address: string | null; readonly current: boolean }

const select = { id: true, email: true, name: true, image: true, emailVerified: true } as const;

export function createProfiles(context: StoreContext) {
  const { client } = context;
  return {
    /** Sessions that are open, newest first. Their ids are digests: whoever sees the list can use none of them. `ownToken` marks the asker's own. */
    async listSessions(userId: string, ownToken?: string): Promise<SessionRecord[]> {
      const rows = await client.session.findMany({ where: { userId, expires: { gt: new Date(context.nowMs()) } }, orderBy: { createdAt: "desc" } });
      return rows.map(({ sessionToken, createdAt, expires, userAgent, address }) => ({ id: digest(sessionToken), createdAt, expires, userAgent, address, current: sessionToken === ownToken }));
    },
    /** Signs out one session of the user by its listed id; false when there is none. */
    async endSession(userId: string, id: string): Promise<boolean> {
      const rows = await client.session.findMany({ where: { userId }, select: { sessionToken: true } });
      const found = rows.find((row) => digest(row.sessionToken) === id);
      return found !== undefined && (await client.session.deleteMany({ where: { userId, sessionToken: found.sessionToken } })).count > 0;
    },
    /** Only who signs in by password has one. */
    findPasswordHash: async (userId: string): Promise<string | null> => (await client.user.findUnique({ where: { id: userId }, select: { passwordHash: true } }))?.passwordHash ?? null,
    rename: (userId: string, name: string | null): Promise<UserRecord> => client.user.update({ where: { id: userId }, data: { name }, select }),
  };
}
