import { after } from "next/server";
import { z } from "zod";
import { sendSignInLink } from "../../../../server/account-mail.ts";
import { readAccountRequest } from "../../../../server/account-request.ts";
import { emailInput } from "../../../../server/account-schema.ts";
import { services } from "../../../../server/services.ts";

/** Always 202: the answer does not tell whether the address has an account; look-up and mail come after it. */
export async function POST(request: Request): Promise<Response> {
  const { input, refused } = await readAccountRequest(request, z.object({ email: emailInput }));
  if (refused) return refused;
  after(async () => {
    if (await services().db.accounts.findUserForSignIn(input.email)) await sendSignInLink(input.email);
  });
  return new Response(null, { status: 202 });
}
