import { NextResponse } from "next/server";
import { webEnv } from "../../../../env.ts";
import { tokenInput } from "../../../../server/account-schema.ts";
import { services } from "../../../../server/services.ts";

export const dynamic = "force-dynamic";

/** The link of the mail. Lands on the dashboard with `verified=1`, or `verified=0` when the link is used up. */
export async function GET(request: Request): Promise<Response> {
  const token = tokenInput.safeParse(new URL(request.url).searchParams.get("token"));
  const { accounts } = services().db;
  const email = token.success ? await accounts.useToken("verify", token.data) : null;
  if (email !== null) await accounts.markEmailVerified(email);
  return NextResponse.redirect(new URL(`/?verified=${email === null ? 0 : 1}`, webEnv().PUBLIC_WEB_URL), 303);
}
