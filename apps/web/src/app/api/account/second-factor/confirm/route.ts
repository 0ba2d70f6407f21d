import { z } from "zod";
import { readAccountRequest } from "../../../../../server/account-request.ts";
import { codeInput } from "../../../../../server/account-schema.ts";
import { problem } from "../../../../../server/problem.ts";
import { confirmSecondFactor } from "../../../../../server/second-factor.ts";
import { currentUser } from "../../../../../server/session.ts";

/** Turns it on; the answer alone carries the recovery codes. */
export async function POST(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  const { input, refused } = await readAccountRequest(request, z.object({ code: codeInput }), user.id);
  if (refused) return refused;
  const recoveryCodes = await confirmSecondFactor(user.id, input.code, Date.now());
  if (recoveryCodes === null) return problem({ status: 400, title: "Not turned on", errors: [{ path: "code", message: "this is not the code that the app shows now; check the phone's clock" }] });
  return Response.json({ recoveryCodes }, { headers: { "cache-control": "no-store" } });
}
