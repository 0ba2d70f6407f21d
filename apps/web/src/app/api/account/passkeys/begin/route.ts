import { z } from "zod";
import { readAccountRequest } from "../../../../../server/account-request.ts";
import { beginPasskey, relyingParty } from "../../../../../server/passkeys.ts";
import { verifyPassword } from "../../../../../server/password.ts";
import { problem } from "../../../../../server/problem.ts";
import { services } from "../../../../../server/services.ts";
import { currentSessionToken, currentUser } from "../../../../../server/session.ts";

/** Who has no password proves themselves by a sign-in this new. */
const FRESH_MS = 15 * 60_000;

/** Null: it is the account's owner. An open session alone must not be able to add a way in. */
async function refuseOther(userId: string, password: string): Promise<Response | null> {
  const { profiles } = services().db;
  const hash = await profiles.findPasswordHash(userId);
  if (hash !== null) return (await verifyPassword(password, hash)) ? null : problem({ status: 400, title: "Not begun", errors: [{ path: "password", message: "this is not your password" }] });
  const session = (await profiles.listSessions(userId, await currentSessionToken())).find(({ current }) => current);
  if (session && Date.now() - session.createdAt.getTime() < FRESH_MS) return null;
  return problem({ status: 403, title: "Sign in again", detail: "To add a passkey, sign out, sign in again, and add it within 15 minutes." });
}

/** What the browser asks the authenticator for. */
export async function POST(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  const { input, refused } = await readAccountRequest(request, z.object({ password: z.string().default("") }), user.id);
  if (refused) return refused;
  const party = relyingParty();
  if (!party) return problem({ status: 422, title: "No passkeys here", detail: "This installation's address is a bare IP address or has no TLS. Ask its operator." });
  const other = await refuseOther(user.id, input.password);
  return other ?? Response.json(await beginPasskey(party, user), { headers: { "cache-control": "no-store" } });
}
