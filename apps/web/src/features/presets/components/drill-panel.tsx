"use client";
import { useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ago, Button, ErrorCard, Money } from "@trunkline/ui";
import type { DrillArmView, DrillReport, DrillView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** Requests are booked within seconds; more often would show nothing new. */
const REFETCH_MS = 10_000;
const ENDED = new Set<DrillView["state"]>(["over", "stopped"]);

/** The drills of a preset: what runs, and what came of it and of those before. */
export function DrillPanel({ slug, onEnded }: { slug: string; onEnded: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const drills = useQuery({ ...trpc.presets.drills.queryOptions({ ...scope, slug }), refetchInterval: ({ state }) => state.data?.[0] && !ENDED.has(state.data[0].state) ? REFETCH_MS : false });
  const shown = drills.data?.find(({ id }) => id === chosen) ?? drills.data?.[0];
  const report = useQuery({ ...trpc.presets.drill.queryOptions({ ...scope, id: shown?.id ?? "" }), enabled: shown !== undefined && shown.state !== "waiting", refetchInterval: shown?.state === "running" ? REFETCH_MS : false });
  const stop = useMutation(trpc.presets.stopDrill.mutationOptions({ onSuccess: async () => { await queryClient.invalidateQueries(trpc.presets.drills.queryFilter()); onEnded(); } }));
  if (drills.error) return <ErrorCard message={`The drills could not be loaded. ${drills.error.message}`} onRetry={() => void drills.refetch()} />;
  if (!drills.data || !shown) return null;
  return (
    <section className="card sim canary" aria-labelledby="drill-title">
      <div className="sect">
        <div className="colh"><h2 id="drill-title">Drill: {shown.provider} fails</h2>{ENDED.has(shown.state) ? null : <Button disabled={stop.isPending} onClick={() => stop.mutate({ ...scope, id: shown.id })}>Stop</Button>}</div>
        <DrillState drill={shown} />
        {stop.error ? <ErrorCard message={stop.error.message} /> : null}
        {report.error ? <ErrorCard message={`The report could not be loaded. ${report.error.message}`} onRetry={() => void report.refetch()} /> : null}
        {report.data ? <Report report={report.data} /> : null}
        {drills.data.length > 1 ? <div className="control"><label>Report of <select value={shown.id} onChange={(event) => setChosen(event.target.value)}>{drills.data.map((drill) => <option key={drill.id} value={drill.id}>{`${drill.startsAt.slice(0, 16).replace("T", " ")} UTC · ${drill.provider} · ${drill.percent} % · ${drill.scheduled ? "weekly, " : ""}${drill.state}`}</option>)}</select></label></div> : null}
      </div>
    </section>
  );
}

function DrillState({ drill: { state, percent, mode, startsAt, endsAt, endedAt } }: { drill: DrillView }) {
  const whom = `${percent} % of the requests of ${mode} keys`;
  switch (state) {
    case "waiting": return <p className="muted">Begins at <time dateTime={startsAt}>{new Date(startsAt).toLocaleString()}</time>, for {whom}.</p>;
    case "running": return <p className="muted">Runs for {whom}, since <Ago at={startsAt} />, until <time dateTime={endsAt}>{new Date(endsAt).toLocaleTimeString()}</time> by itself.</p>;
    case "over": return <p className="muted">Ended by itself, <Ago at={endsAt} />; it ran for {whom}.</p>;
    case "stopped": return <p className="muted">Stopped, <Ago at={endedAt ?? endsAt} />; it ran for {whom}.</p>;
  }
}

const seconds = (ms: number | null): string => (ms === null ? "–" : `${(ms / 1000).toFixed(2)} s`);
const served = ({ servedBy }: DrillArmView): string => Object.entries(servedBy).toSorted(([, a], [, b]) => b - a).map(([provider, requests]) => `${provider} ${requests}`).join(", ") || "–";

function Report({ report: { drilled, beside, lost, costChangePercent } }: { report: DrillReport }) {
  if (drilled.requests === 0) return <p className="muted">No request has come to the provider yet.</p>;
  const rows = [{ name: "drilled", arm: drilled }, { name: "others", arm: beside }];
  return (
    <>
      <p>{lost === 0 ? <>All {drilled.requests} drilled requests would have been served without it.</> : <>{lost} of {drilled.requests} drilled requests would have been lost in an outage.</>}{drilled.recoveryP50Ms === null ? null : <> The next candidate gave its first token {seconds(drilled.recoveryP50Ms)} after the failure (p95 {seconds(drilled.recoveryP95Ms)}).</>}{costChangePercent === null ? null : <> An answer cost {Math.abs(costChangePercent)} % {costChangePercent < 0 ? "less" : "more"}.</>}</p>
      <div className="scroll" role="region" aria-label="Drilled requests and others, table" tabIndex={0}><table>
        <thead><tr><th scope="col">Requests</th><th scope="col" className="r">Count</th><th scope="col" className="r">Failed</th><th scope="col" className="r">Nobody else left</th><th scope="col" className="r">Cost an answer</th><th scope="col" className="r">First token p50</th><th scope="col" className="r">p95</th><th scope="col" className="r">Whole p50</th><th scope="col">Served by</th></tr></thead>
        <tbody>
          {rows.map(({ name, arm }) => (
            <tr key={name}>
              <th scope="row">{name}</th><td className="r">{arm.requests}</td><td className="r">{arm.failed}</td><td className="r">{arm.spared}</td><td className="r">{arm.costPerAnsweredUsd === null ? "–" : <Money usd={arm.costPerAnsweredUsd} />}</td>
              <td className="r">{seconds(arm.ttftP50Ms)}</td><td className="r">{seconds(arm.ttftP95Ms)}</td><td className="r">{seconds(arm.durationP50Ms)}</td><td>{served(arm)}</td>
            </tr>
          ))}
        </tbody>
      </table></div>
    </>
  );
}
