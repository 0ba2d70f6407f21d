/** The end of every way to sign in: an organization to be in, a session, and where to go. Call only once it is sure who asks. */
import { services } from "./services.ts";
import { startSession } from "./session.ts";

export async function letIn(user: { readonly id: string; readonly email: string; readonly name: string | null }): Promise<Response> {
  const { accounts } = services().db;
  await accounts.ensureOrganization(user);
  await startSession(user.id);
  const [organization] = await accounts.listMemberships(user.id);
  return Response.json({ user: { id: user.id, email: user.email }, organization: organization?.slug, project: organization?.projects[0]?.slug });
}
