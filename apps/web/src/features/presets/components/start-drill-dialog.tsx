"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Field } from "@trunkline/ui";
import type { BookMode } from "@trunkline/contracts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const SHARE_DEFAULT = "5";
const MINUTES_DEFAULT = "10";
const MINUTES_MAX = 60;

interface StartDrill { readonly slug: string; readonly onStarted: () => void }

export function StartDrillDialog({ open, onClose, ...rest }: StartDrill & { readonly open: boolean; readonly onClose: () => void }) {
  return <Dialog title="Start a failover drill" open={open} onClose={onClose}>{open ? <DrillForm {...rest} /> : null}</Dialog>;
}

function DrillForm({ slug, onStarted }: StartDrill) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const models = useQuery(trpc.models.list.queryOptions(scope));
  const providers = [...new Set(models.data?.flatMap((model) => model.providers.map(({ provider }) => provider)))].toSorted();
  const [chosen, setChosen] = useState("");
  const [percent, setPercent] = useState(SHARE_DEFAULT);
  const [minutes, setMinutes] = useState(MINUTES_DEFAULT);
  const [mode, setMode] = useState<BookMode>("live");
  const [startsAt, setStartsAt] = useState("");
  const provider = chosen || (providers[0] ?? "");
  const start = useMutation(trpc.presets.startDrill.mutationOptions({ onSuccess: async () => { await queryClient.invalidateQueries(trpc.presets.drills.queryFilter()); onStarted(); } }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    start.mutate({ ...scope, preset: slug, provider, percent: Number(percent), minutes: Number(minutes), mode, ...(startsAt === "" ? {} : { startsAt: new Date(startsAt).toISOString() }) });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <p className="muted">For a share of the requests of this preset, {provider === "" ? "a provider" : <b>{provider}</b>} is taken for failed: nothing is sent to it and the next candidate serves. Nobody is refused for it: where nobody else is left, it is asked after all, and the report counts the request as lost. It ends by itself.</p>
      <div className="control"><label>Provider <select required value={provider} onChange={(event) => setChosen(event.target.value)}>{providers.map((id) => <option key={id} value={id}>{id}</option>)}</select></label></div>
      <Field label="Share in %" type="number" required min={0.1} max={100} step="any" value={percent} onChange={(event) => setPercent(event.target.value)} />
      <Field label="Minutes" type="number" required min={1} max={MINUTES_MAX} step={1} value={minutes} onChange={(event) => setMinutes(event.target.value)} />
      <div className="control"><label>Requests of <select value={mode} onChange={(event) => setMode(event.target.value as BookMode)}><option value="live">live keys</option><option value="test">test keys: probes, nobody is served by them</option></select></label></div>
      <Field label="Begins" type="datetime-local" hint="Empty: now." value={startsAt} onChange={(event) => setStartsAt(event.target.value)} />
      {models.error ?? start.error ? <ErrorCard message={(start.error ?? models.error)?.message ?? ""} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={start.isPending || provider === ""}>Start</Button></div>
    </form>
  );
}
