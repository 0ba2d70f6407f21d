"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, count, Dialog, ErrorCard, Field, useToasts } from "@trunkline/ui";
import type { PresetListItem } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

interface Props { readonly preset: PresetListItem | null; /** A built-in preset of the same slug takes over. */ readonly standIn: boolean; readonly onClose: () => void }

/** For a preset that is called: its name has to be typed, because calls fail from then on. */
export function DeletePresetDialog({ preset, standIn, onClose }: Props) {
  return <Dialog title={`Delete ${preset?.slug ?? "preset"}?`} open={preset !== null} onClose={onClose}>{preset ? <DeleteForm key={preset.slug} preset={preset} standIn={standIn} onClose={onClose} /> : null}</Dialog>;
}

function DeleteForm({ preset, standIn, onClose }: Props & { preset: PresetListItem }) {
  const trpc = useTRPC();
  const scope = useScope();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState("");
  const remove = useMutation(trpc.presets.remove.mutationOptions({
    onSuccess: async () => {
      toasts.say(`${preset.slug} is deleted.`);
      onClose();
      await queryClient.invalidateQueries(trpc.presets.list.queryFilter());
    },
  }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    remove.mutate({ ...scope, slug: preset.slug });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <p>{count(preset.requests7d)} {preset.requests7d === 1 ? "request was" : "requests were"} routed by it in the last 7 days. {standIn ? "From now on the built-in preset of the same name answers them." : "From now on they are answered 404, with the presets that are named most alike."} Its versions and trials go with it; the log stays. This cannot be taken back.</p>
      <Field label={`Type ${preset.slug} to confirm`} required autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
      {remove.error ? <ErrorCard message={remove.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button onClick={onClose}>Cancel</Button><Button type="submit" variant="primary" disabled={typed !== preset.slug || remove.isPending}>Delete for good</Button></div>
    </form>
  );
}
