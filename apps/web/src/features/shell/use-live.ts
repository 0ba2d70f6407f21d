"use client";
import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useTRPC } from "../trpc/provider.tsx";
import { useBook, useScope } from "./use-scope.ts";

/** Whether the stream stands. */
type Live = "connecting" | "live" | "off";

/**
 * One stream a tab: when a request of the book on show is stored, everything that shows requests or sums of them asks again.
 * The first message after each connection counts as a change too, since something may have happened before it.
 */
export function useLiveBook(): Live {
  const trpc = useTRPC();
  const scope = useScope();
  const { mode, ready } = useBook();
  const queryClient = useQueryClient();
  const [seen, setSeen] = useState<number | null>(null);
  const stream = useSubscription(trpc.requests.watch.subscriptionOptions({ ...scope, mode }, {
    enabled: ready,
    onData: (count) => {
      if (count === seen) return;
      setSeen(count);
      // Percentiles are read of the requests themselves: once a minute is often enough.
      const sums = trpc.usage.pathFilter({ predicate: ({ queryKey: [path] }) => !(Array.isArray(path) && path.includes("performance")) });
      for (const filter of [sums, trpc.requests.pathFilter(), trpc.onboarding.pathFilter()]) void queryClient.invalidateQueries(filter);
    },
  }));
  return stream.status === "pending" ? "live" : stream.status === "connecting" ? "connecting" : "off";
}
