import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startDashboard, Visitor, type Dashboard } from "./account-server.fixture.ts";
import { createAuthenticator } from "./authenticator.fixture.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const WAIT_MS = 10_000;
const PASSWORD = "Correct-horse-9";
const run = `${Date.now()}${process.pid}`;
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
let dashboard: Dashboard;
let number = 0;

beforeAll(async () => { dashboard = await startDashboard({ host: "localhost" }); });
afterAll(async () => { await dashboard?.close(); await sql.end(); });

interface Message { readonly to: string; readonly subject: string; readonly links: readonly string[] }
const mailsTo = async (email: string): Promise<Message[]> => ((await (await fetch(`${dashboard.url}/api/dev/mail`)).json()) as { messages: Message[] }).messages.filter((mail) => mail.to === email);
const mailOf = async (email: string, subject: string): Promise<Message | undefined> => (await mailsTo(email)).find((mail) => mail.subject === subject);
const status = async (answer: Promise<Response>): Promise<number> => (await answer).status;
const messageOf = async (answer: Response): Promise<string> => { const body = (await answer.json()) as { detail?: string; errors?: { message: string }[] }; return body.errors?.[0]?.message ?? body.detail ?? ""; };

async function newcomer(): Promise<{ email: string; visitor: Visitor }> {
  const email = `ways${++number}-${run}@example.test`;
  const visitor = new Visitor(dashboard);
  expect(await status(visitor.account("sign-up", { email, password: PASSWORD }))).toBe(201);
  return { email, visitor };
}

const LINK_SUBJECT = "Your link to sign in";
async function linkTo(email: string): Promise<string> {
  expect(await status(new Visitor(dashboard).account("request-link", { email }))).toBe(202);
  await vi.waitFor(async () => expect(await mailOf(email, LINK_SUBJECT)).toBeDefined(), WAIT_MS);
  return (await mailOf(email, LINK_SUBJECT))?.links[0] ?? "";
}
const tokenOf = (link: string): string => new URL(link).searchParams.get("token") ?? "";

describe("a mailed link to sign in", () => {
  it("signs in once, by a press and not by being opened, and proves the address", async () => {
    const { email } = await newcomer();
    const link = await linkTo(email);
    const visitor = new Visitor(dashboard);
    for (let opened = 0; opened < 2; opened++) expect(await status(visitor.send(link))).toBe(200);
    expect((await visitor.organizations()).status).toBe(401);
    expect(await (await visitor.account("sign-in-link", { token: tokenOf(link) })).json()).toMatchObject({ user: { email }, project: "default" });
    expect((await visitor.organizations()).status).toBe(200);
    expect((await sql.query(`SELECT 1 FROM "user" WHERE email = $1 AND "emailVerified" IS NOT NULL`, [email])).rowCount).toBe(1);
    expect(await messageOf(await new Visitor(dashboard).account("sign-in-link", { token: tokenOf(link) }))).toMatch(/Ask for a new link/);
  });

  it("is mailed to accounts alone, and the answer does not tell", async () => {
    const stranger = `nobody-${run}@example.test`;
    const { email } = await newcomer();
    expect(await status(new Visitor(dashboard).account("request-link", { email: stranger }))).toBe(202);
    await linkTo(email);
    expect(await mailsTo(stranger)).toEqual([]);
  });

  it("stands for the password alone: a second factor is asked for, and a wrong code does not use the link up", async () => {
    const { email } = await newcomer();
    const token = tokenOf(await linkTo(email));
    await sql.query(`INSERT INTO second_factor ("userId", sealed, "confirmedAt", recovery) SELECT id, 'none', now(), ARRAY[encode(sha256('abcdefghjk'), 'hex')] FROM "user" WHERE email = $1`, [email]);
    const visitor = new Visitor(dashboard);
    expect(await status(visitor.account("sign-in-link", { token }))).toBe(401);
    expect(await status(visitor.account("sign-in-link", { token, code: "zzzzz-zzzzz" }))).toBe(401);
    expect((await visitor.organizations()).status).toBe(401);
    expect(await status(visitor.account("sign-in-link", { token, code: "abcde-fghjk" }))).toBe(200);
  });

  it("can be tried ten times in a quarter of an hour, whoever asks", async () => {
    const token = "A".repeat(43);
    const answers = await Promise.all(Array.from({ length: 11 }, () => status(new Visitor(dashboard).account("sign-in-link", { token }))));
    expect(answers.filter((code) => code === 429)).toHaveLength(1);
  });
});

