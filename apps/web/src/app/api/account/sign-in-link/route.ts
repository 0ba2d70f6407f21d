import { z } from "zod";
import { readAccountRequest } from "../../../../server/account-request.ts";
import { codeInput, tokenInput } from "../../../../server/account-schema.ts";
import { letIn } from "../../../../server/let-in.ts";
import { problem } from "../../../../server/problem.ts";
import { checkSecondFactor } from "../../../../server/second-factor.ts";
import { services } from "../../../../server/services.ts";

/**
 * Signs in by a mailed link, once. A button of the page sends it, not the opening of the link: mail programs open links by themselves.
 * The link stands in for the password alone, and is used up only when the second factor was right too. Holding it proves the address.
 */
export async function POST(request: Request): Promise<Response> {
  const { input, refused } = await readAccountRequest(request, z.object({ token: tokenInput, code: codeInput.or(z.literal("")).optional() }));
  if (refused) return refused;
  const { accounts } = services().db;
  const email = await accounts.findToken("sign-in", input.token);
  const user = email === null ? null : await accounts.findUserForSignIn(email);
  const expired = (): Response => problem({ status: 400, title: "Link expired", detail: "Ask for a new link; each works once, for 15 minutes." });
  if (!user) return expired();
  const second = await checkSecondFactor(user.id, input.code || null);
  if (second) return second;
  if ((await accounts.useToken("sign-in", input.token)) === null) return expired();
  await accounts.markEmailVerified(user.email);
  return letIn(user);
}
