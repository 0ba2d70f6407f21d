"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../trpc/provider.tsx";
import { useScope } from "./use-scope.ts";

/** How to call whoever did something, by their id: nothing until it is known, and nothing for a management key, which is nobody. */
export function usePerson(wanted: boolean): (userId: string | null) => string | null {
  const trpc = useTRPC();
  const members = useQuery({ ...trpc.organization.members.queryOptions(useScope()), enabled: wanted });
  return (userId) => {
    if (userId === null || !members.data) return null;
    const member = members.data.members.find((one) => one.userId === userId);
    return member ? member.name ?? member.email : "somebody who left";
  };
}
