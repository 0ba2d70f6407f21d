"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard } from "@trunkline/ui";
import type { KeyView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { CreatedKey } from "./created-key.tsx";

const HOUR_S = 3_600;
/** How long the old key works on. A day is long enough for a deploy; what has leaked ends now. */
const OVERLAPS = [{ seconds: 0, label: "Ends now" }, { seconds: HOUR_S, label: "Works for another hour" }, { seconds: 24 * HOUR_S, label: "Works for another day" }, { seconds: 7 * 24 * HOUR_S, label: "Works for another week" }] as const;
const OVERLAP_FIRST = 24 * HOUR_S;

/** A new key in the place of `apiKey`, with its name and limits; the old one ends when its users have had time to change. */
export function RotateKeyDialog({ apiKey, onClose }: { apiKey: KeyView | null; onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const rotate = useMutation(trpc.keys.rotate.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.keys.list.queryFilter()) }));
  const close = (): void => {
    onClose();
    rotate.reset();
  };
  return (
    <Dialog title={rotate.data ? "New key" : `Rotate ${apiKey?.name ?? "key"}`} open={apiKey !== null} onClose={close}>
      {rotate.data ? <CreatedKey name={rotate.data.key.name} secret={rotate.data.secret} onDone={close} /> : apiKey ? <Form apiKey={apiKey} pending={rotate.isPending} error={rotate.error?.message ?? null} onSubmit={rotate.mutate} /> : null}
    </Dialog>
  );
}

function Form({ apiKey, pending, error, onSubmit }: { apiKey: KeyView; pending: boolean; error: string | null; onSubmit: (input: { organization: string; project: string; id: string; overlapSeconds: number }) => void }) {
  const scope = useScope();
  const [overlap, setOverlap] = useState<number>(OVERLAP_FIRST);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit({ ...scope, id: apiKey.id, overlapSeconds: overlap });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <p className="muted">The new key has the same name, kind, limits and expiry. A budget begins afresh.</p>
      <div className="control">
        <label htmlFor="rotate-overlap">The old key, …{apiKey.lastFour}</label>
        <select id="rotate-overlap" value={overlap} onChange={(event) => setOverlap(Number(event.target.value))}>{OVERLAPS.map((one) => <option key={one.seconds} value={one.seconds}>{one.label}</option>)}</select>
      </div>
      {error ? <ErrorCard message={error} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={pending}>Make the new key</Button></div>
    </form>
  );
}
