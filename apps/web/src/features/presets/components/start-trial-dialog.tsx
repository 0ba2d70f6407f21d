"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferOutput } from "@trpc/tanstack-react-query";
import { Button, Dialog, ErrorCard, Field } from "@trunkline/ui";
import type { DrawnBy } from "@trunkline/contracts";
import type { PresetView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import type { PresetChanges } from "./use-preset-changes.ts";

/** A canary serves the requests drawn, a shadow gets copies of them. */
type TrialKind = "canary" | "shadow";
interface StartTrial { readonly kind: TrialKind; readonly preset: PresetView; readonly changes: PresetChanges; readonly onClose: () => void; readonly onStarted: () => void }
/** A first look that hurts few. */
const SHARE_DEFAULT = "5";
const DRAFT = "draft";
/** Not a version of the preset, but a model by itself. */
const MODEL = "model";
const DRAWN: readonly { readonly value: DrawnBy; readonly label: string }[] = [{ value: "session", label: "Sessions: a conversation stays with its version" }, { value: "user", label: "End users: a person stays with a version" }, { value: "request", label: "Requests: each by itself" }];

export function StartTrialDialog({ open, onClose, ...rest }: StartTrial & { readonly open: boolean }) {
  return <Dialog title={`Start a ${rest.kind}`} open={open} onClose={onClose}>{open ? <TrialForm {...rest} /> : null}</Dialog>;
}

function TrialForm({ kind, preset, changes, onStarted }: Omit<StartTrial, "onClose">) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const others = preset.versions.filter(({ version }) => version !== preset.published?.version).toSorted((a, b) => b.version - a.version);
  const hasDraft = preset.draft !== null || changes.dirty;
  const [tried, setTried] = useState(hasDraft ? DRAFT : others[0] ? String(others[0].version) : kind === "shadow" ? MODEL : DRAFT);
  const [model, setModel] = useState("");
  const [percent, setPercent] = useState(SHARE_DEFAULT);
  const [by, setBy] = useState<DrawnBy>("session");
  const [comment, setComment] = useState("");
  const onSuccess = async (started: inferOutput<typeof trpc.presets.get>): Promise<void> => {
    queryClient.setQueryData(trpc.presets.get.queryKey({ ...scope, slug: preset.slug }), started);
    await Promise.all([queryClient.invalidateQueries(trpc.presets.canary.queryFilter()), queryClient.invalidateQueries(trpc.presets.shadow.queryFilter())]);
    onStarted();
  };
  const canary = useMutation(trpc.presets.startCanary.mutationOptions({ onSuccess }));
  const shadow = useMutation(trpc.presets.startShadow.mutationOptions({ onSuccess }));
  const begin = async (): Promise<void> => {
    if (tried === DRAFT && changes.dirty) await changes.saveDraft();
    const trial = { ...scope, slug: preset.slug, percent: Number(percent), comment: comment.trim(), ...(tried === DRAFT || tried === MODEL ? {} : { version: Number(tried) }) };
    await (kind === "canary" ? canary.mutateAsync({ ...trial, by }) : shadow.mutateAsync({ ...trial, ...(tried === MODEL ? { model } : {}) }));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // A failure stays in the mutation's error, shown below.
    begin().catch(() => undefined);
  };
  const error = canary.error ?? shadow.error ?? changes.error;
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <p className="muted">{kind === "shadow" ? <>Copies of a share of the requests go to another version, or to a model, once their callers are answered. Its answers are thrown away, its prompts forgotten; what it costs is yours, counts in budgets and stands under <code>{preset.slug}/shadow</code>.</> : <>A share of the requests that name this preset is served by another version, beside v{preset.published?.version}. It is ended by itself where it fails clearly more often.</>}</p>
      <div className="control"><label>Version <select value={tried} onChange={(event) => setTried(event.target.value)}>{kind === "shadow" ? <option value={MODEL}>A model by itself</option> : null}{hasDraft ? <option value={DRAFT}>The draft, as a new version</option> : null}{others.map(({ version, comment: said }) => <option key={version} value={version}>v{version}{said ? `: ${said}` : ""}</option>)}</select></label></div>
      {tried === MODEL ? <ModelSelect value={model} onChange={setModel} /> : null}
      <Field label="Share in %" type="number" required min={0.1} max={kind === "shadow" ? 100 : 99} step="any" value={percent} onChange={(event) => setPercent(event.target.value)} />
      {kind === "shadow" ? null : <div className="control"><label>Share of <select value={by} onChange={(event) => setBy(event.target.value as DrawnBy)}>{DRAWN.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}</select></label></div>}
      {tried === DRAFT ? <Field label="Comment" maxLength={500} hint="What is tried and why; it stands in the list of versions." autoComplete="off" value={comment} onChange={(event) => setComment(event.target.value)} /> : null}
      {error ? <ErrorCard message={error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={canary.isPending || shadow.isPending || changes.busy}>Start</Button></div>
    </form>
  );
}

function ModelSelect({ value, onChange }: { value: string; onChange: (model: string) => void }) {
  const trpc = useTRPC();
  const models = useQuery(trpc.models.list.queryOptions(useScope()));
  return (
    <>
      <div className="control"><label>Model <select required value={value} onChange={(event) => onChange(event.target.value)}><option value="">Choose a model</option>{models.data?.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label></div>
      {models.error ? <ErrorCard message={models.error.message} onRetry={() => void models.refetch()} /> : null}
    </>
  );
}
