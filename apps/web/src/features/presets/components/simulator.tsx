"use client";
import { useEffect, useState } from "react";
import { skipToken, useQuery } from "@tanstack/react-query";
import { Route } from "lucide-react";
import type { inferOutput } from "@trpc/tanstack-react-query";
import { ErrorCard, Field, ModelName, Money, Skeleton } from "@trunkline/ui";
import type { PresetDocument } from "@trunkline/contracts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC, useTRPCClient } from "../../trpc/provider.tsx";
import { compact, NEEDS } from "./document-edits.ts";
import { FIRST_REQUEST, toBody, type SimulatedRequest } from "./simulated-request.ts";

/** Long enough that typing asks once, short enough to feel at once. */
const SETTLE_MS = 350;
/** Enough for a prompt that is worth trying; longer ones are stood for by their token count. */
const MESSAGE_LENGTH_MAX = 20_000;
const USD_DIGITS = 9;
/** A tier keeps and drops most of the catalogue; hundreds of rows at once would hold up the page. */
const ROWS = 20;

type Plan = inferOutput<ReturnType<typeof useTRPC>["presets"]["explain"]>;

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What the router would do with a request under the document on the page, saved or not. `document` is null while it is not valid. */
export function useExplained(document: PresetDocument | null, request: SimulatedRequest) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const scope = useScope();
  const question = useSettled(JSON.stringify(document ? { document: compact(document), body: toBody(request), down: request.down } : null));
  const asked = JSON.parse(question) as { document: ReturnType<typeof compact>; body: Record<string, unknown>; down: string[] } | null;
  // Sent as a change, because a document does not fit into an address; kept as a query, because it only asks.
  return useQuery({ queryKey: [...trpc.presets.explain.mutationKey(), scope, question], queryFn: asked ? () => client.presets.explain.mutate({ ...scope, ...asked }) : skipToken });
}

export function useSimulatedRequest() {
  return useState<SimulatedRequest>(FIRST_REQUEST);
}

export function Simulator({ request, onChange, explained, problem }: { request: SimulatedRequest; onChange: (request: SimulatedRequest) => void; explained: ReturnType<typeof useExplained>; problem: string | null }) {
  return (
    <section aria-labelledby="simulator-title">
      <div className="colh"><h2 id="simulator-title">Simulator</h2><span className="meta">no provider is called</span></div>
      <div className="card sim">
        <RequestForm request={request} onChange={onChange} />
        {problem ? <div className="sect"><p className="muted">The simulator waits until the document is valid.</p></div> : null}
        {!problem && explained.isError ? <div className="sect"><ErrorCard message={`The simulation failed. ${explained.error.message}`} onRetry={() => void explained.refetch()} /></div> : null}
        {!problem && explained.isPending ? <div className="sect" aria-busy="true"><Skeleton height={40} /><Skeleton height={120} /></div> : null}
        {!problem && explained.data && !explained.isError ? <Outcome plan={explained.data} down={request.down} onDown={(down) => onChange({ ...request, down })} /> : null}
      </div>
    </section>
  );
}

function RequestForm({ request, onChange }: { request: SimulatedRequest; onChange: (request: SimulatedRequest) => void }) {
  const set = (change: Partial<SimulatedRequest>): void => onChange({ ...request, ...change });
  return (
    <div className="sect">
      <div className="control"><label htmlFor="simulated-message">Message</label><textarea id="simulated-message" rows={3} maxLength={MESSAGE_LENGTH_MAX} value={request.message} onChange={(event) => set({ message: event.target.value })} /></div>
      <Field label="Input tokens" type="number" min={1} value={request.inputTokens} placeholder="estimated from the message" hint="Stands for a longer prompt." onChange={(event) => set({ inputTokens: event.target.value })} />
      <Field label="Task" value={request.task} placeholder="none" onChange={(event) => set({ task: event.target.value })} />
      <Field label="Metadata" value={request.metadata} placeholder="tier=gold, lang=de" onChange={(event) => set({ metadata: event.target.value })} />
      <Field label="Plan of the end user" value={request.userPlan} placeholder="none" onChange={(event) => set({ userPlan: event.target.value })} />
      <fieldset className="control">
        <legend>The request needs</legend>
        <div className="checks">{NEEDS.map(({ value, label }) => <label key={value}><input type="checkbox" checked={request.needs.includes(value)} onChange={(event) => set({ needs: event.target.checked ? [...request.needs, value] : request.needs.filter((need) => need !== value) })} />{label}</label>)}</div>
      </fieldset>
    </div>
  );
}

