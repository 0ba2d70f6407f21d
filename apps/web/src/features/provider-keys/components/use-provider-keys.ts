import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useToasts } from "@trunkline/ui";
import type { ProviderCredentialView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useUndoable } from "../../shell/use-undoable.ts";
import { useTRPC } from "../../trpc/provider.tsx";

export interface KeyChange { readonly label?: string; readonly position?: number; readonly weight?: number; readonly enabled?: boolean; readonly platformFallback?: boolean; readonly secret?: string }

/** The keys and what can be done to them; each change is said, and shown as the server has it. */
export function useProviderKeys() {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const toasts = useToasts();
  const keys = useQuery(trpc.providerKeys.list.queryOptions(scope));
  const refresh = () => queryClient.invalidateQueries(trpc.providerKeys.list.queryFilter());
  const onError = (error: { message: string }): void => toasts.say(error.message, "err");
  const update = useMutation(trpc.providerKeys.update.mutationOptions({ onSuccess: refresh, onError }));
  const check = useMutation(trpc.providerKeys.check.mutationOptions({ onSuccess: async (verdict) => { toasts.say(verdict.ok ? verdict.note ?? "The provider takes this key." : verdict.message, verdict.ok ? "ok" : "err"); await refresh(); }, onError }));
  const remove = useMutation(trpc.providerKeys.remove.mutationOptions({ onSuccess: refresh }));
  const { pending, start } = useUndoable();
  const change = (id: string, values: KeyChange): void => update.mutate({ ...scope, id, change: { ...values, validate: true } });
  return {
    keys, removing: pending, checking: check.isPending ? check.variables.id : null, change,
    /** Puts the key in the place of its neighbour, and the neighbour in its place. */
    swap: async (key: ProviderCredentialView, peers: readonly ProviderCredentialView[], by: -1 | 1): Promise<void> => {
      const order = [...peers];
      const at = order.indexOf(key);
      const other = order[at + by];
      if (!other) return;
      order[at] = other;
      order[at + by] = key;
      for (const [position, one] of order.entries()) if (one.position !== position) await update.mutateAsync({ ...scope, id: one.id, change: { position, validate: true } });
    },
    check: (id: string): void => check.mutate({ ...scope, id }),
    remove: (key: ProviderCredentialView): void => start({ id: key.id, text: `${key.label} is removed in 10 seconds.`, commit: () => remove.mutateAsync({ ...scope, id: key.id }), leaving: { procedure: "providerKeys.remove", input: { ...scope, id: key.id } } }),
  };
}
