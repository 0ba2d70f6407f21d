import { z } from "zod";
import { sendVerification } from "../../../../server/account-mail.ts";
import { readAccountRequest } from "../../../../server/account-request.ts";
import { problem } from "../../../../server/problem.ts";
import { currentUser } from "../../../../server/session.ts";

export async function POST(request: Request): Promise<Response> {
  const { refused } = await readAccountRequest(request, z.object({}));
  if (refused) return refused;
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first" });
  if (user.emailVerified === null) await sendVerification(user.email);
  return new Response(null, { status: 202 });
}
