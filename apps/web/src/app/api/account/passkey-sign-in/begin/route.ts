import { z } from "zod";
import { readAccountRequest } from "../../../../../server/account-request.ts";
import { beginPasskeySignIn, relyingParty } from "../../../../../server/passkeys.ts";
import { problem } from "../../../../../server/problem.ts";

/** Asks for no address: the authenticator knows whose key it holds. */
export async function POST(request: Request): Promise<Response> {
  const { refused } = await readAccountRequest(request, z.object({}));
  if (refused) return refused;
  const party = relyingParty();
  return party ? Response.json(await beginPasskeySignIn(party), { headers: { "cache-control": "no-store" } }) : problem({ status: 404, title: "No passkeys here" });
}
