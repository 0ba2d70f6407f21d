"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Money } from "@trunkline/ui";
import type { BudgetView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

export function RemoveBudgetDialog({ budget, onClose }: { budget: BudgetView | null; onClose: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const remove = useMutation(trpc.budgets.remove.mutationOptions({
    onSuccess: async () => {
      await Promise.all([queryClient.invalidateQueries(trpc.budgets.list.queryFilter()), queryClient.invalidateQueries(trpc.keys.list.queryFilter())]);
      onClose();
    },
  }));
  const close = (): void => {
    remove.reset();
    onClose();
  };
  return (
    <Dialog title="Remove budget" open={budget !== null} onClose={close}>
      <p><b>{budget?.name}</b> no longer caps {budget?.scopeName} at <Money usd={budget?.limitUsd ?? "0"} />. What was spent stays on record.</p>
      {remove.error ? <ErrorCard message={remove.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button onClick={close}>Keep budget</Button>
        <Button variant="primary" disabled={remove.isPending} onClick={() => budget && remove.mutate({ ...scope, id: budget.id })}>Remove</Button>
      </div>
    </Dialog>
  );
}
