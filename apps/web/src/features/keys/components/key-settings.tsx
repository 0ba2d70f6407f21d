"use client";
import { useId, useState, type FormEvent } from "react";
import Link from "next/link";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, ErrorCard, Field, TokenField, useToasts } from "@trunkline/ui";
import type { KeyView } from "../../../server/views.ts";
import { useModelNames } from "../../shell/use-model-names.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const NAME_LENGTH_MAX = 80;
const DATE_CHARS = 10;
const textOf = (limit: number | null): string => (limit === null ? "" : String(limit));
const limitOf = (text: string): number | null => (text === "" ? null : Number(text));

/** As a choice of the owner: nobody. */
const SERVICE = "";

/** A day in UTC, at whose end the key stops. */
const dayText = (at: string | null): string => at?.slice(0, DATE_CHARS) ?? "";

interface Form { readonly name: string; readonly ownerId: string; readonly rpm: string; readonly tpm: string; readonly concurrency: string; readonly models: string[]; readonly origins: string[]; readonly until: string }
const formOf = (key: KeyView): Form => ({ name: key.name, ownerId: key.owner?.userId ?? SERVICE, rpm: textOf(key.rpmLimit), tpm: textOf(key.tpmLimit), concurrency: textOf(key.concurrencyLimit), models: key.allowedModels, origins: key.browserOrigins, until: dayText(key.expiresAt) });

/** An untouched day stays the instant that it was. */
function changeOf(form: Form, key: KeyView) {
  const expiresAt = form.until === dayText(key.expiresAt) ? key.expiresAt : form.until === "" ? null : `${form.until}T23:59:59Z`;
  return { name: form.name.trim(), ...(form.ownerId === (key.owner?.userId ?? SERVICE) ? {} : { ownerId: form.ownerId === SERVICE ? null : form.ownerId }), rpmLimit: limitOf(form.rpm), tpmLimit: limitOf(form.tpm), concurrencyLimit: limitOf(form.concurrency), expiresAt, ...(key.kind === "mgmt" ? {} : { allowedModels: form.models, browserOrigins: form.origins }) };
}

/** Name, limits, models, pages and end of a key. */
export function KeySettings({ apiKey, disabled }: { apiKey: KeyView; disabled: boolean }) {
  const trpc = useTRPC();
  const scope = useScope();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const [form, setForm] = useState(() => formOf(apiKey));
  const set = (change: Partial<Form>): void => setForm((now) => ({ ...now, ...change }));
  const save = useMutation(trpc.keys.update.mutationOptions({
    onSuccess: async (saved) => {
      setForm(formOf(saved));
      toasts.say("Saved. The key keeps to it from the next request on.");
      await queryClient.invalidateQueries(trpc.keys.list.queryFilter());
    },
  }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate({ ...scope, id: apiKey.id, change: changeOf(form, apiKey) });
  };
  const changed = JSON.stringify(form) !== JSON.stringify(formOf(apiKey));
  return (
    <Card title="What it may do">
      <form className="body settings" onSubmit={submit}>
        <fieldset disabled={disabled}>
          <legend className="sr">Settings of the key</legend>
          <Field label="Name" required maxLength={NAME_LENGTH_MAX} autoComplete="off" value={form.name} onChange={(event) => set({ name: event.target.value })} />
          <Field label="Stops working after (UTC)" type="date" hint="Empty: never." value={form.until} onChange={(event) => set({ until: event.target.value })} />
          <Field label="Requests per minute" type="number" min={1} step={1} placeholder="No limit" value={form.rpm} onChange={(event) => set({ rpm: event.target.value })} />
          <Field label="Tokens per minute" type="number" min={1} step={1} placeholder="No limit" value={form.tpm} onChange={(event) => set({ tpm: event.target.value })} />
          <Field label="Calls at a time" type="number" min={1} step={1} placeholder="No limit" value={form.concurrency} onChange={(event) => set({ concurrency: event.target.value })} />
          <Owner value={form.ownerId} owner={apiKey.owner} onChange={(ownerId) => set({ ownerId })} />
          <Budget />
          {apiKey.kind === "mgmt" ? null : <Reach form={form} set={set} />}
        </fieldset>
        {save.error ? <ErrorCard message={save.error.message} /> : null}
        {disabled ? null : <div className="row"><Button type="submit" variant="primary" disabled={!changed || save.isPending}>Save key</Button></div>}
      </form>
    </Card>
  );
}

function Reach({ form, set }: { form: Form; set: (change: Partial<Form>) => void }) {
  const at = useProjectPath();
  const { names, wake } = useModelNames();
  return (
    <>
      <div className="wide">
        <TokenField label="Models it may use" value={form.models} options={names} onFocus={wake} placeholder="Every model" hint="author/model, or author/* for all of an author. Others are refused with status 403, and fallbacks keep to it too." onChange={(models) => set({ models })} />
        <p className="meta"><Link className="link" href={at("/guardrails")}>Guardrails</Link> of the project hold beside this list.</p>
      </div>
      <div className="wide"><TokenField label="Web pages that may use it" value={form.origins} placeholder="None: a server’s key" hint="Origins such as https://app.example.com, or * for any page. Whoever opens such a page can read the key." onChange={(origins) => set({ origins })} /></div>
    </>
  );
}

/** Until the members are there it offers who it is. */
function Owner({ value, owner, onChange }: { value: string; owner: KeyView["owner"]; onChange: (ownerId: string) => void }) {
  const id = useId();
  const trpc = useTRPC();
  const members = useQuery(trpc.organization.members.queryOptions(useScope()));
  const known = members.data?.members ?? (owner?.email ? [{ userId: owner.userId, email: owner.email, name: owner.name }] : []);
  return (
    <div className="control">
      <label htmlFor={id}>Owner</label>
      <select id={id} aria-describedby={`${id}-hint`} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value={SERVICE}>Nobody: a service key</option>
        {owner && owner.email === null ? <option value={owner.userId}>Somebody who left</option> : null}
        {known.map(({ userId, email, name }) => <option key={userId} value={userId}>{name ? `${name} (${email})` : email}</option>)}
      </select>
      <p className="hint" id={`${id}-hint`}>It ends when its owner leaves; a service key stays.</p>
    </div>
  );
}

function Budget() {
  const at = useProjectPath();
  return <p className="control"><span style={{ fontWeight: 500 }}>Budget</span><span className="muted">Set and changed under <Link className="link" href={at("/limits")}>Limits &amp; budgets</Link>.</span></p>;
}
