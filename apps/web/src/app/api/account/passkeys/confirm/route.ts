import { after } from "next/server";
import { z } from "zod";
import { sendPasskeyAdded } from "../../../../../server/account-mail.ts";
import { readAccountRequest } from "../../../../../server/account-request.ts";
import { passkeyNameInput, registrationAnswer } from "../../../../../server/account-schema.ts";
import { addPasskey, relyingParty } from "../../../../../server/passkeys.ts";
import { problem } from "../../../../../server/problem.ts";
import { currentUser } from "../../../../../server/session.ts";

/** Keeps the key that the authenticator made, and tells its owner by mail. */
export async function POST(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  const { input, refused } = await readAccountRequest(request, z.object({ name: passkeyNameInput, response: registrationAnswer }), user.id);
  if (refused) return refused;
  const party = relyingParty();
  if (!party || !(await addPasskey(party, user.id, input))) return problem({ status: 400, title: "Not added", detail: "The answer came too late or is not for this account, or you have as many passkeys as there may be. Begin again." });
  after(() => sendPasskeyAdded(user.email, input.name));
  return new Response(null, { status: 204 });
}
