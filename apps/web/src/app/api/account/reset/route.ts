import { z } from "zod";
import { readAccountRequest } from "../../../../server/account-request.ts";
import { passwordInput, tokenInput } from "../../../../server/account-schema.ts";
import { hashPassword } from "../../../../server/password.ts";
import { problem } from "../../../../server/problem.ts";
import { services } from "../../../../server/services.ts";

/** Sets the password and ends every session. Holding the mailed link also proves the address. */
export async function POST(request: Request): Promise<Response> {
  const { input, refused } = await readAccountRequest(request, z.object({ token: tokenInput, password: passwordInput }));
  if (refused) return refused;
  const { accounts } = services().db;
  const passwordHash = await hashPassword(input.password);
  const email = await accounts.useToken("reset", input.token);
  const user = email === null ? null : await accounts.findUserForSignIn(email);
  if (!user) return problem({ status: 400, title: "Link expired", detail: "Ask for a new link; each works once, for an hour." });
  await accounts.setPassword(user.id, passwordHash);
  await accounts.markEmailVerified(user.email);
  return new Response(null, { status: 204 });
}
