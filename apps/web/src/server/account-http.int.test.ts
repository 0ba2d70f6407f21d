import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startDashboard, Visitor, type Dashboard } from "./account-server.fixture.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const WAIT_MS = 10_000;
const PASSWORD = "Correct-horse-9";
const run = `${Date.now()}${process.pid}`;
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
let dashboard: Dashboard;
let number = 0;

beforeAll(async () => { dashboard = await startDashboard(); });
afterAll(async () => { await dashboard?.close(); await sql.end(); });

interface Message { readonly to: string; readonly subject: string; readonly links: readonly string[] }
const mailsTo = async (email: string): Promise<Message[]> => ((await (await fetch(`${dashboard.url}/api/dev/mail`)).json()) as { messages: Message[] }).messages.filter((mail) => mail.to === email);
const isVerified = async (email: string): Promise<boolean> => (await sql.query<{ at: Date | null }>(`SELECT "emailVerified" AS at FROM "user" WHERE email = $1`, [email])).rows[0]?.at !== null;

/** The newest of `count` mails, once they have come: mail follows the answer. */
async function linkOf(email: string, count = 1): Promise<string> {
  await vi.waitFor(async () => expect(await mailsTo(email)).toHaveLength(count), WAIT_MS);
  return (await mailsTo(email))[0]?.links[0] ?? "";
}
const tokenOf = (link: string): string => new URL(link).searchParams.get("token") ?? "";

async function newcomer(): Promise<{ email: string; visitor: Visitor; verifyLink: string }> {
  const email = `person${++number}-${run}@example.test`;
  const visitor = new Visitor(dashboard);
  expect((await visitor.account("sign-up", { email, password: PASSWORD, name: "Ada" })).status).toBe(201);
  return { email, visitor, verifyLink: await linkOf(email) };
}

describe("an account with a password, over HTTP", () => {
  it("signs a newcomer in at once, with an organization, by a cookie that scripts and other sites cannot use", async () => {
    const visitor = new Visitor(dashboard);
    const response = await visitor.account("sign-up", { email: `Cookie-${run}@Example.test`, password: PASSWORD, name: "Cookie" });
    expect(await response.json()).toMatchObject({ user: { email: `cookie-${run}@example.test` }, project: "default" });
    expect(response.headers.getSetCookie().join()).toMatch(/authjs\.session-token=[^;]+;.*HttpOnly;.*SameSite=lax/i);
    expect(await visitor.organizations()).toEqual({ status: 200, names: ["Cookie"] });
    expect((await new Visitor(dashboard).account("sign-up", { email: `cookie-${run}@example.test`, password: PASSWORD })).status).toBe(409);
  });

  it("verifies the address by the mailed link, once", async () => {
    const { email, visitor, verifyLink } = await newcomer();
    expect(await isVerified(email)).toBe(false);
    const landed = async (link: string) => new URL((await visitor.send(link)).headers.get("location") ?? "").searchParams.get("verified");
    expect(await landed(verifyLink)).toBe("1");
    expect(await isVerified(email)).toBe(true);
    expect(await landed(verifyLink)).toBe("0");
    expect(await landed(`${verifyLink.slice(0, -4)}AAAA`)).toBe("0");
  });

  it("mails a new link to who is signed in and not verified yet, and the old one is dead", async () => {
    const { email, visitor, verifyLink } = await newcomer();
    expect((await new Visitor(dashboard).account("resend-verification")).status).toBe(401);
    expect((await visitor.account("resend-verification")).status).toBe(202);
    const second = await linkOf(email, 2);
    await visitor.send(verifyLink);
    expect(await isVerified(email)).toBe(false);
    await visitor.send(second);
    expect(await isVerified(email)).toBe(true);
    expect((await visitor.account("resend-verification")).status).toBe(202);
    expect(await mailsTo(email)).toHaveLength(2);
  });

  it("resets a forgotten password by the mailed link, once, and signs every device out", async () => {
    const { email, visitor } = await newcomer();
    const forgetful = new Visitor(dashboard);
    expect((await forgetful.account("request-reset", { email: email.toUpperCase() })).status).toBe(202);
    const token = tokenOf(await linkOf(email, 2));
    expect((await forgetful.account("reset", { token, password: "short" })).status).toBe(400);
    expect((await forgetful.account("reset", { token, password: "Another-horse-7" })).status).toBe(204);
    expect((await visitor.organizations()).status).toBe(401);
    expect((await forgetful.account("sign-in", { email, password: PASSWORD })).status).toBe(401);
    expect((await forgetful.account("sign-in", { email, password: "Another-horse-7" })).status).toBe(200);
    expect((await forgetful.organizations()).status).toBe(200);
    expect(await isVerified(email)).toBe(true);
    expect((await forgetful.account("reset", { token, password: "Third-horse-11" })).status).toBe(400);
  });

  it("takes only the newest of two reset links, and no verification link for a reset", async () => {
    const { email, visitor, verifyLink } = await newcomer();
    await visitor.account("request-reset", { email });
    const first = tokenOf(await linkOf(email, 2));
    await visitor.account("request-reset", { email });
    const second = tokenOf(await linkOf(email, 3));
    const tries = [first, tokenOf(verifyLink), second];
    const statuses: number[] = [];
    for (const token of tries) statuses.push((await visitor.account("reset", { token, password: "Another-horse-7" })).status);
    expect(statuses).toEqual([400, 400, 204]);
  });

  it("refuses a link whose time is over", async () => {
    const { email, visitor, verifyLink } = await newcomer();
    await sql.query(`UPDATE verification_token SET expires = now() - interval '1 second' WHERE identifier = $1`, [`verify:${email}`]);
    await visitor.send(verifyLink);
    expect(await isVerified(email)).toBe(false);
  });

  it("tells nobody whether an address has an account", async () => {
    const { email, visitor } = await newcomer();
    const stranger = `nobody-${run}@example.test`;
    const [known, unknown] = [await visitor.account("request-reset", { email }), await visitor.account("request-reset", { email: stranger })];
    expect([known.status, await known.text()]).toEqual([unknown.status, await unknown.text()]);
    await linkOf(email, 2);
    expect(await mailsTo(stranger)).toEqual([]);
    const bodies = await Promise.all([email, stranger].map(async (address) => (await new Visitor(dashboard).account("sign-in", { email: address, password: "Wrong-horse-9" })).text()));
    expect(bodies[0]).toBe(bodies[1]);
  });

  it("ends the session of a sign-out on the server, not only in the browser", async () => {
    const { visitor } = await newcomer();
    const stolen = new Visitor(dashboard);
    for (const [name, value] of visitor.cookies) stolen.cookies.set(name, value);
    expect((await visitor.account("sign-out")).status).toBe(204);
    expect(visitor.cookies.size).toBe(0);
    expect((await stolen.organizations()).status).toBe(401);
  });

  it("bounds guesses at one account and says when to come back", async () => {
    const { email } = await newcomer();
    const guess = () => new Visitor(dashboard).account("sign-in", { email, password: "Wrong-horse-9" });
    for (let time = 0; time < 10; time++) expect((await guess()).status).toBe(401);
    const refused = await guess();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("refuses a form that another site sends", async () => {
    const { email, visitor } = await newcomer();
    const forged = await visitor.send("/api/account/sign-in", { method: "POST", headers: { origin: "https://evil.example", "content-type": "application/json" }, body: JSON.stringify({ email, password: PASSWORD }) });
    expect(forged.status).toBe(403);
  });
});
