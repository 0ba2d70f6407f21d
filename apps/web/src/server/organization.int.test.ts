import { afterAll, beforeAll, describe, expect, it } from "vitest";
import pg from "pg";
import { ROLES, roleMay, type Permission, type Role } from "@trunkline/contracts";
import { createWebDb, type UserRecord } from "@trunkline/db/web";
import { appRouter } from "./app-router.ts";
import { exportLines } from "./organization-export.ts";
import { createCaller } from "./trpc.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");

const db = createWebDb({ databaseUrl });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const published: string[] = [];
const kv = { publish: async (topic: string, id: string) => { published.push(`${topic} ${id}`); } };
const peppers = new Map([[1, new Uint8Array(32).fill(7)]]);
const run = `${Date.now()}${process.pid}`;
const ADDRESS = "203.0.113.9";
let number = 0;

const callerOf = (user: UserRecord, sessionToken?: string) => createCaller(appRouter)({ db, kv, peppers, user, gatewayUrl: "http://127.0.0.1:1", nowMs: Date.now, address: ADDRESS, sessionToken });
type Caller = ReturnType<typeof callerOf>;
interface Tenant { readonly owner: UserRecord; readonly scope: { organization: string; project: string }; readonly organizationId: string }

const newUser = (): Promise<UserRecord> => db.accounts.createUser({ email: `org${++number}-${run}@example.test`, name: `Org ${number} ${run}`, passwordHash: "x" });
async function newTenant(): Promise<Tenant> {
  const owner = await newUser();
  const { organizationId } = await db.accounts.ensureOrganization(owner);
  const [membership] = await db.accounts.listMemberships(owner.id);
  return { owner, organizationId, scope: { organization: membership?.slug ?? "", project: "default" } };
}
async function newMember({ organizationId }: Tenant, role: Role): Promise<UserRecord> {
  const user = await newUser();
  await db.members.join(organizationId, user.id, role);
  return user;
}

let acme: Tenant;
let other: Tenant;
const members = new Map<Role, UserRecord>();
beforeAll(async () => {
  [acme, other] = [await newTenant(), await newTenant()];
  for (const role of ROLES) members.set(role, role === "owner" ? acme.owner : await newMember(acme, role));
});
afterAll(async () => { await Promise.all([db.close(), sql.end()]); });

const PROCEDURES: readonly [string, Permission, (caller: Caller) => Promise<unknown>][] = [
  ["organization.members", "resources.read", (caller) => caller.organization.members(acme.scope)],
  ["organization.setRole", "members.manage", async (caller) => caller.organization.setRole({ ...acme.scope, userId: (await newMember(acme, "viewer")).id, role: "developer" })],
  ["organization.removeMember", "members.manage", async (caller) => caller.organization.removeMember({ ...acme.scope, userId: (await newMember(acme, "viewer")).id })],
  ["organization.audit", "organization.manage", (caller) => caller.organization.audit(acme.scope)],
  ["organization.settings", "resources.read", (caller) => caller.organization.settings(acme.scope)],
  ["organization.update", "organization.manage", (caller) => caller.organization.update({ ...acme.scope, timeZone: "Europe/Berlin" })],
];

