"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { KeyView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useUndoable } from "../../shell/use-undoable.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** Revoking is final, so ten seconds pass before it happens. */
export function useRevoke() {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const revoke = useMutation(trpc.keys.revoke.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.keys.list.queryFilter()) }));
  const { pending, start } = useUndoable();
  return {
    pending,
    revoke: (key: KeyView): void => start({ id: key.id, text: `${key.name} is revoked in 10 seconds.`, commit: () => revoke.mutateAsync({ ...scope, id: key.id }), leaving: { procedure: "keys.revoke", input: { ...scope, id: key.id } } }),
  };
}
