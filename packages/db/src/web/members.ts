/** Who belongs to an organization, and as what. An organization never loses its last owner, and only an owner makes or unmakes one. */
import { isPlanId, PLANS, ROLES, type Role } from "@trunkline/contracts";
import { assertMay, type Actor } from "./actor.ts";
import { recordAudit } from "./audit.ts";
import type { StoreContext, Transaction } from "./context.ts";
import { ConflictError, ForbiddenError, NotFoundError } from "./errors.ts";
import { digest } from "./token-digest.ts";

export interface MemberRecord { readonly userId: string; readonly email: string; readonly name: string | null; readonly role: Role; readonly createdAt: Date }
/** `keys`: those of theirs that still work. */
export interface ListedMember extends MemberRecord { readonly keys: number }
/** What becomes of a member's keys when they go: they end, or they stay as service keys. */
export const KEYS_OF_LEAVERS = ["revoke", "keep"] as const;
export type KeysOfLeaver = (typeof KEYS_OF_LEAVERS)[number];

/** An invitation that waits; its link is known to the mail alone. */
export interface PendingInvitation { readonly email: string; readonly role: Role; readonly expires: Date }

/** What an invitation's link stands for. */
export interface Invitation { readonly organizationId: string; readonly role: Role; readonly email: string }

const fields = { userId: true, role: true, createdAt: true, user: { select: { email: true, name: true } } } as const;
const toRecord = ({ user, ...row }: { userId: string; role: Role; createdAt: Date; user: { email: string; name: string | null } }): MemberRecord => ({ ...row, ...user });

function assertMayTouch(actor: Actor, ...roles: readonly Role[]): void {
  if (roles.includes("owner") && actor.role !== "owner") throw new ForbiddenError("organization.owners");
}

/** The member, with every owner's row locked: two owners who remove each other at once take turns. */
async function lockMember(transaction: Transaction, organizationId: string, userId: string): Promise<{ readonly role: Role; readonly owners: number }> {
  const owners = await transaction.$queryRaw<{ userId: string }[]>`SELECT "userId" FROM member WHERE "organizationId" = ${organizationId} AND role = 'owner' ORDER BY "userId" FOR UPDATE`;
  const member = await transaction.member.findFirst({ where: { organizationId, userId }, select: { role: true } });
  if (!member) throw new NotFoundError("member");
  return { role: member.role, owners: owners.length };
}

/** Where an organization has a plan, its seats bound its members and those who are invited. Throws ConflictError. */
async function assertSeatFree(transaction: Transaction, organizationId: string, invited: number): Promise<void> {
  const account = await transaction.billingAccount.findUnique({ where: { organizationId }, select: { plan: true } });
  if (!isPlanId(account?.plan)) return;
  const { name, seats } = PLANS[account.plan];
  const members = await transaction.member.count({ where: { organizationId } });
  if (members + invited >= seats) throw new ConflictError(`The plan ${name} has ${seats} seats, and all are taken or promised. Remove a member, withdraw an invitation, or choose a larger plan under Billing.`);
}

const working = (nowMs: number) => ({ revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date(nowMs) } }] });

/** Public ids of the keys that ended. */
async function leaveKeys(transaction: Transaction, actor: Actor, { userId, keys, nowMs }: { readonly userId: string; readonly keys: KeysOfLeaver; readonly nowMs: number }): Promise<readonly string[]> {
  const where = { organizationId: actor.organizationId, ownerId: userId, ...working(nowMs) };
  const theirs = await transaction.apiKey.findMany({ where, select: { id: true, keyId: true } });
  await transaction.apiKey.updateMany({ where, data: keys === "revoke" ? { revokedAt: new Date(nowMs) } : { ownerId: null } });
  for (const { id } of theirs) await recordAudit(transaction, actor, { action: keys === "revoke" ? "key.revoke" : "key.update", subject: id });
  return keys === "revoke" ? theirs.map(({ keyId }) => keyId) : [];
}

