"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** This page alone writes the place, and its mutation renders anew. */
const noChange = () => () => undefined;

interface OnboardingKey { readonly secret: string | null; readonly error: string | null; readonly pending: boolean; readonly create: () => void }

/**
 * A test key for this project, made once and kept for as long as the tab is open: the server shows a secret only when it is made.
 * `wanted` is true once it is known that the project has no request yet; a project in use gets a key only by `create`.
 */
export function useOnboardingKey(wanted: boolean): OnboardingKey {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const place = `trunkline.onboarding-key.${scope.organization}.${scope.project}`;
  const kept = useSyncExternalStore(noChange, () => sessionStorage.getItem(place), () => null);
  const begun = useRef(false);
  const { mutate, data: made, error, isPending } = useMutation(trpc.keys.create.mutationOptions({
    onSuccess: async (created) => {
      sessionStorage.setItem(place, created.secret);
      await Promise.all([queryClient.invalidateQueries(trpc.keys.list.queryFilter()), queryClient.invalidateQueries(trpc.usage.overview.queryFilter())]);
    },
  }));
  const create = (): void => mutate({ ...scope, kind: "test", name: "onboarding" });
  useEffect(() => {
    if (sessionStorage.getItem(place) || !wanted || begun.current) return;
    begun.current = true;
    mutate({ organization: scope.organization, project: scope.project, kind: "test", name: "onboarding" });
  }, [wanted, place, scope.organization, scope.project, mutate]);
  return { secret: made?.secret ?? kept, error: error?.message ?? null, pending: isPending, create };
}
