import { readAccountRequest } from "../../../../server/account-request.ts";
import { signInInput } from "../../../../server/account-schema.ts";
import { letIn } from "../../../../server/let-in.ts";
import { verifyPassword } from "../../../../server/password.ts";
import { problem } from "../../../../server/problem.ts";
import { checkSecondFactor } from "../../../../server/second-factor.ts";
import { services } from "../../../../server/services.ts";

/** An unknown address and a wrong password are one answer, after the same work. The second factor is asked for only once both are right. */
export async function POST(request: Request): Promise<Response> {
  const { input, refused } = await readAccountRequest(request, signInInput);
  if (refused) return refused;
  const user = await services().db.accounts.findUserForSignIn(input.email);
  const matches = await verifyPassword(input.password, user?.passwordHash ?? null);
  if (!user || !matches) return problem({ status: 401, title: "Sign-in failed", detail: "The e-mail address or the password is wrong." });
  return (await checkSecondFactor(user.id, input.code || null)) ?? letIn(user);
}
