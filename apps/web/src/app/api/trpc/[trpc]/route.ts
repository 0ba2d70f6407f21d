import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { webEnv } from "../../../../env.ts";
import { appRouter } from "../../../../server/app-router.ts";
import { clientAddress } from "../../../../server/client-address.ts";
import { refuseForeignOrigin } from "../../../../server/origin.ts";
import { services } from "../../../../server/services.ts";
import { currentSessionToken, currentUser } from "../../../../server/session.ts";

export const dynamic = "force-dynamic";

async function handle(request: Request): Promise<Response> {
  const refused = refuseForeignOrigin(request);
  if (refused) return refused;
  return fetchRequestHandler({
    endpoint: "/api/trpc", req: request, router: appRouter,
    createContext: async () => ({
      ...services(), user: await currentUser(), gatewayUrl: webEnv().PUBLIC_GATEWAY_URL, nowMs: Date.now,
      address: clientAddress(request.headers, webEnv().TRUSTED_PROXY_HOPS), sessionToken: await currentSessionToken(),
    }),
  });
}

export { handle as GET, handle as POST };
