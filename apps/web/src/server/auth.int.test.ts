import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDashboard, Visitor, type Dashboard } from "./account-server.fixture.ts";
import { CLIENTS, createAuthStandIn, PROVIDER_HOSTS, type AuthStandIn, type Person } from "./auth-stand-in.fixture.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: these tests need a migrated PostgreSQL");
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const run = Date.now();
let standIn: AuthStandIn;
let dashboard: Dashboard;
let number = 0;

type Provider = keyof typeof CLIENTS;
const newPerson = (name: string): Person => ({ id: run + ++number, name, email: `${name.toLowerCase()}${number}-${run}@example.test`, publicEmail: false });

beforeAll(async () => {
  standIn = await createAuthStandIn();
  dashboard = await startDashboard({
    hosts: Object.fromEntries(PROVIDER_HOSTS.map((host) => [host, standIn.url])),
    env: { AUTH_GITHUB_ID: CLIENTS.github.id, AUTH_GITHUB_SECRET: CLIENTS.github.secret, AUTH_GOOGLE_ID: CLIENTS.google.id, AUTH_GOOGLE_SECRET: CLIENTS.google.secret },
  });
});
afterAll(async () => { await dashboard?.close(); await standIn?.close(); await sql.end(); });

/** Presses the provider's button: where the browser is sent, at the real address of the provider. */
async function pressButton(visitor: Visitor, provider: Provider): Promise<URL> {
  const { csrfToken } = (await (await visitor.send("/api/auth/csrf")).json()) as { csrfToken: string };
  const response = await visitor.send(`/api/auth/signin/${provider}`, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams({ csrfToken, callbackUrl: `${dashboard.url}/` }).toString() });
  return new URL(response.headers.get("location") ?? "");
}

/** What the provider's page answers: the address of our callback. */
async function consent(authorize: URL): Promise<string> {
  const response = await fetch(new URL(authorize.pathname + authorize.search, standIn.url), { redirect: "manual" });
  return response.headers.get("location") ?? "";
}

async function signIn(visitor: Visitor, provider: Provider): Promise<string> {
  const response = await visitor.send(await consent(await pressButton(visitor, provider)));
  return response.headers.get("location") ?? "";
}

describe.each([["github", "https://github.com/login/oauth/authorize"], ["google", "https://accounts.google.com/o/oauth2/v2/auth"]] as const)("signing in with %s", (provider, page) => {
  it("goes to the provider's own page with state, PKCE and the public callback", async () => {
    const authorize = await pressButton(new Visitor(dashboard), provider);
    expect(authorize.origin + authorize.pathname).toBe(page);
    expect(Object.fromEntries(authorize.searchParams)).toMatchObject({ client_id: CLIENTS[provider].id, response_type: "code", redirect_uri: `${dashboard.url}/api/auth/callback/${provider}`, code_challenge_method: "S256" });
  });

  it("makes account and organization the first time, and knows the person the next time", async () => {
    standIn.person = newPerson("Grace");
    const visitor = new Visitor(dashboard);
    expect(await signIn(visitor, provider)).toBe(`${dashboard.url}/`);
    expect(await visitor.organizations()).toEqual({ status: 200, names: ["Grace"] });
    const again = new Visitor(dashboard);
    await signIn(again, provider);
    expect(await again.organizations()).toEqual({ status: 200, names: ["Grace"] });
    const { rows } = await sql.query<{ email: string; access_token: string | null; accounts: string }>(`SELECT u.email, a.access_token, count(*) OVER ()::text AS accounts FROM "user" u JOIN account a ON a."userId" = u.id WHERE u.email = $1`, [standIn.person.email]);
    expect(rows).toEqual([{ email: standIn.person.email, access_token: null, accounts: "1" }]);
  });

  it("does not hand an account to whoever claims its e-mail address at a provider", async () => {
    const victim = newPerson("Victim");
    expect((await new Visitor(dashboard).account("sign-up", { email: victim.email, password: "Correct-horse-9" })).status).toBe(201);
    standIn.person = victim;
    const thief = new Visitor(dashboard);
    expect(await signIn(thief, provider)).toContain("/sign-in?error=OAuthAccountNotLinked");
    expect((await thief.organizations()).status).toBe(401);
  });

  it("comes back to the sign-in page, signed out, when the person cancels", async () => {
    standIn.person = null;
    const visitor = new Visitor(dashboard);
    expect(await signIn(visitor, provider)).toContain("/sign-in?error=");
    expect((await visitor.organizations()).status).toBe(401);
  });

  it("takes a callback only in the browser that pressed the button, and each code once", async () => {
    standIn.person = newPerson("Carol");
    const visitor = new Visitor(dashboard);
    const callback = await consent(await pressButton(visitor, provider));
    const other = new Visitor(dashboard);
    await other.send(callback);
    expect((await other.organizations()).status).toBe(401);
    const own = await consent(await pressButton(visitor, provider));
    const cookies = new Map(visitor.cookies);
    await visitor.send(own);
    expect((await visitor.organizations()).status).toBe(200);
    const replayed = new Visitor(dashboard);
    for (const [name, value] of cookies) replayed.cookies.set(name, value);
    await replayed.send(own);
    expect((await replayed.organizations()).status).toBe(401);
  });
});

it("offers a provider only where the environment names it", async () => {
  const { csrfToken } = (await (await new Visitor(dashboard).send("/api/auth/csrf")).json()) as { csrfToken: string };
  expect(csrfToken).toMatch(/^[0-9a-f]{64}$/);
  expect(Object.keys((await (await fetch(`${dashboard.url}/api/auth/providers`)).json()) as object)).toEqual(["github", "google"]);
  const bare = await startDashboard();
  expect(await (await fetch(`${bare.url}/api/auth/providers`)).json()).toEqual({});
  await bare.close();
});
