/** Sign-in through GitHub and Google by Auth.js with database sessions. Password sign-in has its own endpoints and shares the session table. */
import { Auth, type AuthConfig } from "@auth/core";
import type { Adapter, AdapterUser } from "@auth/core/adapters";
import GitHub from "@auth/core/providers/github";
import Google from "@auth/core/providers/google";
import type { UserRecord, WebDb } from "@trunkline/db/web";
import { webEnv, type WebEnv } from "../env.ts";
import { services } from "./services.ts";
import { SESSION_MAX_AGE_S, sessionCookieName, sessionCookieOptions } from "./session.ts";

const toAdapterUser = (user: UserRecord): AdapterUser => ({ ...user });
const orNull = (user: UserRecord | null): AdapterUser | null => (user ? toAdapterUser(user) : null);

/** Auth.js in terms of the data layer; only what OAuth with database sessions calls. */
export function createAuthAdapter(db: WebDb): Adapter {
  return {
    createUser: async (user) => toAdapterUser(await db.auth.createUser({ email: user.email, name: user.name ?? null, image: user.image ?? null, emailVerified: user.emailVerified })),
    getUser: async (id) => orNull(await db.auth.findUser(id)),
    getUserByEmail: async (email) => orNull(await db.auth.findUserByEmail(email)),
    getUserByAccount: async ({ provider, providerAccountId }) => orNull(await db.auth.findUserByAccount(provider, providerAccountId)),
    updateUser: async ({ id, name, image, emailVerified }) => toAdapterUser(await db.auth.updateUser(id, {
      ...(name === undefined ? {} : { name }), ...(image === undefined ? {} : { image }), ...(emailVerified === undefined ? {} : { emailVerified }),
    })),
    linkAccount: async ({ userId, type, provider, providerAccountId, scope, token_type, expires_at }) => {
      await db.auth.linkAccount({ userId, type, provider, providerAccountId, scope: scope ?? null, token_type: token_type ?? null, expires_at: expires_at ?? null });
    },
    createSession: async (session) => {
      await db.accounts.createSession(session);
      return session;
    },
    getSessionAndUser: async (sessionToken) => {
      const row = await db.auth.findSession(sessionToken);
      return row && { session: { sessionToken, userId: row.userId, expires: row.expires }, user: toAdapterUser(row.user) };
    },
    updateSession: async ({ sessionToken, expires }) => (expires ? db.auth.updateSession(sessionToken, expires) : null),
    deleteSession: async (sessionToken) => { await db.accounts.deleteSession(sessionToken); },
  };
}

/** The sign-in page shows a button for each. */
export function enabledProviders(env: WebEnv = webEnv()): ("github" | "google")[] {
  return [...(env.AUTH_GITHUB_ID && env.AUTH_GITHUB_SECRET ? ["github" as const] : []), ...(env.AUTH_GOOGLE_ID && env.AUTH_GOOGLE_SECRET ? ["google" as const] : [])];
}

function authConfig(env: WebEnv, db: WebDb): AuthConfig {
  const enabled = enabledProviders(env);
  return {
    secret: env.AUTH_SECRET, trustHost: true, basePath: "/api/auth", adapter: createAuthAdapter(db),
    session: { strategy: "database", maxAge: SESSION_MAX_AGE_S, updateAge: SESSION_MAX_AGE_S },
    cookies: { sessionToken: { name: sessionCookieName(), options: sessionCookieOptions() } },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      ...(enabled.includes("github") ? [GitHub({ clientId: env.AUTH_GITHUB_ID ?? "", clientSecret: env.AUTH_GITHUB_SECRET ?? "" })] : []),
      ...(enabled.includes("google") ? [Google({ clientId: env.AUTH_GOOGLE_ID ?? "", clientSecret: env.AUTH_GOOGLE_SECRET ?? "" })] : []),
    ],
    events: { signIn: async ({ user }) => { if (user.id && user.email) await db.accounts.ensureOrganization({ id: user.id, email: user.email, name: user.name ?? null }); } },
  };
}

/** Auth.js derives its addresses from the request; they must be the public ones, also behind a proxy. */
function withPublicOrigin(request: Request, publicUrl: string): Request {
  const { pathname, search } = new URL(request.url);
  return new Request(new URL(pathname + search, publicUrl), request);
}

export async function handleAuth(request: Request): Promise<Response> {
  const env = webEnv();
  return Auth(withPublicOrigin(request, env.PUBLIC_WEB_URL), authConfig(env, services().db));
}