describe("a passkey", () => {
  const authenticator = () => createAuthenticator({ origin: dashboard.origin, rpId: "localhost", verifiesPerson: true });
  type Device = ReturnType<typeof authenticator>;
  const optionsOf = async (answer: Promise<Response>) => (await (await answer).json()) as { challenge: string };
  const beginAdding = (visitor: Visitor) => optionsOf(visitor.account("passkeys/begin", { password: PASSWORD }));
  const beginSignIn = (visitor: Visitor) => optionsOf(visitor.account("passkey-sign-in/begin"));
  const confirm = async (visitor: Visitor, response: unknown): Promise<number> => status(visitor.account("passkeys/confirm", { name: "Phone", response }));
  const finish = async (visitor: Visitor, response: unknown): Promise<number> => status(visitor.account("passkey-sign-in/finish", { response }));
  async function withPasskey(): Promise<{ email: string; visitor: Visitor; device: Device }> {
    const person = await newcomer();
    const device = authenticator();
    expect(await confirm(person.visitor, device.register(await beginAdding(person.visitor)))).toBe(204);
    return { ...person, device };
  }

  it("is added with the password, told of by mail, and signs in without address, password or code", async () => {
    const { email, device } = await withPasskey();
    await vi.waitFor(async () => expect(await mailOf(email, "A passkey was added to your account")).toBeDefined(), WAIT_MS);
    await sql.query(`INSERT INTO second_factor ("userId", sealed, "confirmedAt") SELECT id, 'none', now() FROM "user" WHERE email = $1`, [email]);
    const visitor = new Visitor(dashboard);
    expect(await finish(visitor, device.sign(await beginSignIn(visitor)))).toBe(200);
    expect((await visitor.organizations()).status).toBe(200);
  });

  it("cannot be added by an open session alone", async () => {
    const { visitor } = await newcomer();
    expect(await messageOf(await visitor.account("passkeys/begin", { password: "not-my-password" }))).toBe("this is not your password");
    expect(await status(new Visitor(dashboard).account("passkeys/begin", { password: PASSWORD }))).toBe(401);
  });

  it("can be added by who has no password for a quarter of an hour after signing in", async () => {
    const { email, visitor } = await newcomer();
    await sql.query(`UPDATE "user" SET "passwordHash" = NULL WHERE email = $1`, [email]);
    expect(await status(visitor.account("passkeys/begin"))).toBe(200);
    await sql.query(`UPDATE session SET "createdAt" = now() - interval '16 minutes' WHERE "userId" = (SELECT id FROM "user" WHERE email = $1)`, [email]);
    expect(await messageOf(await visitor.account("passkeys/begin"))).toMatch(/sign in again/);
  });

  it("is not taken where it was made for another site, without its person, or for a challenge that is not this person's or was used", async () => {
    const { visitor } = await newcomer();
    const other = (await newcomer()).visitor;
    expect(await confirm(visitor, authenticator().register(await beginAdding(visitor), { origin: "https://evil.example" }))).toBe(400);
    expect(await confirm(visitor, authenticator().register(await beginAdding(visitor), { rpId: "evil.example" }))).toBe(400);
    expect(await confirm(visitor, authenticator().register(await beginAdding(visitor), { verifiesPerson: false }))).toBe(400);
    expect(await confirm(visitor, authenticator().register(await beginAdding(other)))).toBe(400);
    expect(await confirm(visitor, authenticator().register(await beginSignIn(visitor)))).toBe(400);
    const options = await beginAdding(visitor);
    expect(await confirm(visitor, authenticator().register(options))).toBe(204);
    expect(await confirm(visitor, authenticator().register(options))).toBe(400);
  });

  it("opens nothing when its answer is replayed, late, for another site, without its person, from a copy, or it was removed", async () => {
    const { email, visitor, device } = await withPasskey();
    const guest = new Visitor(dashboard);
    const answer = device.sign(await beginSignIn(guest));
    expect(await finish(guest, answer)).toBe(200);
    const refused = new Visitor(dashboard);
    expect(await finish(refused, answer)).toBe(401);
    expect(await finish(refused, device.sign(await beginSignIn(refused), { origin: "https://evil.example" }))).toBe(401);
    expect(await finish(refused, device.sign(await beginSignIn(refused), { verifiesPerson: false }))).toBe(401);
    expect(await finish(refused, device.sign(await beginAdding(visitor)))).toBe(401);
    expect(await finish(refused, authenticator().sign(await beginSignIn(refused)))).toBe(401);
    const late = await beginSignIn(refused);
    await sql.query("UPDATE passkey_challenge SET expires = now() - interval '1 second'");
    expect(await finish(refused, device.sign(late))).toBe(401);
    device.setBack();
    expect(await finish(refused, device.sign(await beginSignIn(refused)))).toBe(401);
    await sql.query(`DELETE FROM passkey WHERE "userId" = (SELECT id FROM "user" WHERE email = $1)`, [email]);
    expect(await finish(refused, device.sign(await beginSignIn(refused)))).toBe(401);
    expect((await refused.organizations()).status).toBe(401);
  });
});
