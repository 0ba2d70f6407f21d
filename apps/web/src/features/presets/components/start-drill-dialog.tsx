"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Field } from "@trunkline/ui";
import type { BookMode } from "@trunkline/contracts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { WeeklyHourFields, type WeeklyHour } from "./weekly-hour-fields.tsx";

const SHARE_DEFAULT = "5";
const MINUTES_DEFAULT = "10";
const MINUTES_MAX = 60;
/** Somebody is there to hear of it. */
const WEEKLY_DEFAULT: WeeklyHour = { day: "tue", hour: 10 };
type When = "once" | "weekly";

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
  const [when, setWhen] = useState<When>("once");
  const [startsAt, setStartsAt] = useState("");
  const [weekly, setWeekly] = useState(WEEKLY_DEFAULT);
  const provider = chosen || (providers[0] ?? "");
  const start = useMutation(trpc.presets.startDrill.mutationOptions({ onSuccess: async () => { await queryClient.invalidateQueries(trpc.presets.drills.queryFilter()); onStarted(); } }));
  const schedule = useMutation(trpc.presets.scheduleDrill.mutationOptions({ onSuccess: async () => { await queryClient.invalidateQueries(trpc.presets.drillSchedules.queryFilter()); onStarted(); } }));
  const error = start.error ?? schedule.error ?? models.error;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const drilled = { ...scope, preset: slug, provider, percent: Number(percent), minutes: Number(minutes), mode };
    if (when === "weekly") schedule.mutate({ ...drilled, ...weekly });
    else start.mutate({ ...drilled, ...(startsAt === "" ? {} : { startsAt: new Date(startsAt).toISOString() }) });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <p className="muted">For a share of the requests of this preset, {provider === "" ? "a provider" : <b>{provider}</b>} is taken for failed: nothing is sent to it and the next candidate serves. Nobody is refused for it: where nobody else is left, it is asked after all, and the report counts the request as lost. It ends by itself.</p>
      <div className="control"><label>Provider <select required value={provider} onChange={(event) => setChosen(event.target.value)}>{providers.map((id) => <option key={id} value={id}>{id}</option>)}</select></label></div>
      <Field label="Share in %" type="number" required min={0.1} max={100} step="any" value={percent} onChange={(event) => setPercent(event.target.value)} />
      <Field label="Minutes" type="number" required min={1} max={MINUTES_MAX} step={1} value={minutes} onChange={(event) => setMinutes(event.target.value)} />
      <div className="control"><label>Requests of <select value={mode} onChange={(event) => setMode(event.target.value as BookMode)}><option value="live">live keys</option><option value="test">test keys: probes, nobody is served by them</option></select></label></div>
      <div className="control"><label>When <select value={when} onChange={(event) => setWhen(event.target.value as When)}><option value="once">once</option><option value="weekly">every week</option></select></label></div>
      {when === "once" ? <Field label="Begins" type="datetime-local" hint="Empty: now." value={startsAt} onChange={(event) => setStartsAt(event.target.value)} /> : (
        <>
          <WeeklyHourFields {...weekly} onChange={setWeekly} />
          <p className="muted">By the organization’s time zone. An alert tells owners and admins where requests would have been lost.</p>
        </>
      )}
      {error ? <ErrorCard message={error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={start.isPending || schedule.isPending || provider === ""}>{when === "once" ? "Start" : "Schedule"}</Button></div>
    </form>
  );
}
