import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { appRouter } from "../../../../server/app-router.ts";
import { refuseForeignOrigin } from "../../../../server/origin.ts";
import { requestContext } from "../../../../server/trpc-context.ts";

export const dynamic = "force-dynamic";

async function handle(request: Request): Promise<Response> {
  const refused = refuseForeignOrigin(request);
  if (refused) return refused;
  return fetchRequestHandler({ endpoint: "/api/trpc", req: request, router: appRouter, createContext: requestContext });
}

export { handle as GET, handle as POST };
