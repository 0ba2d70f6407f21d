"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useScope } from "../../shell/use-scope.ts";
import { useUndoable } from "../../shell/use-undoable.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** A preset that nobody calls goes after ten seconds, in which it can be taken back. */
export function useDeletePreset() {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const remove = useMutation(trpc.presets.remove.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.presets.list.queryFilter()) }));
  const { pending, start } = useUndoable();
  return {
    pending,
    remove: (slug: string): void => start({ id: slug, text: `${slug} is deleted in 10 seconds.`, commit: () => remove.mutateAsync({ ...scope, slug }), leaving: { procedure: "presets.remove", input: { ...scope, slug } } }),
  };
}
