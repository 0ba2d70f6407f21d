import { z } from "zod";
import { readAccountRequest } from "../../../../server/account-request.ts";
import { passwordInput } from "../../../../server/account-schema.ts";
import { hashPassword, verifyPassword } from "../../../../server/password.ts";
import { problem } from "../../../../server/problem.ts";
import { services } from "../../../../server/services.ts";
import { currentUser, startSession } from "../../../../server/session.ts";

/** Asks for the password in use, sets the new one, ends every session, and begins a new one here. */
export async function POST(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  const { input, refused } = await readAccountRequest(request, z.object({ current: z.string().min(1), password: passwordInput }));
  if (refused) return refused;
  const { accounts, profiles } = services().db;
  if (!(await verifyPassword(input.current, await profiles.findPasswordHash(user.id)))) return problem({ status: 400, title: "Password not changed", errors: [{ path: "current", message: "this is not your password" }] });
  await accounts.setPassword(user.id, await hashPassword(input.password));
  await startSession(user.id);
  return new Response(null, { status: 204 });
}
