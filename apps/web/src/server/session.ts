/** Database sessions behind the Auth.js cookie, whichever way they began; deleting the row signs out at once. */
import { cache } from "react";
import { cookies, headers } from "next/headers";
import type { UserRecord } from "@trunkline/db/web";
import { webEnv } from "../env.ts";
import { clientAddress } from "./client-address.ts";
import { services } from "./services.ts";

/** Absolute; a stolen cookie dies with it. */
export const SESSION_MAX_AGE_S = 7 * 86_400;

/** Real ones are shorter; the list of sessions shows a line of it. */
const USER_AGENT_CHARS_MAX = 300;

const isSecure = (): boolean => webEnv().PUBLIC_WEB_URL.startsWith("https:");
export const sessionCookieName = (): string => (isSecure() ? "__Secure-authjs.session-token" : "authjs.session-token");
export const sessionCookieOptions = () => ({ httpOnly: true, sameSite: "lax" as const, path: "/", secure: isSecure() });

export const currentSessionToken = async (): Promise<string | undefined> => (await cookies()).get(sessionCookieName())?.value;

/** The signed-in user, or null. For pages, route handlers and the tRPC context; read once for all that one page asks. */
export const currentUser = cache(async (): Promise<UserRecord | null> => {
  const token = await currentSessionToken();
  return token ? services().db.accounts.findSessionUser(token) : null;
});

/** Creates the same row that Auth.js would, and gives the cookie's value. */
export async function startSession(userId: string): Promise<{ token: string; expires: Date }> {
  const token = crypto.randomUUID() + crypto.randomUUID();
  const expires = new Date(Date.now() + SESSION_MAX_AGE_S * 1000);
  const asked = await headers();
  const userAgent = asked.get("user-agent")?.slice(0, USER_AGENT_CHARS_MAX) ?? null;
  await services().db.accounts.createSession({ sessionToken: token, userId, expires, userAgent, address: clientAddress(asked, webEnv().TRUSTED_PROXY_HOPS) });
  (await cookies()).set(sessionCookieName(), token, { ...sessionCookieOptions(), expires });
  return { token, expires };
}

export async function endSession(): Promise<void> {
  const jar = await cookies();
  const token = jar.get(sessionCookieName())?.value;
  if (token) await services().db.accounts.deleteSession(token);
  jar.set(sessionCookieName(), "", { ...sessionCookieOptions(), maxAge: 0 });
}
