"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, ErrorCard, Field } from "@trunkline/ui";
import { DRILL_MINUTES_MAX, type BookMode } from "@trunkline/contracts";
import type { DrillScheduleView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { WeeklyHourFields, type WeeklyHour } from "./weekly-hour-fields.tsx";

/** Open while there is a schedule to change. */
export function ChangeDrillScheduleDialog({ schedule, onClose }: { schedule: DrillScheduleView | null; onClose: () => void }) {
  return <Dialog title="Change a weekly drill" open={schedule !== null} onClose={onClose}>{schedule ? <ChangeForm schedule={schedule} onClose={onClose} /> : null}</Dialog>;
}

function ChangeForm({ schedule: { id, provider, ...before }, onClose }: { schedule: DrillScheduleView; onClose: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const [percent, setPercent] = useState(String(before.percent));
  const [minutes, setMinutes] = useState(String(before.minutes));
  const [mode, setMode] = useState(before.mode);
  const [weekly, setWeekly] = useState<WeeklyHour>(before);
  const change = useMutation(trpc.presets.changeDrillSchedule.mutationOptions({ onSuccess: async () => { await queryClient.invalidateQueries(trpc.presets.drillSchedules.queryFilter()); onClose(); } }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ ...scope, id, change: { percent: Number(percent), minutes: Number(minutes), mode, day: weekly.day, hour: weekly.hour } });
  };
  return (
    <form onSubmit={submit} style={{ display: "contents" }}>
      <p className="muted"><b>{provider}</b> is taken for failed every week. A drill that runs goes on as it was.</p>
      <Field label="Share in %" type="number" required min={0.1} max={100} step="any" value={percent} onChange={(event) => setPercent(event.target.value)} />
      <Field label="Minutes" type="number" required min={1} max={DRILL_MINUTES_MAX} step={1} value={minutes} onChange={(event) => setMinutes(event.target.value)} />
      <div className="control"><label>Requests of <select value={mode} onChange={(event) => setMode(event.target.value as BookMode)}><option value="live">live keys</option><option value="test">test keys: probes, nobody is served by them</option></select></label></div>
      <WeeklyHourFields {...weekly} onChange={setWeekly} />
      {change.error ? <ErrorCard message={change.error.message} /> : null}
      <div className="row" style={{ justifyContent: "flex-end" }}><Button type="submit" variant="primary" disabled={change.isPending}>Save</Button></div>
    </form>
  );
}
