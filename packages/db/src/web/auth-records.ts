/** What an OAuth sign-in reads and writes. The address of a provider counts only when the provider verified it; see the web app's adapter. */
import type { StoreContext } from "./context.ts";
import type { UserRecord } from "./accounts.ts";

export interface OAuthAccount {
  readonly userId: string; readonly type: string; readonly provider: string; readonly providerAccountId: string;
  readonly scope: string | null; readonly token_type: string | null; readonly expires_at: number | null;
}

const select = { id: true, email: true, name: true, image: true, emailVerified: true } as const;

export function createAuthRecords(context: StoreContext) {
  const { client } = context;
  return {
    findUser: (id: string): Promise<UserRecord | null> => client.user.findUnique({ where: { id }, select }),
    findUserByEmail: (email: string): Promise<UserRecord | null> => client.user.findUnique({ where: { email: email.toLowerCase() }, select }),
    async findUserByAccount(provider: string, providerAccountId: string): Promise<UserRecord | null> {
      const account = await client.account.findUnique({ where: { provider_providerAccountId: { provider, providerAccountId } }, select: { user: { select } } });
      return account?.user ?? null;
    },
    createUser: (user: { email: string; name: string | null; image: string | null; emailVerified: Date | null }): Promise<UserRecord> =>
      client.user.create({ data: { id: context.newId("usr"), ...user, email: user.email.toLowerCase() }, select }),
    updateUser: (id: string, change: { name?: string | null; image?: string | null; emailVerified?: Date | null }): Promise<UserRecord> => client.user.update({ where: { id }, data: change, select }),
    /** No access or refresh token is kept: nothing here calls the provider again. */
    linkAccount: (account: OAuthAccount) => client.account.create({ data: account }),
    async findSession(sessionToken: string) {
      return client.session.findUnique({ where: { sessionToken }, select: { sessionToken: true, userId: true, expires: true, user: { select } } });
    },
    updateSession: (sessionToken: string, expires: Date) => client.session.update({ where: { sessionToken }, data: { expires } }),
  };
}