describe("who may do what in an organization", () => {
  for (const [procedure, permission, call] of PROCEDURES) {
    it(`${procedure} serves the roles with ${permission} and refuses every other, and strangers`, async () => {
      for (const role of ROLES) {
        const result = call(callerOf(members.get(role) ?? acme.owner));
        if (roleMay(role, permission)) await result;
        else await expect(result, role).rejects.toMatchObject({ code: "FORBIDDEN" });
      }
      await expect(call(callerOf(other.owner))).rejects.toMatchObject({ code: "NOT_FOUND" });
    });
  }

  it("has as many members and open invitations as the plan has seats, and no bound without a plan", async () => {
    const tenant = await newTenant();
    const invite = (email: string) => db.members.invite({ organizationId: tenant.organizationId, role: "owner", userId: tenant.owner.id, label: "test" }, { email, role: "viewer" });
    const pending = (email: string) => db.accounts.createToken(`invite:${tenant.organizationId}:viewer`, email, { value: email.padEnd(43, "x"), expires: new Date(Date.now() + 60_000) });
    await newMember(tenant, "viewer");
    await invite("third@example.test");
    await sql.query(`INSERT INTO billing_account ("organizationId", plan, mode, "updatedAt") VALUES ($1, 'free', 'prepaid', now())`, [tenant.organizationId]);
    await expect(invite("third@example.test")).rejects.toThrow("has 2 seats");
    await sql.query(`UPDATE billing_account SET plan = 'pro' WHERE "organizationId" = $1`, [tenant.organizationId]);
    for (let guest = 0; guest < 8; guest++) await pending(`guest${guest}@example.test`);
    await invite("guest3@example.test");
    await expect(invite("guest9@example.test")).rejects.toThrow("has 10 seats");
    const guest = await newUser();
    await expect(db.members.assertMayJoin(tenant.organizationId, guest.id)).resolves.toBeUndefined();
    await sql.query(`UPDATE billing_account SET plan = 'free' WHERE "organizationId" = $1`, [tenant.organizationId]);
    await expect(db.members.assertMayJoin(tenant.organizationId, guest.id)).rejects.toThrow("has 2 seats");
    await expect(db.members.assertMayJoin(tenant.organizationId, tenant.owner.id)).resolves.toBeUndefined();
  });

  it("shows invitations to who manages members only, and a withdrawn link works no more", async () => {
    const owner = callerOf(acme.owner);
    await db.accounts.createToken(`invite:${acme.organizationId}:viewer`, "guest@example.test", { value: "x".repeat(43), expires: new Date(Date.now() + 60_000) });
    expect((await owner.organization.members(acme.scope)).invitations).toMatchObject([{ email: "guest@example.test", role: "viewer" }]);
    expect((await callerOf(members.get("viewer") ?? acme.owner).organization.members(acme.scope)).invitations).toBeNull();
    expect((await callerOf(other.owner).organization.members(other.scope)).invitations).toEqual([]);
    await expect(callerOf(other.owner).organization.withdraw({ ...other.scope, email: "guest@example.test" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await owner.organization.withdraw({ ...acme.scope, email: "guest@example.test" });
    expect(await db.members.findInvitation("x".repeat(43))).toBeNull();
  });
});

describe("the audit log", () => {
  it("tells who changed what, when and from where, by names that people know, newest first and page by page", async () => {
    const { owner, scope } = await newTenant();
    const caller = callerOf(owner);
    for (let at = 0; at < 51; at += 1) await caller.keys.create({ ...scope, name: `key ${at}`, kind: "test" });
    await caller.organization.update({ ...scope, name: "Renamed" });
    const first = await caller.organization.audit(scope);
    expect(first.entries[0]).toMatchObject({ action: "organization.update", actor: owner.email, address: ADDRESS });
    expect(first.entries[1]).toMatchObject({ action: "key.create", subject: "key 50" });
    expect(first.entries).toHaveLength(50);
    const second = await caller.organization.audit({ ...scope, cursor: first.nextCursor });
    expect(second).toMatchObject({ nextCursor: null, entries: [{ subject: "key 1" }, { subject: "key 0" }] });
    expect((await caller.organization.audit({ ...scope, area: "organization" })).entries.map((entry) => entry.action)).toEqual(["organization.update"]);
  });
});

describe("the settings", () => {
  it("move an organization to a new address, and never to one that is taken", async () => {
    const tenant = await newTenant();
    const caller = callerOf(tenant.owner);
    await expect(caller.organization.update({ ...tenant.scope, slug: acme.scope.organization })).rejects.toMatchObject({ code: "CONFLICT" });
    const moved = await caller.organization.update({ ...tenant.scope, slug: `Moved ${run}` });
    expect(moved.slug).toBe(`moved-${run}`);
    await expect(caller.organization.settings(tenant.scope)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await caller.organization.settings({ ...tenant.scope, organization: moved.slug })).id).toBe(tenant.organizationId);
  });
});

describe("whose key it is", () => {
  const ownersOf = async (caller: Caller) => new Map((await caller.keys.list(acme.scope)).map(({ id, owner, revokedAt }) => [id, [owner?.email ?? owner, revokedAt !== null]]));

  it("is its maker's, a service key where it is said so, and another member's once it is given to them", async () => {
    const caller = callerOf(acme.owner);
    const [mine, service] = [await caller.keys.create({ ...acme.scope, name: "mine", kind: "live" }), await caller.keys.create({ ...acme.scope, name: "service", kind: "live", ownerId: null })];
    expect([mine.key.owner?.userId, service.key.owner]).toEqual([acme.owner.id, null]);
    const viewer = members.get("viewer");
    expect((await caller.keys.update({ ...acme.scope, id: service.key.id, change: { ownerId: viewer?.id ?? "" } })).owner?.email).toBe(viewer?.email);
    expect((await caller.keys.update({ ...acme.scope, id: service.key.id, change: { ownerId: null } })).owner).toBeNull();
    expect((await caller.keys.rotate({ ...acme.scope, id: mine.key.id, overlapSeconds: 60 })).key.owner?.userId).toBe(acme.owner.id);
    for (const call of [() => caller.keys.create({ ...acme.scope, name: "x", kind: "live" as const, ownerId: other.owner.id }), () => caller.keys.update({ ...acme.scope, id: mine.key.id, change: { ownerId: other.owner.id } })]) await expect(call()).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("decides what becomes of it when its owner is removed: it ends at once, or stays as a service key", async () => {
    const caller = callerOf(acme.owner);
    for (const keys of ["revoke", "keep"] as const) {
      const leaver = await newMember(acme, "developer");
      const theirs = await callerOf(leaver).keys.create({ ...acme.scope, name: `of the leaver, ${keys}`, kind: "live" });
      const service = await callerOf(leaver).keys.create({ ...acme.scope, name: `service, ${keys}`, kind: "live", ownerId: null });
      expect((await caller.organization.members(acme.scope)).members.find(({ userId }) => userId === leaver.id)?.keys).toBe(1);
      published.length = 0;
      await caller.organization.removeMember({ ...acme.scope, userId: leaver.id, keys });
      const owners = await ownersOf(caller);
      expect([keys, owners.get(theirs.key.id), owners.get(service.key.id)]).toEqual([keys, keys === "revoke" ? [{ userId: leaver.id, email: null, name: null }, true] : [null, false], [null, false]]);
      expect(published.some((one) => one.includes(theirs.key.keyId))).toBe(keys === "revoke");
    }
  });
});

describe("leaving", () => {
  it("exports everything of the organization and nothing of another, without a secret", async () => {
    const tenant = await newTenant();
    const { key, secret } = await callerOf(tenant.owner).keys.create({ ...tenant.scope, name: "exported", kind: "live" });
    const actor = await db.organizations.findActor(tenant.owner.id, tenant.scope.organization);
    let text = "";
    for await (const line of exportLines(db, actor)) text += line;
    const rows = text.trim().split("\n").map((line) => JSON.parse(line) as { type: string; id: string });
    expect(new Set(rows.map((row) => row.type))).toEqual(new Set(["organization", "project", "member", "key", "audit"]));
    expect(rows.find((row) => row.type === "key")?.id).toBe(key.id);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(acme.organizationId);
  });

  it("deletes an organization for its owner only: keys stop, requests are gone, the ledger stays", async () => {
    const tenant = await newTenant();
    const admin = await newMember(tenant, "admin");
    const { key } = await callerOf(tenant.owner).keys.create({ ...tenant.scope, name: "k", kind: "live" });
    await sql.query(`INSERT INTO ledger_transaction (id, kind, "sourceId", "organizationId", "createdAt") VALUES ('txn_' || $1, 'usage', $1, $2, now())`, [`req_${run}`, tenant.organizationId]);
    const remove = (user: UserRecord, confirm = tenant.scope.organization) => callerOf(user).organization.remove({ ...tenant.scope, confirm });
    await expect(remove(admin)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(remove(tenant.owner, "yes")).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await remove(tenant.owner);
    expect(published.some((one) => one.endsWith(key.keyId))).toBe(true);
    expect(await db.accounts.listMemberships(tenant.owner.id)).toEqual([]);
    const { rows } = await sql.query(`SELECT (SELECT count(*)::int FROM api_key WHERE "organizationId" = $1 AND "revokedAt" IS NULL) AS keys, (SELECT count(*)::int FROM ledger_transaction WHERE "organizationId" = $1) AS ledger, (SELECT "suspendedAt" IS NOT NULL FROM organization WHERE id = $1) AS ended`, [tenant.organizationId]);
    expect(rows).toEqual([{ keys: 0, ledger: 1, ended: true }]);
  });
});

describe("a person's sessions", () => {
  it("are listed without their tokens, mark the asker's own, and end one by one", async () => {
    const user = await newUser();
    for (const sessionToken of [`a-${run}`, `b-${run}`]) await db.accounts.createSession({ sessionToken, userId: user.id, expires: new Date(Date.now() + 60_000), userAgent: "curl/8", address: ADDRESS });
    const caller = callerOf(user, `a-${run}`);
    const { sessions } = await caller.profile.get();
    expect(JSON.stringify(sessions)).not.toContain(run);
    expect(sessions.filter((one) => one.current)).toHaveLength(1);
    const foreign = sessions.find((one) => !one.current);
    await expect(callerOf(acme.owner).profile.endSession({ id: foreign?.id ?? "" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await caller.profile.endSession({ id: foreign?.id ?? "" });
    expect(await db.accounts.findSessionUser(`b-${run}`)).toBeNull();
    expect(await db.accounts.findSessionUser(`a-${run}`)).not.toBeNull();
  });
});
