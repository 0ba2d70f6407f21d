"use client";
import { useEffect, useRef, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useTRPC } from "../trpc/provider.tsx";
import { useBook, useScope } from "./use-scope.ts";

/** Whether the stream stands. */
type Live = "connecting" | "live" | "off";

/**
 * One stream a tab: when a request of the book on show is stored, everything that shows requests or sums of them asks again.
 * The first mark after each connection counts as a change too, since something may have happened before it; but not where it is the
 * mark of the answers that came with the document. These may come to the page before the stream's first mark or after it.
 */
export function useLiveBook(): Live {
  const trpc = useTRPC();
  const scope = useScope();
  const { mode, ready } = useBook();
  const queryClient = useQueryClient();
  const [seen, setSeen] = useState<string | null>(null);
  const stream = useSubscription(trpc.requests.watch.subscriptionOptions({ ...scope, mode }, { enabled: ready, onData: setSeen }));
  const document = useQuery(trpc.requests.mark.queryOptions(scope, { enabled: false })).data?.[mode];
  const settled = useRef<string | null>(null);
  useEffect(() => {
    if (seen === null || seen === document) return;
    // Answers of an older document that come after the stream's mark are as old as if they had come before it.
    const state = `${seen} ${document ?? ""}`;
    if (settled.current === state) return;
    settled.current = state;
    // Percentiles are read of the requests themselves: once a minute is often enough. The document's mark stays that of the document.
    const sums = trpc.usage.pathFilter({ predicate: ({ queryKey: [path] }) => !(Array.isArray(path) && path.includes("performance")) });
    const requests = trpc.requests.pathFilter({ predicate: ({ queryKey: [path] }) => !(Array.isArray(path) && path.includes("mark")) });
    for (const filter of [sums, requests, trpc.onboarding.pathFilter()]) void queryClient.invalidateQueries(filter);
  }, [seen, document, trpc, queryClient]);
  return stream.status === "pending" ? "live" : stream.status === "connecting" ? "connecting" : "off";
}
