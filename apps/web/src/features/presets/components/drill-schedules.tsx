"use client";
import { lazy, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { DrillOutcome, Weekday } from "@trunkline/contracts";
import { Ago, Button, Deferred, ErrorCard } from "@trunkline/ui";
import type { DrillScheduleView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const ChangeDrillScheduleDialog = lazy(async () => ({ default: (await import("./change-drill-schedule-dialog.tsx")).ChangeDrillScheduleDialog }));

const DAYS: Readonly<Record<Weekday, string>> = { mon: "Mondays", tue: "Tuesdays", wed: "Wednesdays", thu: "Thursdays", fri: "Fridays", sat: "Saturdays", sun: "Sundays" };
const OUTCOMES: Readonly<Record<DrillOutcome, string>> = { started: "Last run", skipped_busy: "Skipped, because another drill of the preset ran or waited,", skipped_unpublished: "Skipped, because the preset was not published," };

/** The drills that come back every week. */
export function DrillSchedules({ slug, onEnded }: { slug: string; onEnded: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const schedules = useQuery(trpc.presets.drillSchedules.queryOptions({ ...scope, slug }));
  const [changed, setChanged] = useState<DrillScheduleView | null>(null);
  const remove = useMutation(trpc.presets.unscheduleDrill.mutationOptions({ onSuccess: async () => { await queryClient.invalidateQueries(trpc.presets.drillSchedules.queryFilter()); onEnded(); } }));
  if (schedules.error) return <ErrorCard message={`The weekly drills could not be loaded. ${schedules.error.message}`} onRetry={() => void schedules.refetch()} />;
  if (!schedules.data || schedules.data.length === 0) return null;
  return (
    <section className="card sim canary" aria-labelledby="drills-weekly-title">
      <div className="sect">
        <div className="colh"><h2 id="drills-weekly-title">Weekly drills</h2></div>
        {remove.error ? <ErrorCard message={remove.error.message} /> : null}
        {schedules.data.map((schedule) => (
          <div key={schedule.id} className="colh">
            <ScheduleText schedule={schedule} />
            <div className="row">
              <Button aria-label={`Change the weekly drill of ${schedule.provider}`} onClick={() => setChanged(schedule)}>Change</Button>
              <Button disabled={remove.isPending} aria-label={`Remove the weekly drill of ${schedule.provider}`} onClick={() => remove.mutate({ ...scope, id: schedule.id })}>Remove</Button>
            </div>
          </div>
        ))}
      </div>
      <Deferred wanted={changed !== null}><ChangeDrillScheduleDialog schedule={changed} onClose={() => setChanged(null)} /></Deferred>
    </section>
  );
}

function ScheduleText({ schedule: { provider, percent, minutes, mode, day, hour, timeZone, nextAt, last } }: { schedule: DrillScheduleView }) {
  return (
    <p>
      {DAYS[day]} at {hour}:00 ({timeZone}) <b>{provider}</b> fails for {percent} % of the requests of {mode} keys, for {minutes} min.{" "}
      <span className="muted">Next <time dateTime={nextAt}>{new Date(nextAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}</time>.{last ? <> {OUTCOMES[last.outcome]} <Ago at={last.at} />.</> : null}</span>
    </p>
  );
}
