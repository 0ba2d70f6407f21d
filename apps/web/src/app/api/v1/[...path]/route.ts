import { dispatchRest } from "../../../../server/rest/dispatch.ts";
import { services } from "../../../../server/services.ts";

export const dynamic = "force-dynamic";

async function handle(request: Request, context: { params: Promise<{ path: string[] }> }): Promise<Response> {
  return dispatchRest(request, (await context.params).path, services());
}

export { handle as GET, handle as POST, handle as PATCH, handle as DELETE };
