/** Users and sessions: tables that belong to no tenant. */
import type { Role } from "@trunkline/contracts";
import type { StoreContext } from "./context.ts";
import { ConflictError } from "./errors.ts";
import { createMailedTokens } from "./mailed-tokens.ts";
import { slugFrom } from "./slug.ts";

export interface UserRecord { readonly id: string; readonly email: string; readonly name: string | null; readonly image: string | null; readonly emailVerified: Date | null }
export interface NewAccount { readonly email: string; readonly name: string | null; readonly passwordHash: string }
export interface Membership {
  readonly id: string; readonly slug: string; readonly name: string; readonly role: Role; readonly timeZone: string;
  readonly projects: readonly { readonly id: string; readonly slug: string; readonly name: string }[];
}

export function createAccounts(context: StoreContext) {
  const { client } = context;
  const select = { id: true, email: true, name: true, image: true, emailVerified: true } as const;
  return {
    /** Throws ConflictError when the address is taken. `email` must already be lower case. */
    async createUser(account: NewAccount): Promise<UserRecord> {
      const taken = await client.user.findUnique({ where: { email: account.email }, select: { id: true } });
      if (taken) throw new ConflictError("An account with this e-mail address already exists.");
      return client.user.create({ data: { id: context.newId("usr"), ...account }, select });
    },
    findUserForSignIn: (email: string) => client.user.findUnique({ where: { email }, select: { ...select, passwordHash: true } }),
    async setPassword(userId: string, passwordHash: string): Promise<void> {
      await client.$transaction([
        client.user.update({ where: { id: userId }, data: { passwordHash } }),
        client.session.deleteMany({ where: { userId } }),
      ]);
    },
    markEmailVerified: (email: string) => client.user.updateMany({ where: { email, emailVerified: null }, data: { emailVerified: new Date(context.nowMs()) } }),
    createSession: (session: { sessionToken: string; userId: string; expires: Date; userAgent?: string | null; address?: string | null }) => client.session.create({ data: session }),
    async findSessionUser(sessionToken: string): Promise<UserRecord | null> {
      const session = await client.session.findUnique({ where: { sessionToken }, select: { expires: true, user: { select } } });
      return session && session.expires.getTime() > context.nowMs() ? session.user : null;
    },
    deleteSession: (sessionToken: string) => client.session.deleteMany({ where: { sessionToken } }),
    ...createMailedTokens(context),
    /** For the operator's command line only: no member can ask for this. */
    listOrganizations: () => client.organization.findMany({ orderBy: { createdAt: "asc" }, select: { id: true, slug: true, name: true, createdAt: true } }),
    async listMemberships(userId: string): Promise<Membership[]> {
      const rows = await client.member.findMany({
        where: { userId, organization: { suspendedAt: null } }, orderBy: { createdAt: "asc" },
        select: { role: true, organization: { select: { id: true, slug: true, name: true, timeZone: true, projects: { select: { id: true, slug: true, name: true }, orderBy: { createdAt: "asc" } } } } },
      });
      return rows.map(({ role, organization }) => ({ ...organization, role }));
    },
    /**
     * A user without an organization gets one, with the project `default` and an owner membership, in one transaction.
     * Safe to call at every sign-in: a row lock on the user makes concurrent calls agree.
     */
    async ensureOrganization(user: { id: string; email: string; name: string | null }, organizationName?: string): Promise<{ organizationId: string; projectId: string }> {
      return client.$transaction(async (transaction) => {
        await transaction.$queryRaw`SELECT id FROM "user" WHERE id = ${user.id} FOR UPDATE`;
        const existing = await transaction.member.findFirst({
          where: { userId: user.id, ...(organizationName === undefined ? {} : { organization: { name: organizationName } }) },
          orderBy: { createdAt: "asc" }, select: { organization: { select: { id: true, projects: { orderBy: { createdAt: "asc" }, take: 1, select: { id: true } } } } },
        });
        const project = existing?.organization.projects[0];
        if (existing && project) return { organizationId: existing.organization.id, projectId: project.id };
        const name = organizationName ?? user.name ?? user.email.split("@")[0] ?? "organization";
        const base = slugFrom(name);
        const taken = new Set((await transaction.organization.findMany({ where: { slug: { startsWith: base } }, select: { slug: true } })).map((row) => row.slug));
        const organizationId = context.newId("org");
        const slug = taken.has(base) ? `${base}-${organizationId.slice(-6)}` : base;
        const projectId = context.newId("prj");
        await transaction.organization.create({
          data: { id: organizationId, slug, name, members: { create: { userId: user.id, role: "owner" } }, projects: { create: { id: projectId, slug: "default", name: "Default" } } },
        });
        return { organizationId, projectId };
      });
    },
  };
}
