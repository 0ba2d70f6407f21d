import { NextResponse } from "next/server";
import { webEnv } from "../../../../env.ts";
import { ConflictError } from "@trunkline/db/web";
import { tokenInput } from "../../../../server/account-schema.ts";
import { problem } from "../../../../server/problem.ts";
import { services } from "../../../../server/services.ts";

export const dynamic = "force-dynamic";

/**
 * The link of an invitation. Holding it proves the address, so the account of that address joins; without one it leads to the sign-up
 * page, and works again afterwards.
 */
export async function GET(request: Request): Promise<Response> {
  const to = (path: string): Response => NextResponse.redirect(new URL(path, webEnv().PUBLIC_WEB_URL), 303);
  const token = tokenInput.safeParse(new URL(request.url).searchParams.get("token"));
  const { accounts, members } = services().db;
  const invitation = token.success ? await members.findInvitation(token.data) : null;
  if (!token.success || invitation === null) return to("/?invited=0");
  const user = await accounts.findUserForSignIn(invitation.email);
  if (!user) return to("/sign-up");
  try {
    await members.assertMayJoin(invitation.organizationId, user.id);
  } catch (error) {
    if (error instanceof ConflictError) return problem({ status: 409, title: "No seat is left", detail: `${error.message} This link works again once there is one.` });
    throw error;
  }
  if (!(await members.useInvitation(token.data))) return to("/?invited=0");
  await members.join(invitation.organizationId, user.id, invitation.role);
  await accounts.markEmailVerified(user.email);
  return to("/?invited=1");
}
