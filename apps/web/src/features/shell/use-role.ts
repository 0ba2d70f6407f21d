"use client";
import { roleMay, type Permission, type Role } from "@trunkline/contracts";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../trpc/provider.tsx";
import { useScope } from "./use-scope.ts";

/** The viewer's role in this organization, and what it may do. For what a page offers: the data layer decides by itself. */
export function useRole(): { readonly role: Role | null; readonly may: (permission: Permission) => boolean } {
  const trpc = useTRPC();
  const { organization } = useScope();
  const me = useQuery(trpc.viewer.me.queryOptions());
  const role = me.data?.organizations.find((one) => one.slug === organization)?.role ?? null;
  return { role, may: (permission) => role !== null && roleMay(role, permission) };
}
