import { z } from "zod";
import { readAccountRequest } from "../../../../../server/account-request.ts";
import { signInAnswer } from "../../../../../server/account-schema.ts";
import { letIn } from "../../../../../server/let-in.ts";
import { passkeyOwner, relyingParty } from "../../../../../server/passkeys.ts";
import { problem } from "../../../../../server/problem.ts";
import { services } from "../../../../../server/services.ts";

/** The authenticator has verified its person, by face, finger or PIN: no second factor is asked for. */
export async function POST(request: Request): Promise<Response> {
  const { input, refused } = await readAccountRequest(request, z.object({ response: signInAnswer }));
  if (refused) return refused;
  const party = relyingParty();
  const userId = party ? await passkeyOwner(party, input.response) : null;
  const user = userId === null ? null : await services().db.auth.findUser(userId);
  return user ? letIn(user) : problem({ status: 401, title: "Sign-in failed", detail: "This passkey opens no account here, or the answer came too late. Try again, or sign in another way." });
}
