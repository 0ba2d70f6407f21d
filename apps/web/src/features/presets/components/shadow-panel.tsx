"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferOutput } from "@trpc/tanstack-react-query";
import { Ago, Button, ErrorCard } from "@trunkline/ui";
import type { PresetView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { VersionComparison } from "./version-comparison.tsx";

/** Requests are booked within seconds; more often would show nothing new. */
const REFETCH_MS = 10_000;

/** What the copies of requests cost and how long they took, beside what was served. */
export function ShadowPanel({ preset, onEnded }: { preset: PresetView; onEnded: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const { slug, shadow } = preset;
  const running = shadow !== null && shadow.endedAt === null;
  const report = useQuery({ ...trpc.presets.shadow.queryOptions({ ...scope, slug }), enabled: shadow !== null, refetchInterval: running ? REFETCH_MS : false });
  const stop = useMutation(trpc.presets.stopShadow.mutationOptions({
    onSuccess: async (stopped: inferOutput<typeof trpc.presets.get>) => {
      queryClient.setQueryData(trpc.presets.get.queryKey({ ...scope, slug }), stopped);
      await queryClient.invalidateQueries(trpc.presets.shadow.queryFilter());
      onEnded();
    },
  }));
  if (shadow === null) return null;
  return (
    <section className="card sim canary" aria-labelledby="shadow-title">
      <div className="sect">
        <div className="colh"><h2 id="shadow-title">Shadow {shadow.model ?? `v${shadow.version}`}</h2>{running ? <Button disabled={stop.isPending} onClick={() => stop.mutate({ ...scope, slug })}>Stop</Button> : null}</div>
        <p className="muted">{running ? <>Gets copies of {shadow.percent} % of the answered requests beside v{shadow.baseVersion}, since <Ago at={shadow.startedAt} />. Its answers are thrown away; its cost is yours, under <code>{slug}/shadow</code>.</> : <>It ended{shadow.endedAt ? <>, <Ago at={shadow.endedAt} /></> : null}.</>}</p>
        {stop.error ? <ErrorCard message={stop.error.message} /> : null}
        {report.error ? <ErrorCard message={`The comparison could not be loaded. ${report.error.message}`} onRetry={() => void report.refetch()} /> : null}
        {report.data ? <VersionComparison rows={[{ arm: report.data.copies, name: "shadow", ...(shadow.model === null ? {} : { model: shadow.model }) }, { arm: report.data.served, name: "served" }]} note={report.data.mode === "test" ? "Requests of test keys: no live one was copied yet." : ""} /> : null}
      </div>
    </section>
  );
}
