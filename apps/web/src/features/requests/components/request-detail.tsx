"use client";
import { useQuery } from "@tanstack/react-query";
import { CopyButton, Dialog, ErrorCard, ModelName, Money, Skeleton, Status } from "@trunkline/ui";
import type { RequestView } from "../../../server/views.ts";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** As it comes over the wire, where an unknown value may be absent. */
type Shown = Omit<RequestView, "decision"> & { decision?: unknown };

/** One request: what became of it, every attempt on one time line, the cost by class, and the routing decision. */
export function RequestDetail({ id, onClose }: { id: string | null; onClose: () => void }) {
  const trpc = useTRPC();
  const scope = useScope();
  const request = useQuery({ ...trpc.requests.get.queryOptions({ ...scope, id: id ?? "" }), enabled: id !== null });
  return (
    <Dialog title="Request" open={id !== null} onClose={onClose}>
      {request.isPending ? <Skeleton height={240} /> : request.isError ? <ErrorCard message={request.error.message} onRetry={() => void request.refetch()} /> : <Detail view={request.data} />}
    </Dialog>
  );
}

function Detail({ view }: { view: Shown }) {
  return (
    <>
      <div className="row"><Status status={view.status} code={view.httpStatus} /><ModelName id={view.model ?? view.requestedModel} /><span className="muted">{view.provider}</span></div>
      <div className="row"><code style={{ fontSize: 12, overflowWrap: "anywhere" }}>{view.id}</code><CopyButton text={view.id} label="Copy id" /></div>
      {view.errorMessage ? <p className="err">{view.errorMessage}</p> : null}
      <section><h3 style={{ fontSize: 14 }}>Attempts</h3><Attempts view={view} /></section>
      <section><h3 style={{ fontSize: 14 }}>Cost</h3>
        <table><tbody>{view.costLines.map((line) => <tr key={line.label}><th scope="row">{line.label}</th><td className="r">{line.tokens.toLocaleString("en-US")} × ${line.usdPerMillion}/M</td><td className="r"><Money usd={line.costUsd} exact /></td></tr>)}</tbody>
          <tfoot><tr><th scope="row">Total{view.estimated ? ", estimated" : ""}</th><td className="r" colSpan={2}><Money usd={view.costUsd} exact /></td></tr></tfoot></table>
        {view.priceVersionId ? <p className="meta">Price version {view.priceVersionId}</p> : null}
      </section>
      <details className="data"><summary>Routing decision</summary><pre className="mono" style={{ overflowX: "auto", maxHeight: 280 }} tabIndex={0}>{JSON.stringify(view.decision, null, 2)}</pre></details>
    </>
  );
}

function Attempts({ view }: { view: Shown }) {
  const start = Math.min(...view.attemptList.map((attempt) => attempt.startedAtMs));
  const end = Math.max(...view.attemptList.map((attempt) => attempt.startedAtMs + attempt.durationMs), start + 1);
  return (
    <ol style={{ display: "grid", gap: 8, marginTop: 8 }}>
      {view.attemptList.map((attempt) => (
        <li key={attempt.attempt}>
          <div className="row" style={{ justifyContent: "space-between" }}><span>{attempt.attempt}. {attempt.provider} <span className="muted">{attempt.upstreamModel}</span></span><span className="num">{attempt.status ?? "–"} · {attempt.durationMs} ms</span></div>
          <div className={`bar ${attempt.failureClass ? "err" : ""}`}><i style={{ left: `${((attempt.startedAtMs - start) / (end - start)) * 100}%`, width: `${Math.max(1, (attempt.durationMs / (end - start)) * 100)}%` }} /></div>
          {attempt.failureClass ? <p className="meta"><code>{attempt.failureClass}</code>{attempt.message ? `: ${attempt.message}` : ""}</p> : null}
        </li>
      ))}
    </ol>
  );
}
