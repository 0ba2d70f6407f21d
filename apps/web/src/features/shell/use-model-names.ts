"use client";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../trpc/provider.tsx";
import { useScope } from "./use-scope.ts";

/** What a list of models may name: each author as a whole, then each model. Read when somebody begins to write, for it is long. */
export function useModelNames(): { readonly names: readonly string[]; readonly wake: () => void } {
  const trpc = useTRPC();
  const [wanted, setWanted] = useState(false);
  const models = useQuery(trpc.models.list.queryOptions(useScope(), { enabled: wanted }));
  const ids = models.data?.map((model) => model.id) ?? [];
  return { names: [...new Set(ids.map((id) => `${id.split("/")[0] ?? ""}/*`)), ...ids], wake: () => setWanted(true) };
}
