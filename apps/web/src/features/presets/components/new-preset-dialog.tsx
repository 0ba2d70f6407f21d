"use client";
import { useId, useState, type FormEvent } from "react";
import { useRouter } from "next/navigation";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Field } from "@trunkline/ui";
import type { PresetListItem } from "../../../server/views.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const NAME_LENGTH_MAX = 80;
/** The slug rule of the contract, as an input's pattern. */
const SLUG_PATTERN = "[a-z0-9]([a-z0-9_\\-]{0,62}[a-z0-9])?";

interface Props { open: boolean; onClose: () => void; source: string; sources: readonly Pick<PresetListItem, "slug" | "name" | "builtIn">[] }

/** A new preset begins as a copy of another's document. */
export function NewPresetDialog({ open, onClose, source, sources }: Props) {
  return <Dialog title="New preset" open={open} onClose={onClose}><NewPresetForm source={source} sources={sources} /></Dialog>;
}

function NewPresetForm({ source, sources }: Pick<Props, "source" | "sources">) {
  const trpc = useTRPC();
  const scope = useScope();
  const path = useProjectPath();
  const router = useRouter();
  const queryClient = useQueryClient();
  const id = useId();
  const [slug, setSlug] = useState("");
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState(source);
  const from = sources.some((one) => one.slug === chosen) ? chosen : (sources[0]?.slug ?? source);
  const original = useQuery(trpc.presets.get.queryOptions({ ...scope, slug: from }));
  const document = original.data?.published?.document ?? original.data?.draft;
  const create = useMutation(trpc.presets.create.mutationOptions({
    onSuccess: async (preset) => {
      await queryClient.invalidateQueries(trpc.presets.list.queryFilter());
      router.push(path(`/presets/${preset.slug}`));
    },
  }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (document) create.mutate({ ...scope, slug, name: name.trim(), document });
  };
  const error = create.error ?? original.error;
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <Field label="Slug" required pattern={SLUG_PATTERN} title="Small letters, digits, - and _" hint="Callers name it as routing_preset. Small letters, digits, - and _." autoComplete="off" value={slug} onChange={(event) => setSlug(event.target.value)} />
      <Field label="Name" required maxLength={NAME_LENGTH_MAX} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      <div className="control">
        <label htmlFor={id}>Start from</label>
        <select id={id} value={from} onChange={(event) => setChosen(event.target.value)}>{sources.map((one) => <option key={`${one.builtIn}/${one.slug}`} value={one.slug}>{one.name}{one.builtIn ? ", built in" : ""}</option>)}</select>
      </div>
      {error ? <ErrorCard message={error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={create.isPending || !document}>Create preset</Button></div>
    </form>
  );
}
