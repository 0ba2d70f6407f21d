"use client";
import { useState } from "react";
import { useMutation } from "@tanstack/react-query";
import type { inferOutput } from "@trpc/tanstack-react-query";
import { Button, ErrorCard, Money } from "@trunkline/ui";
import type { PresetDocument } from "@trunkline/contracts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { compact } from "./document-edits.ts";

const RANGES = [1, 7, 30] as const;
type Result = inferOutput<ReturnType<typeof useTRPC>["presets"]["backtest"]>;

/** What the document on the page would have chosen for the requests that this preset routed of late. */
export function Backtest({ slug, document }: { slug: string; document: PresetDocument | null }) {
  const trpc = useTRPC();
  const scope = useScope();
  const [days, setDays] = useState<number>(7);
  const run = useMutation(trpc.presets.backtest.mutationOptions());
  return (
    <section aria-labelledby="backtest-title" className="card sim" style={{ marginBottom: 16 }}>
      <div className="sect">
        <div className="colh"><h2 id="backtest-title">Backtest</h2><span className="meta">from metadata, no tokens bought</span></div>
        <div className="row" style={{ alignItems: "end" }}>
          <div className="control"><label>Requests of the last <select value={days} onChange={(event) => setDays(Number(event.target.value))}>{RANGES.map((range) => <option key={range} value={range}>{range === 1 ? "day" : `${range} days`}</option>)}</select></label></div>
          <Button disabled={document === null || run.isPending} onClick={() => document && run.mutate({ ...scope, slug, days, document: compact(document) })}>Replay</Button>
        </div>
        {run.error ? <ErrorCard message={run.error.message} /> : null}
        <div aria-live="polite">{run.data ? <Compared result={run.data} /> : null}</div>
      </div>
    </section>
  );
}

const seconds = (ms: number | null): string => (ms === null ? "unknown" : `${(ms / 1000).toFixed(1)} s`);
const percent = (share: number | null): string => (share === null ? "unknown" : `${(share * 100).toFixed(0)} %`);

function Compared({ result }: { result: Result }) {
  if (result.requests === 0) return <p className="muted">This preset routed no request in that time.</p>;
  const { draft, published } = result;
  return (
    <>
      <p>{result.requests} requests{result.mode === "test" ? " in test mode" : ""}; {percent(result.changedModelShare)} would go to another model.</p>
      <table>
        <thead><tr><th scope="col"><span className="sr">Measure</span></th><th scope="col" className="r">This page</th><th scope="col" className="r">Published</th></tr></thead>
        <tbody>
          <tr><th scope="row">Cost</th><td className="r"><Money usd={draft.costUsd} /></td><td className="r">{published ? <Money usd={published.costUsd} /> : "–"}</td></tr>
          <tr><th scope="row">Duration p95</th><td className="r">{seconds(draft.durationMsP95)}</td><td className="r">{published ? seconds(published.durationMsP95) : "–"}</td></tr>
          <tr><th scope="row">Without a candidate</th><td className="r">{draft.withoutCandidate}</td><td className="r">{published?.withoutCandidate ?? "–"}</td></tr>
        </tbody>
      </table>
      {draft.unmeasured > 0 ? <p className="muted">{draft.unmeasured} go to an endpoint that was not measured in that time.</p> : null}
    </>
  );
}