export function createMembers(context: StoreContext) {
  /** Invitations of others that can still be accepted. */
  const pendingBeside = (organizationId: string, email: string): Promise<number> => context.client.verificationToken.count({ where: {
    identifier: { startsWith: `invite:${organizationId}:` }, NOT: { identifier: { endsWith: `:${email}` } }, expires: { gt: new Date(context.nowMs()) },
  } });
  const read = (transaction: Transaction, organizationId: string, userId: string) => transaction.member.findFirstOrThrow({ where: { organizationId, userId }, select: fields }).then(toRecord);
  return {
    list: (actor: Actor): Promise<ListedMember[]> => context.tenant(actor, "resources.read", async (transaction) => {
      const { organizationId } = actor;
      const [members, keys] = [
        await transaction.member.findMany({ where: { organizationId }, orderBy: { createdAt: "asc" }, select: fields }),
        await transaction.apiKey.groupBy({ by: ["ownerId"], where: { organizationId, ownerId: { not: null }, ...working(context.nowMs()) }, _count: true }),
      ];
      return members.map((row) => ({ ...toRecord(row), keys: keys.find(({ ownerId }) => ownerId === row.userId)?._count ?? 0 }));
    }),
    /** Checks that the actor may invite to the role, and records that it did. Throws ConflictError for who is a member already, and where every seat of the plan is taken. */
    invite: (actor: Actor, invitation: { readonly email: string; readonly role: Role }): Promise<void> => context.tenant(actor, "members.manage", async (transaction) => {
      assertMayTouch(actor, invitation.role);
      const known = await transaction.member.findFirst({ where: { organizationId: actor.organizationId, user: { email: invitation.email } }, select: { userId: true } });
      if (known) throw new ConflictError("This person is a member already.");
      await assertSeatFree(transaction, actor.organizationId, await pendingBeside(actor.organizationId, invitation.email));
      await recordAudit(transaction, actor, { action: "member.invite", subject: `${invitation.email} as ${invitation.role}` });
    }),
    setRole: (actor: Actor, userId: string, role: Role): Promise<MemberRecord> => context.tenant(actor, "members.manage", async (transaction) => {
      const member = await lockMember(transaction, actor.organizationId, userId);
      assertMayTouch(actor, member.role, role);
      if (member.role === "owner" && role !== "owner" && member.owners === 1) throw new ConflictError("An organization needs an owner: make somebody else an owner first.");
      await transaction.member.updateMany({ where: { organizationId: actor.organizationId, userId }, data: { role } });
      await recordAudit(transaction, actor, { action: "member.role", subject: `${userId} ${role}` });
      return read(transaction, actor.organizationId, userId);
    }),
    /** The caller publishes the end of the revoked keys, by their public ids, after the commit. */
    remove: (actor: Actor, userId: string, keys: KeysOfLeaver): Promise<{ readonly gone: MemberRecord; readonly revoked: readonly string[] }> => context.tenant(actor, "members.manage", async (transaction) => {
      const member = await lockMember(transaction, actor.organizationId, userId);
      assertMayTouch(actor, member.role);
      if (member.role === "owner" && member.owners === 1) throw new ConflictError("An organization needs an owner: make somebody else an owner first.");
      const gone = await read(transaction, actor.organizationId, userId);
      await transaction.member.deleteMany({ where: { organizationId: actor.organizationId, userId } });
      await transaction.savedView.deleteMany({ where: { organizationId: actor.organizationId, userId } });
      await recordAudit(transaction, actor, { action: "member.remove", subject: userId });
      return { gone, revoked: await leaveKeys(transaction, actor, { userId, keys, nowMs: context.nowMs() }) };
    }),
    /** Invitations that can still be accepted, soonest to end first. */
    async invitations(actor: Actor): Promise<PendingInvitation[]> {
      assertMay(actor, "members.manage");
      const rows = await context.client.verificationToken.findMany({ where: { identifier: { startsWith: `invite:${actor.organizationId}:` }, expires: { gt: new Date(context.nowMs()) } }, orderBy: { expires: "asc" }, select: { identifier: true, expires: true } });
      return rows.flatMap(({ identifier, expires }) => {
        const [, , role, ...email] = identifier.split(":");
        const known = ROLES.find((name) => name === role);
        return known ? [{ email: email.join(":"), role: known, expires }] : [];
      });
    },
    /** Its link works no more. Throws NotFoundError when there is none. */
    withdraw: (actor: Actor, email: string): Promise<void> => context.tenant(actor, "members.manage", async (transaction) => {
      const { count } = await context.client.verificationToken.deleteMany({ where: { identifier: { in: ROLES.map((role) => `invite:${actor.organizationId}:${role}:${email}`) } } });
      if (count === 0) throw new NotFoundError("invitation");
      await recordAudit(transaction, actor, { action: "member.withdraw", subject: email });
    }),
    /** null when unknown, used or expired. The token stays: `useInvitation` takes it. */
    async findInvitation(value: string): Promise<Invitation | null> {
      const row = await context.client.verificationToken.findFirst({ where: { token: digest(value), identifier: { startsWith: "invite:" }, expires: { gt: new Date(context.nowMs()) } }, select: { identifier: true } });
      const [, organizationId, role, ...email] = row?.identifier.split(":") ?? [];
      const known = ROLES.find((name) => name === role);
      return organizationId && known ? { organizationId, role: known, email: email.join(":") } : null;
    },
    /** True for the one caller who takes it. */
    useInvitation: async (value: string): Promise<boolean> => (await context.client.verificationToken.deleteMany({ where: { token: digest(value), identifier: { startsWith: "invite:" } } })).count === 1,
    /** Throws ConflictError where no seat is left for who was invited: the plan has become smaller since. A member needs no other. */
    async assertMayJoin(organizationId: string, userId: string): Promise<void> {
      if (await context.client.member.count({ where: { organizationId, userId } }) === 0) await assertSeatFree(context.client, organizationId, 0);
    },
    /** For the holder of an invitation's link: who was invited joins. Joining twice keeps the first role. */
    async join(organizationId: string, userId: string, role: Role): Promise<void> {
      await context.client.member.createMany({ data: [{ organizationId, userId, role }], skipDuplicates: true });
    },
  };
}
