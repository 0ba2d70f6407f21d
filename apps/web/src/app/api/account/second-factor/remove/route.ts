import { z } from "zod";
import { readAccountRequest } from "../../../../../server/account-request.ts";
import { codeInput } from "../../../../../server/account-schema.ts";
import { problem } from "../../../../../server/problem.ts";
import { checkSecondFactor } from "../../../../../server/second-factor.ts";
import { services } from "../../../../../server/services.ts";
import { currentUser } from "../../../../../server/session.ts";

/** Asks for a code: whoever has only the session or the password cannot take it away. */
export async function POST(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  const { input, refused } = await readAccountRequest(request, z.object({ code: codeInput }), user.id);
  if (refused) return refused;
  const wrong = await checkSecondFactor(user.id, input.code);
  if (wrong) return wrong;
  await services().db.secondFactors.remove(user.id);
  return new Response(null, { status: 204 });
}
