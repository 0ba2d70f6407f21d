import { z } from "zod";
import { readAccountRequest } from "../../../../../server/account-request.ts";
import { verifyPassword } from "../../../../../server/password.ts";
import { problem } from "../../../../../server/problem.ts";
import { beginSecondFactor } from "../../../../../server/second-factor.ts";
import { services } from "../../../../../server/services.ts";
import { currentUser } from "../../../../../server/session.ts";

/** Asks for the password: an open session alone must not be able to lock its owner out. */
export async function POST(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  const { input, refused } = await readAccountRequest(request, z.object({ password: z.string().min(1) }), user.id);
  if (refused) return refused;
  if (!(await verifyPassword(input.password, await services().db.profiles.findPasswordHash(user.id)))) return problem({ status: 400, title: "Not begun", errors: [{ path: "password", message: "this is not your password" }] });
  const begun = await beginSecondFactor(user);
  return begun instanceof Response ? begun : Response.json(begun, { headers: { "cache-control": "no-store" } });
}
