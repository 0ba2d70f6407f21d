import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startDashboard, Visitor, type Dashboard } from "./account-server.fixture.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const WAIT_MS = 10_000;
const run = `${Date.now()}${process.pid}`;
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
let dashboard: Dashboard;
let number = 0;

beforeAll(async () => { dashboard = await startDashboard(); });
afterAll(async () => { await dashboard?.close(); await sql.end(); });

interface Person { readonly email: string; readonly visitor: Visitor; readonly userId: string; readonly organizationId: string; readonly slug: string }

async function signUp(email = `member${++number}-${run}@example.test`): Promise<Person> {
  const visitor = new Visitor(dashboard);
  const body = (await (await visitor.account("sign-up", { email, password: "Correct-horse-9", name: `Member ${number}` })).json()) as { user: { id: string }; organizationId: string; organization: string };
  return { email, visitor, userId: body.user.id, organizationId: body.organizationId, slug: body.organization };
}

/** A call of the management API in `of`'s organization, by the session of `who`. */
async function call(who: Person, method: string, path: string, { of = who, body }: { of?: Person; body?: unknown } = {}): Promise<{ status: number; body: { data: { email: string; role: string; userId: string }[]; role: string } }> {
  const response = await who.visitor.send(`/api/v1${path}`, { method, headers: { "x-trunkline-organization": of.slug, "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: response.status, body: (await response.json()) as never };
}

async function invitationOf(email: string): Promise<string> {
  const invitations = async () => ((await (await fetch(`${dashboard.url}/api/dev/mail`)).json()) as { messages: { to: string; subject: string; links: string[] }[] }).messages.filter((mail) => mail.to === email && mail.subject.includes("invited"));
  await vi.waitFor(async () => expect((await invitations()).length).toBeGreaterThan(0), WAIT_MS);
  return (await invitations())[0]?.links[0] ?? "";
}
const open = async (link: string): Promise<string> => (await fetch(link, { redirect: "manual" })).headers.get("location")?.slice(dashboard.url.length) ?? "";
async function join(owner: Person, person: Person, role: string): Promise<void> {
  expect((await call(owner, "POST", "/members", { body: { email: person.email, role } })).status).toBe(201);
  expect(await open(await invitationOf(person.email))).toBe("/?invited=1");
}
const rolesOf = async (owner: Person): Promise<Record<string, string>> => Object.fromEntries((await call(owner, "GET", "/members")).body.data.map((member) => [member.email, member.role]));

describe("members of an organization, over HTTP", () => {
  it("joins who was invited, in the role of the invitation, by a link that works once", async () => {
    const [owner, guest] = [await signUp(), await signUp()];
    expect((await call(guest, "GET", "/members", { of: owner })).status).toBe(404);
    await join(owner, guest, "developer");
    expect(await rolesOf(owner)).toEqual({ [owner.email]: "owner", [guest.email]: "developer" });
    expect((await call(guest, "GET", "/members", { of: owner })).status).toBe(200);
    expect((await call(guest, "POST", "/members", { of: owner, body: { email: "x@example.test", role: "viewer" } })).status).toBe(403);
    expect(await open(await invitationOf(guest.email))).toBe("/?invited=0");
    expect((await call(owner, "POST", "/members", { body: { email: guest.email.toUpperCase(), role: "viewer" } })).status).toBe(409);
  });

  it("leads who has no account to the sign-up page, and lets them in with the same link afterwards", async () => {
    const owner = await signUp();
    const email = `later-${run}@example.test`;
    await call(owner, "POST", "/members", { body: { email, role: "viewer" } });
    const link = await invitationOf(email);
    expect(await open(link)).toBe("/sign-up");
    await signUp(email);
    expect(await open(link)).toBe("/?invited=1");
    expect((await rolesOf(owner))[email]).toBe("viewer");
  });

  it("changes roles and removes members, at once", async () => {
    const [owner, guest] = [await signUp(), await signUp()];
    await join(owner, guest, "viewer");
    expect(await call(owner, "PATCH", `/members/${guest.userId}`, { body: { role: "admin" } })).toMatchObject({ status: 200, body: { role: "admin" } });
    expect((await call(guest, "POST", "/projects", { of: owner, body: { name: "by the guest" } })).status).toBe(201);
    expect((await call(owner, "DELETE", `/members/${guest.userId}`)).status).toBe(200);
    expect((await call(guest, "GET", "/projects", { of: owner })).status).toBe(404);
    const { rows } = await sql.query<{ action: string }>(`SELECT action FROM audit_entry WHERE "organizationId" = $1 AND action LIKE 'member.%' ORDER BY id`, [owner.organizationId]);
    expect(rows.map((row) => row.action)).toEqual(["member.invite", "member.role", "member.remove"]);
  });

  it("keeps owners from admins, and every organization an owner, even when two owners remove each other at once", async () => {
    const [owner, second, admin] = [await signUp(), await signUp(), await signUp()];
    await join(owner, admin, "admin");
    await join(owner, second, "owner");
    for (const [method, path, body] of [["POST", "/members", { email: "y@example.test", role: "owner" }], ["PATCH", `/members/${admin.userId}`, { role: "owner" }], ["PATCH", `/members/${owner.userId}`, { role: "viewer" }], ["DELETE", `/members/${second.userId}`, undefined]] as const) {
      expect([path, (await call(admin, method, path, { of: owner, body })).status]).toEqual([path, 403]);
    }
    const statuses = (await Promise.all([call(owner, "DELETE", `/members/${second.userId}`), call(second, "DELETE", `/members/${owner.userId}`, { of: owner })])).map((answer) => answer.status);
    const { rows } = await sql.query(`SELECT FROM member WHERE "organizationId" = $1 AND role = 'owner'`, [owner.organizationId]);
    expect(rows).toHaveLength(1);
    expect(statuses).toContain(200);
    const last = statuses[0] === 200 ? owner : second;
    expect((await call(last, "DELETE", `/members/${last.userId}`, { of: owner })).status).toBe(409);
    expect((await call(last, "PATCH", `/members/${last.userId}`, { of: owner, body: { role: "viewer" } })).status).toBe(409);
  });
});
