import { after } from "next/server";
import { ConflictError } from "@trunkline/db/web";
import { sendVerification } from "../../../../server/account-mail.ts";
import { readAccountRequest } from "../../../../server/account-request.ts";
import { signUpInput } from "../../../../server/account-schema.ts";
import { hashPassword } from "../../../../server/password.ts";
import { problem } from "../../../../server/problem.ts";
import { services } from "../../../../server/services.ts";
import { startSession } from "../../../../server/session.ts";

/** Creates user, organization and default project, signs in, and sends the verification mail after the answer. */
export async function POST(request: Request): Promise<Response> {
  const { input, refused } = await readAccountRequest(request, signUpInput);
  if (refused) return refused;
  const { accounts } = services().db;
  try {
    const user = await accounts.createUser({ email: input.email, name: input.name || null, passwordHash: await hashPassword(input.password) });
    const { organizationId, projectId } = await accounts.ensureOrganization(user);
    await startSession(user.id);
    after(() => sendVerification(user.email));
    const [organization] = await accounts.listMemberships(user.id);
    return Response.json({ user: { id: user.id, email: user.email }, organizationId, projectId, organization: organization?.slug, project: organization?.projects[0]?.slug }, { status: 201 });
  } catch (error) {
    if (error instanceof ConflictError) return problem({ status: 409, title: "Account exists", detail: `${error.message} Sign in instead.` });
    throw error;
  }
}
