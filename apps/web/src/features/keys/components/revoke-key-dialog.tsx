"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard } from "@trunkline/ui";
import type { KeyView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** Revoking cannot be taken back, so it is asked for twice. */
export function RevokeKeyDialog({ apiKey, onClose }: { apiKey: KeyView | null; onClose: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const revoke = useMutation(trpc.keys.revoke.mutationOptions({
    onSuccess: async () => {
      await queryClient.invalidateQueries(trpc.keys.list.queryFilter());
      onClose();
    },
  }));
  const close = (): void => {
    revoke.reset();
    onClose();
  };
  return (
    <Dialog title="Revoke key" open={apiKey !== null} onClose={close}>
      <p>Calls with <b>{apiKey?.name}</b> (…{apiKey?.lastFour}) are refused from now on. This cannot be undone; its history stays.</p>
      {revoke.error ? <ErrorCard message={revoke.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button onClick={close}>Keep key</Button>
        <Button variant="primary" disabled={revoke.isPending} onClick={() => apiKey && revoke.mutate({ ...scope, id: apiKey.id })}>Revoke</Button>
      </div>
    </Dialog>
  );
}
