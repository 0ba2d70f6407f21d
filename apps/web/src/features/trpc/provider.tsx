"use client";
import { useEffect, useState, type ReactNode } from "react";
import { HydrationBoundary, keepPreviousData, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchStreamLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { AppRouter } from "../../server/app-router.ts";
import { mayLackChanges } from "./left-changes.ts";

const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
export { useTRPC, useTRPCClient };
/** Answers that came with the document. */
export { HydrationBoundary as KnownAnswers };

export const TRPC_URL = "/api/trpc";
/** Long enough that moving between pages shows what is known at once; changes invalidate their own queries. */
const STALE_MS = 15_000;
/** Below the request-line limit of common proxies. */
const URL_LENGTH_MAX = 4_000;

/** Queries and changes travel in batches, each answered as soon as it is ready, streams over server-sent events. A changed question keeps the old answer in sight until the new one is there. */
export function TrpcProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: { queries: { staleTime: STALE_MS, retry: 1, placeholderData: keepPreviousData } } }));
  const [client] = useState(() => createTRPCClient<AppRouter>({
    links: [splitLink({ condition: (operation) => operation.type === "subscription", true: httpSubscriptionLink({ url: TRPC_URL }), false: httpBatchStreamLink({ url: TRPC_URL, maxURLLength: URL_LENGTH_MAX }) })],
  }));
  useEffect(() => { if (mayLackChanges()) void queryClient.invalidateQueries(); }, [queryClient]);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>{children}</TRPCProvider>
    </QueryClientProvider>
  );
}
