import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useToasts } from "@trunkline/ui";
import type { AlertRuleView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useUndoable } from "../../shell/use-undoable.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** What is open changes by itself: the worker looks once a minute and delivers within seconds. */
const REFRESH_MS = 5_000;

/** The rules, their history, and what can be done to them. */
export function useAlerts() {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const toasts = useToasts();
  const alerts = useQuery(trpc.alerts.list.queryOptions(scope, { refetchInterval: REFRESH_MS }));
  const refresh = () => queryClient.invalidateQueries(trpc.alerts.list.queryFilter());
  const onError = (error: { message: string }): void => toasts.say(error.message, "err");
  const update = useMutation(trpc.alerts.update.mutationOptions({ onSuccess: refresh, onError }));
  const test = useMutation(trpc.alerts.test.mutationOptions({ onSuccess: async () => { toasts.say("A test is on its way. The history shows what became of it."); await refresh(); }, onError }));
  const remove = useMutation(trpc.alerts.remove.mutationOptions({ onSuccess: refresh }));
  const { pending, start } = useUndoable();
  return {
    alerts, removing: pending,
    setEnabled: (rule: AlertRuleView, enabled: boolean): void => update.mutate({ ...scope, id: rule.id, change: { enabled } }),
    snooze: (rule: AlertRuleView, snoozedUntil: string | null): void => update.mutate({ ...scope, id: rule.id, change: { snoozedUntil } }),
    sendTest: (rule: AlertRuleView): void => test.mutate({ ...scope, id: rule.id }),
    remove: (rule: AlertRuleView): void => start({ id: rule.id, text: `${rule.name} is removed in 10 seconds.`, commit: () => remove.mutateAsync({ ...scope, id: rule.id }), leaving: { procedure: "alerts.remove", input: { ...scope, id: rule.id } } }),
  };
}
