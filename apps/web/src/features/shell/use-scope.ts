"use client";
import { useParams, usePathname, useRouter, useSearchParams } from "next/navigation";
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

/** The book on show: the address's `mode`, else what the data says (test until the first live request), and how to switch. */
export function useBook(): { mode: BookMode; setMode: (mode: BookMode) => void } {
  const trpc = useTRPC();
  const scope = useScope();
  const asked = useSearchParams().get("mode");
  const pathname = usePathname();
  const router = useRouter();
  const chosen = asked === "live" || asked === "test" ? asked : null;
  const overview = useQuery({ ...trpc.usage.overview.queryOptions(scope), enabled: chosen === null });
  return { mode: chosen ?? overview.data?.mode ?? "test", setMode: (mode) => router.push(`${pathname}?mode=${mode}`) };
}
