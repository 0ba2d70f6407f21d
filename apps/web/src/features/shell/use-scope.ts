"use client";
import { useCallback } from "react";
import { useParams, usePathname, useSearchParams } from "next/navigation";
import { useQuery } from "@tanstack/react-query";
import type { BookMode, Scope } from "../../server/views.ts";
import { useTRPC } from "../trpc/provider.tsx";

/** The organization and project that the address names. */
export function useScope(): Scope {
  const { org, project } = useParams<{ org: string; project: string }>();
  return { organization: org, project };
}

/** Address of a page of this project; keeps nothing but the path. */
export function useProjectPath(): (path: string) => string {
  const { organization, project } = useScope();
  return (path) => `/${organization}/${project}${path}`;
}

/** Changes parameters of the address in place, without asking the server; null takes one away. `push` makes a step that "back" returns from. */
export function useSetParams(): (change: Readonly<Record<string, string | null>>, how?: "push" | "replace") => void {
  const pathname = usePathname();
  return useCallback((change, how = "replace") => {
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(change)) {
      if (value === null) next.delete(name);
      else next.set(name, value);
    }
    // The router follows the native history: https://nextjs.org/docs/app/getting-started/linking-and-navigating#native-history-api
    window.history[how === "push" ? "pushState" : "replaceState"](null, "", `${pathname}${next.size > 0 ? `?${next.toString()}` : ""}`);
  }, [pathname]);
}

/** A choice that lives in the address, so that it can be shared and survives a reload. Anything else in its place reads as the first choice. */
export function useChoice<T extends string>(name: string, choices: readonly T[], fallback: T): [T, (value: T) => void] {
  const given = useSearchParams().get(name);
  const set = useSetParams();
  return [choices.find((choice) => choice === given) ?? fallback, (value) => set({ [name]: value === fallback ? null : value })];
}

/** The book on show: the address's `mode`, else what the data says (test until the first live request), and how to switch. `ready` once that is known. */
export function useBook() {
  const trpc = useTRPC();
  const scope = useScope();
  const set = useSetParams();
  const asked = useSearchParams().get("mode");
  const chosen = asked === "live" || asked === "test" ? asked : null;
  const { data } = useQuery(trpc.usage.book.queryOptions(scope));
  const mode: BookMode = chosen ?? data?.mode ?? "test";
  return { mode, ready: chosen !== null || data !== undefined, book: data ?? null, setMode: (next: BookMode) => set({ mode: next, id: null }, "push") };
}
