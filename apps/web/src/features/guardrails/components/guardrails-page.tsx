"use client";
import "./guardrails.css";
import Link from "next/link";
import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, ErrorCard, Skeleton, TokenField, useToasts } from "@trunkline/ui";
import type { Guardrails, SecretKind } from "@trunkline/contracts";
import type { GuardrailsView } from "../../../server/views.ts";
import { useModelNames } from "../../shell/use-model-names.ts";
import { useRole } from "../../shell/use-role.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { DataPolicy, type Part } from "./data-policy.tsx";
import { TryGuardrails } from "./try-guardrails.tsx";

const KINDS: readonly { readonly kind: SecretKind; readonly label: string; readonly note: string }[] = [
  { kind: "key", label: "Keys and tokens", note: "API keys, bearer tokens, private keys" },
  { kind: "card", label: "Card numbers", note: "with a check digit that is right" },
  { kind: "email", label: "E-mail addresses", note: "any address" },
  { kind: "phone", label: "Phone numbers", note: "international and national forms" },
];
/** Of the form, about: nothing below it moves when it is there. */
const FORM_HEIGHT = 980;

/** What the keys of this project may do, whoever holds them. The gateway keeps to it from the next request on. */
export function GuardrailsPage() {
  const trpc = useTRPC();
  const scope = useScope();
  const view = useQuery(trpc.guardrails.get.queryOptions(scope));
  const { role, may } = useRole();
  const manages = may("organization.manage");
  return (
    <div className="gr">
      <div className="head"><h1>Guardrails{view.data ? <span className="sub">For every key of the project {view.data.project}, from the next request on</span> : null}</h1></div>
      {role !== null && !manages ? <p className="says">You are {role} here. Guardrails are changed by an owner or admin.</p> : null}
      {view.isError ? <ErrorCard message={`The guardrails could not be loaded. ${view.error.message}`} onRetry={() => void view.refetch()} /> : null}
      {view.data && role !== null ? <GuardrailsForm key={scope.project} view={view.data} disabled={!manages} /> : view.isError ? null : <Skeleton height={FORM_HEIGHT} />}
    </div>
  );
}

function GuardrailsForm({ view, disabled }: { view: GuardrailsView; disabled: boolean }) {
  const trpc = useTRPC();
  const scope = useScope();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState<Guardrails>(view.guardrails);
  const changed = JSON.stringify(draft) !== JSON.stringify(view.guardrails);
  const save = useMutation(trpc.guardrails.save.mutationOptions({
    onSuccess: (saved) => {
      queryClient.setQueryData(trpc.guardrails.get.queryKey(scope), saved);
      setDraft(saved.guardrails);
      toasts.say("Saved. The guardrails hold from the next request on.");
    },
  }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate({ ...scope, guardrails: draft });
  };
  return (
    <>
      <form onSubmit={submit}>
        <fieldset disabled={disabled}>
          <legend className="sr">Guardrails</legend>
          <Access draft={draft} providers={view.providers} onChange={setDraft} />
          <DataPolicy draft={draft} providers={view.providers} onChange={setDraft} />
          <Prompts draft={draft} onChange={setDraft} />
        </fieldset>
        {save.error ? <ErrorCard message={save.error.message} /> : null}
        {disabled ? null : <div className="savebar row"><Button type="submit" variant="primary" disabled={!changed || save.isPending}>Save guardrails</Button><Button disabled={!changed} onClick={() => setDraft(view.guardrails)}>Discard changes</Button><span className="meta" role="status">{changed ? "Not saved yet" : ""}</span></div>}
      </form>
      <TryGuardrails changed={changed} />
      <Stored view={view} />
    </>
  );
}

function Access({ draft, providers, onChange }: Part & { providers: GuardrailsView["providers"] }) {
  const { names, wake } = useModelNames();
  const ids = providers.map((one) => one.id);
  const { models, providers: by } = draft;
  return (
    <Card title="Models and providers" note="a denial wins over an allowance">
      <div className="body two">
        <TokenField label="Allowed models" value={models.allow} options={names} onFocus={wake} placeholder="Every model" hint="author/model, or author/* for all of an author. Empty: every model." onChange={(allow) => onChange({ ...draft, models: { ...models, allow } })} />
        <TokenField label="Denied models" value={models.deny} options={names} onFocus={wake} placeholder="None" hint="A request that can only be served by these is refused with status 403." onChange={(deny) => onChange({ ...draft, models: { ...models, deny } })} />
        <TokenField label="Allowed providers" value={by.allow} options={ids} placeholder="Every provider" hint="Empty: every provider." onChange={(allow) => onChange({ ...draft, providers: { ...by, allow } })} />
        <TokenField label="Denied providers" value={by.deny} options={ids} placeholder="None" hint="Fallbacks of presets keep to it too." onChange={(deny) => onChange({ ...draft, providers: { ...by, deny } })} />
      </div>
    </Card>
  );
}

function Prompts({ draft, onChange }: Part) {
  const { refuse } = draft;
  const toggle = (kind: SecretKind, on: boolean): void => onChange({ ...draft, refuse: { ...refuse, kinds: on ? [...refuse.kinds, kind] : refuse.kinds.filter((one) => one !== kind) } });
  return (
    <Card title="Refuse prompts that hold" note="before a provider is asked; status 400, and the refusal stands in the log">
      <div className="body stack">
        <ul className="checks">{KINDS.map(({ kind, label, note }) => <li key={kind}><label><input type="checkbox" checked={refuse.kinds.includes(kind)} onChange={(event) => toggle(kind, event.target.checked)} /><span>{label}<span className="meta">{note}</span></span></label></li>)}</ul>
        <TokenField label="Own texts" value={refuse.patterns} placeholder="PATIENT-####" hint="# is a digit, one * a run of letters and digits, in either case. While anything is refused here, a body over 2 MB is refused too, for it is not read whole." onChange={(patterns) => onChange({ ...draft, refuse: { ...refuse, patterns } })} />
      </div>
    </Card>
  );
}

function Stored({ view: { promptPercent, promptRetentionDays } }: { view: GuardrailsView }) {
  const at = useProjectPath();
  return (
    <Card title="What is stored">
      <div className="body"><p>{promptPercent === 0 ? "No prompt and no answer of this project is stored." : `Prompt and answer of ${promptPercent} % of the requests are stored, redacted and encrypted, for ${promptRetentionDays} ${promptRetentionDays === 1 ? "day" : "days"}.`} <Link className="link" href={at("/settings")}>Share, days and redaction under Settings</Link></p></div>
    </Card>
  );
}
