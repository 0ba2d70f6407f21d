"use client";
import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferOutput } from "@trpc/tanstack-react-query";
import { Ago, Button, ErrorCard } from "@trunkline/ui";
import type { CanaryView, PresetView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { VersionComparison } from "./version-comparison.tsx";

/** Requests are booked within seconds; more often would show nothing new. */
const REFETCH_MS = 10_000;
const OUTCOMES = { promoted: "was promoted", aborted: "was aborted", aborted_automatically: "was ended because it failed clearly more often", replaced: "ended when another version was published" } as const;
const DRAWN = { session: "sessions", user: "users", request: "requests" } as const;
const VERDICTS = { collecting: { tag: "", text: "collecting" }, holds: { tag: "ok", text: "no worse" }, worse: { tag: "err", text: "clearly worse" } } as const;

/** The version on trial beside the published one. Shown while it runs, and afterwards as long as it was the last thing that happened to the preset. */
export function CanaryPanel({ preset, onEnded }: { preset: PresetView; onEnded: () => void }) {
  const trpc = useTRPC();
  const running = preset.canary !== null && preset.canary.endedAt === null;
  const report = useQuery({ ...trpc.presets.canary.queryOptions({ ...useScope(), slug: preset.slug }), enabled: preset.canary !== null, refetchInterval: running ? REFETCH_MS : false });
  if (preset.canary === null) return null;
  return (
    <section className="card sim canary" aria-labelledby="canary-title">
      <div className="sect">
        <div className="colh"><h2 id="canary-title">Canary v{preset.canary.version}</h2>{running && report.data ? <span className={`tag ${VERDICTS[report.data.verdict].tag}`}>{VERDICTS[report.data.verdict].text}</span> : null}</div>
        {running ? <p className="muted">{preset.canary.percent} % of {DRAWN[preset.canary.by]} beside v{preset.canary.baseVersion}, since <Ago at={preset.canary.startedAt} />. It is ended by itself where it fails clearly more often.</p> : <Ended canary={preset.canary} />}
        {report.error ? <ErrorCard message={`The comparison could not be loaded. ${report.error.message}`} onRetry={() => void report.refetch()} /> : null}
        {report.data ? <VersionComparison rows={[{ arm: report.data.tried, name: "canary" }, { arm: report.data.beside, name: "published" }]} note={`${report.data.reason}${report.data.mode === "test" ? " Requests of test keys: no live one met this canary yet." : ""}`} /> : null}
        {running ? <Controls slug={preset.slug} canary={preset.canary} onEnded={onEnded} /> : null}
      </div>
    </section>
  );
}

function Ended({ canary }: { canary: CanaryView }) {
  return <p className="muted">It {OUTCOMES[canary.outcome ?? "aborted"]}{canary.endedAt ? <>, <Ago at={canary.endedAt} /></> : null}.{canary.reason ? ` ${canary.reason}` : ""}</p>;
}

function Controls({ slug, canary, onEnded }: { slug: string; canary: CanaryView; onEnded: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const [percent, setPercent] = useState(String(canary.percent));
  const onSuccess = async (preset: inferOutput<typeof trpc.presets.get>): Promise<void> => {
    queryClient.setQueryData(trpc.presets.get.queryKey({ ...scope, slug }), preset);
    await Promise.all([queryClient.invalidateQueries(trpc.presets.canary.queryFilter()), queryClient.invalidateQueries(trpc.presets.list.queryFilter())]);
  };
  // The buttons go with the canary: the keyboard's place is given on.
  const onEnd = async (preset: inferOutput<typeof trpc.presets.get>): Promise<void> => {
    await onSuccess(preset);
    onEnded();
  };
  const promote = useMutation(trpc.presets.promoteCanary.mutationOptions({ onSuccess: onEnd }));
  const abort = useMutation(trpc.presets.abortCanary.mutationOptions({ onSuccess: onEnd }));
  const share = useMutation(trpc.presets.setCanaryShare.mutationOptions({ onSuccess }));
  const busy = promote.isPending || abort.isPending || share.isPending;
  const error = promote.error ?? abort.error ?? share.error;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    share.mutate({ ...scope, slug, percent: Number(percent) });
  };
  return (
    <>
      {error ? <ErrorCard message={error.message} /> : null}
      <div className="row canary-acts">
        <form className="row" onSubmit={submit}>
          <label className="control">Share in % <input type="number" required min={0.1} max={99} step="any" value={percent} onChange={(event) => setPercent(event.target.value)} /></label>
          <Button type="submit" disabled={busy || Number(percent) === canary.percent}>Set share</Button>
        </form>
        <span className="grow" />
        <Button disabled={busy} onClick={() => abort.mutate({ ...scope, slug })}>Abort</Button>
        <Button variant="primary" disabled={busy} onClick={() => promote.mutate({ ...scope, slug })}>Promote v{canary.version}</Button>
      </div>
    </>
  );
}
