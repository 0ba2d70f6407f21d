/** The context of a procedure, from the cookies and headers of the request under way: the same for calls over HTTP and for those of a page that is being rendered. */
import { headers } from "next/headers";
import { webEnv } from "../env.ts";
import { clientAddress } from "./client-address.ts";
import { services } from "./services.ts";
import { currentSessionToken, currentUser } from "./session.ts";
import type { TrpcContext } from "./trpc.ts";

export async function requestContext(): Promise<TrpcContext> {
  const { PUBLIC_GATEWAY_URL, TRUSTED_PROXY_HOPS } = webEnv();
  return {
    ...services(), user: await currentUser(), gatewayUrl: PUBLIC_GATEWAY_URL, nowMs: Date.now,
    address: clientAddress(await headers(), TRUSTED_PROXY_HOPS), sessionToken: await currentSessionToken(),
  };
}
