"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { Button, Dialog, ErrorCard, Field } from "@trunkline/ui";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const NAME_LENGTH_MAX = 80;
const SLUG_PATTERN = "[a-z0-9]([a-z0-9_\\-]{0,62}[a-z0-9])?";

interface Props { readonly open: boolean; readonly models: readonly string[]; readonly onClose: () => void }

/** The columns in their order become targets: the first serves, the others step in. Only models can be targets, not presets. */
export function SavePresetDialog({ open, models, onClose }: Props) {
  return <Dialog title="Save as preset" open={open} onClose={onClose}><SavePresetForm models={[...new Set(models.map((one) => one.trim()).filter((one) => /^[^@/]+\/[^/]+$/.test(one)))]} /></Dialog>;
}

function SavePresetForm({ models }: { models: readonly string[] }) {
  const trpc = useTRPC();
  const scope = useScope();
  const path = useProjectPath();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [slug, setSlug] = useState("");
  const [name, setName] = useState("");
  const create = useMutation(trpc.presets.create.mutationOptions({
    onSuccess: async (preset) => {
      await queryClient.invalidateQueries(trpc.presets.list.queryFilter());
      router.push(path(`/presets/${preset.slug}`));
    },
  }));
  const [first, ...others] = models;
  if (first === undefined) return <p className="muted">A preset names models of the catalogue. Choose one in a column first, for example openai/gpt-5-mini.</p>;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const target = (model: string) => ({ model, weight: 1 });
    create.mutate({ ...scope, slug, name: name.trim(), document: { rules: [{ name: "From the playground", when: {}, strategy: "ordered", targets: [target(first)], fallbacks: others.map(target) }], limits: {} } });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <p className="muted">{first} serves{others.length > 0 ? `; then ${others.join(", then ")}` : ""}. It is saved as a draft.</p>
      <Field label="Slug" required pattern={SLUG_PATTERN} title="Small letters, digits, - and _" hint="Callers name it as @preset/slug." autoComplete="off" value={slug} onChange={(event) => setSlug(event.target.value)} />
      <Field label="Name" required maxLength={NAME_LENGTH_MAX} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      {create.error ? <ErrorCard message={create.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={create.isPending}>Save draft</Button></div>
    </form>
  );
}
