"use client";
import { useId, useState, type FormEvent } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Field, useToasts } from "@trunkline/ui";
import type { ProviderCredentialsView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const LABEL_LENGTH_MAX = 80;
type Providers = ProviderCredentialsView["providers"];

export function AddProviderKeyDialog({ open, providers, onClose }: { open: boolean; providers: Providers; onClose: () => void }) {
  return <Dialog title="Add provider key" open={open} onClose={onClose}><KeyForm providers={providers} onDone={onClose} /></Dialog>;
}

/** The secret is sent once, checked with the provider, and never comes back. */
function KeyForm({ providers, onDone }: { providers: Providers; onDone: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const toasts = useToasts();
  const id = useId();
  const [provider, setProvider] = useState(providers[0]?.id ?? "");
  const [label, setLabel] = useState("");
  const [secret, setSecret] = useState("");
  const [baseUrl, setBaseUrl] = useState("");
  const [fallback, setFallback] = useState(true);
  const create = useMutation(trpc.providerKeys.create.mutationOptions({
    onSuccess: async ({ credential, note }) => {
      await queryClient.invalidateQueries(trpc.providerKeys.list.queryFilter());
      toasts.say(note ?? `${credential.providerName} takes the key …${credential.lastFour}. It serves from now on.`);
      onDone();
    },
  }));
  const chosen = providers.find((one) => one.id === provider);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({ ...scope, credential: { provider, label: label.trim() || (chosen?.name ?? provider), secret, baseUrl: baseUrl.trim() === "" ? null : baseUrl.trim(), platformFallback: fallback } });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <div className="control">
        <label htmlFor={id}>Provider</label>
        <select id={id} value={provider} onChange={(event) => setProvider(event.target.value)}>{providers.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</select>
      </div>
      <Field label="Label" maxLength={LABEL_LENGTH_MAX} autoComplete="off" placeholder={chosen?.name} value={label} onChange={(event) => setLabel(event.target.value)} />
      <Field label="Key" required type="password" autoComplete="off" spellCheck={false} value={secret} onChange={(event) => setSecret(event.target.value)} hint={`It is checked with ${chosen?.name ?? "the provider"} now, stored encrypted, and never shown again.`} />
      <Field label={chosen?.needsBaseUrl ? "Base URL" : "Base URL (optional)"} type="url" required={chosen?.needsBaseUrl ?? false} autoComplete="off" placeholder="https://" value={baseUrl} onChange={(event) => setBaseUrl(event.target.value)} hint="Only for an address of your own, such as an Azure resource or a proxy." />
      <label className="row" style={{ gap: 8, fontSize: 13 }}><input type="checkbox" checked={fallback} onChange={(event) => setFallback(event.target.checked)} />Fall back to Trunkline&apos;s own key, paid from your credits</label>
      {create.error ? <ErrorCard message={create.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={create.isPending || provider === ""}>{create.isPending ? "Checking with the provider" : "Check and add"}</Button></div>
    </form>
  );
}