const FAILURES: Readonly<Record<string, string>> = { rate_limited: "is rate limited (429)", server_error: "answers 500", timeout: "times out", context_overflow: "says the context is too long", content_filtered: "refuses the content" };

/** Providers can be taken down by a switch; what follows from a single failure of the first candidate is listed. */
function Faults({ plan, down, onDown }: { plan: Plan; down: readonly string[]; onDown: (down: readonly string[]) => void }) {
  const providers = [...new Set([...plan.candidates.map((one) => one.provider), ...down])].toSorted();
  return (
    <div className="sect">
      <fieldset className="control"><legend>Taken to be down</legend><div className="checks">{providers.map((provider) => <label key={provider}><input type="checkbox" checked={down.includes(provider)} onChange={(event) => onDown(event.target.checked ? [...down, provider] : down.filter((one) => one !== provider))} />{provider}</label>)}</div></fieldset>
      {plan.what_if.length > 0 ? <details><summary>If the first one fails</summary><ul>{plan.what_if.map(({ failure, next }) => <li key={failure}>It {FAILURES[failure] ?? failure}: {next ? <>next is <b>{next.model}</b> at {next.provider}.</> : "the request ends."}</li>)}</ul></details> : null}
    </div>
  );
}

const MoreRows = ({ all, shown, onAll }: { all: number; shown: number; onAll: () => void }) => (all > shown ? <tr><td colSpan={3}><button type="button" className="btn sm ghost" onClick={onAll}>Show {all - shown} more</button></td></tr> : null);

function Outcome({ plan, down, onDown }: { plan: Plan; down: readonly string[]; onDown: (down: readonly string[]) => void }) {
  const [rows, setRows] = useState(ROWS);
  const showAll = (): void => setRows(Number.POSITIVE_INFINITY);
  return (
    <>
      <p className="outc" aria-live="polite"><Route className="ic" aria-hidden /><span>{plan.rule ? <>Rule <b>{plan.rule}</b> matches. </> : null}{plan.summary}{plan.task?.source === "inferred" ? <> Taken for <b>{plan.task.label}</b>: {plan.task.evidence.join(", ")}.</> : null}</span></p>
      <Faults plan={plan} down={down} onDown={onDown} />
      <section className="twrap" tabIndex={0} aria-label="Candidates, table">
        <table>
          <thead><tr><th scope="col"><span className="sr">Order</span></th><th scope="col">Candidate</th><th scope="col" className="r">Est. cost</th></tr></thead>
          <tbody>
            <tr className="grp"><th colSpan={3} scope="colgroup">Kept, in this order</th></tr>
            {plan.candidates.length === 0 ? <tr><td colSpan={3} className="muted">None</td></tr> : null}
            {plan.candidates.slice(0, rows).map((one, at) => <tr key={`${at} ${one.provider}/${one.model}`}><td className="num">{at + 1}</td><td><ModelName id={one.model} /><span className="why">{one.provider}{one.after ? `, only after ${one.after.join(" or ")}` : ""}</span></td><td className="r"><Money usd={one.estimated_cost_usd.toFixed(USD_DIGITS)} /></td></tr>)}
            <MoreRows all={plan.candidates.length} shown={rows} onAll={showAll} />
            {plan.rejected.length > 0 ? <tr className="grp"><th colSpan={3} scope="colgroup">Dropped</th></tr> : null}
            {plan.rejected.slice(0, rows).map((one) => <tr key={`${one.provider}/${one.model}/${one.filter}`}><td className="muted">–</td><td colSpan={2}><ModelName id={one.model} /><span className="why">{one.provider ? `${one.provider}: ` : ""}{one.reason}</span></td></tr>)}
            <MoreRows all={plan.rejected.length} shown={rows} onAll={showAll} />
          </tbody>
        </table>
      </section>
    </>
  );
}
