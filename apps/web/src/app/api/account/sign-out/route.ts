import { refuseForeignOrigin } from "../../../../server/origin.ts";
import { endSession } from "../../../../server/session.ts";

export async function POST(request: Request): Promise<Response> {
  const refused = refuseForeignOrigin(request);
  if (refused) return refused;
  await endSession();
  return new Response(null, { status: 204 });
}
