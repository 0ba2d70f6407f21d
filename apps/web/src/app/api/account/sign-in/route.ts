import { readAccountRequest } from "../../../../server/account-request.ts";
import { signInInput } from "../../../../server/account-schema.ts";
import { verifyPassword } from "../../../../server/password.ts";
import { problem } from "../../../../server/problem.ts";
import { checkSecondFactor } from "../../../../server/second-factor.ts";
import { services } from "../../../../server/services.ts";
import { startSession } from "../../../../server/session.ts";

/** An unknown address and a wrong password are one answer, after the same work. The second factor is asked for only once both are right. */
export async function POST(request: Request): Promise<Response> {
  const { input, refused } = await readAccountRequest(request, signInInput);
  if (refused) return refused;
  const { accounts } = services().db;
  const user = await accounts.findUserForSignIn(input.email);
  const matches = await verifyPassword(input.password, user?.passwordHash ?? null);
  if (!user || !matches) return problem({ status: 401, title: "Sign-in failed", detail: "The e-mail address or the password is wrong." });
  const second = await checkSecondFactor(user.id, input.code || null);
  if (second) return second;
  await accounts.ensureOrganization(user);
  await startSession(user.id);
  const [organization] = await accounts.listMemberships(user.id);
  return Response.json({ user: { id: user.id, email: user.email }, organization: organization?.slug, project: organization?.projects[0]?.slug });
}
