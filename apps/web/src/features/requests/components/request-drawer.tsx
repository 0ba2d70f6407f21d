"use client";
import { ArrowDown, ArrowLeft, ArrowUp, Check, Copy, Maximize2, Shuffle, X } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { callUsd, count, duration, ErrorCard, ModelName, Money, shortUsd, Skeleton, Status } from "@trunkline/ui";
import type { RequestView } from "../../../server/views.ts";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { Attempts } from "./attempts.tsx";
import { cacheSavingUsd, unchargedOf } from "./cost-notes.ts";
import { toDecisionView } from "./decision-view.ts";
import { PromptSection } from "./prompt-section.tsx";
import { logTime } from "./log-table.tsx";
import { RequestActions } from "./request-actions.tsx";
import { ReceiptSection } from "./receipt-section.tsx";

/** As it comes over the wire, where an unknown value may be absent. */
type Shown = Omit<RequestView, "decision"> & { decision?: unknown };
interface Moves { readonly onClose: () => void; readonly onPrevious: (() => void) | null; readonly onNext: (() => void) | null }

/** One request beside the list, or in place of it on a phone: what became of it, its attempts, its cost, and why it was routed so. */
export function RequestDrawer({ id, timeZone, ...moves }: Moves & { id: string; timeZone: string }) {
  return (
    <aside className="drawer" aria-label={`Request ${id}`}>
      <Head id={id} {...moves} />
      <RequestBody id={id} timeZone={timeZone} />
    </aside>
  );
}

/** The same without its frame. */
export function RequestBody({ id, timeZone }: { id: string; timeZone: string }) {
  const trpc = useTRPC();
  const request = useQuery(trpc.requests.get.queryOptions({ ...useScope(), id }));
  // The answer kept in sight while the next one loads belongs to another request.
  const view = request.data?.id === id ? request.data : null;
  if (view) return <Detail view={view} timeZone={timeZone} />;
  return request.isError ? <div className="dsec"><ErrorCard message={request.error.data?.code === "NOT_FOUND" ? `No request ${id} in this project. It may belong to another one, or its retention has ended.` : request.error.message} onRetry={() => void request.refetch()} /></div> : <div className="dsec" aria-busy="true"><Skeleton height={120} /><Skeleton height={240} /></div>;
}

const COPIED_MS = 1_600;

function Head({ id, onClose, onPrevious, onNext }: Moves & { id: string }) {
  const [copied, setCopied] = useState(false);
  const at = useProjectPath();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <div className="dh">
      <button type="button" className="btn icon ghost mob" aria-label="Back to the list" onClick={onClose}><ArrowLeft className="ic" aria-hidden /></button>
      <h2><span className="rid">{id}</span><button type="button" className="btn icon ghost sm" aria-label={copied ? "Copied" : "Copy request id"} onClick={() => void copy()}>{copied ? <Check className="ic s" aria-hidden /> : <Copy className="ic s" aria-hidden />}</button></h2>
      <Link className="btn icon ghost sm" href={at(`/logs/${id}`)} aria-label="Open as a page" title="Open as a page"><Maximize2 className="ic s" aria-hidden /></Link>
      <button type="button" className="btn icon ghost sm" aria-label="Previous log" aria-keyshortcuts="[" title="Previous log ([)" disabled={!onPrevious} onClick={onPrevious ?? undefined}><ArrowUp className="ic s" aria-hidden /></button>
      <button type="button" className="btn icon ghost sm" aria-label="Next log" aria-keyshortcuts="]" title="Next log (])" disabled={!onNext} onClick={onNext ?? undefined}><ArrowDown className="ic s" aria-hidden /></button>
      <button type="button" className="btn icon ghost sm desk" aria-label="Close" aria-keyshortcuts="Escape" title="Close (Esc)" onClick={onClose}><X className="ic s" aria-hidden /></button>
    </div>
  );
}

const SECTIONS = [["attempts", "Attempts"], ["cost", "Cost"], ["routing", "Routing"], ["prompt", "Prompt"], ["facts", "Facts"], ["receipt", "Receipt"]] as const;

function Detail({ view, timeZone }: { view: Shown; timeZone: string }) {
  return (
    <>
      <Summary view={view} timeZone={timeZone} />
      <nav className="tabs" aria-label="Parts of this log">{SECTIONS.map(([id, label]) => <a key={id} href={`#log-${id}`}>{label}</a>)}</nav>
      <section className="dsec" id="log-attempts" aria-label="Attempts">
        <header><h3>Attempts</h3><ul className="legend meta"><li><span className="sw w-t" />Wait</li><li><span className="sw w-s" />Stream</li><li><span className="sw err" />Failed</li></ul></header>
        <Attempts attempts={view.attemptList} />
      </section>
      <Cost view={view} />
      <Decision view={view} />
      <PromptSection key={view.id} id={view.id} />
      <Facts view={view} />
      <ReceiptSection id={view.id} />
    </>
  );
}

function Summary({ view, timeZone }: { view: Shown; timeZone: string }) {
  const time = logTime(view.createdAt, timeZone);
  return (
    <div className="dsum">
      <div className="line">{view.model ? <ModelName id={view.model} /> : <code>{view.requestedModel}</code>}{view.status === "rescued" ? <span className="tag warn"><Shuffle className="ic s" aria-hidden />Served by fallback</span> : <Status status={view.status} code={view.httpStatus} />}</div>
      <p className="how">Asked for <code className="fg">{view.preset ? `@preset/${view.preset}${view.presetVersion ? `:${view.presetVersion}` : ""}` : view.requestedModel}</code> with key <span className="fg">{view.keyName}</span>, <span className="num fg" title={time.full}>{time.short}</span></p>
      {view.errorMessage ? <p className="said"><code>{view.errorCode}</code> {view.errorMessage}</p> : null}
      <dl className="dkv">
        <div><dt>Cost{view.estimated ? ", estimated" : ""}</dt><dd title={`$${view.costUsd}`}>{callUsd(view.costUsd)}</dd></div>
        <div><dt>First token</dt><dd>{view.timeToFirstTokenMs === null ? "–" : duration(view.timeToFirstTokenMs)}</dd></div>
        <div><dt>Total</dt><dd>{duration(view.durationMs)}</dd></div>
        <div><dt>Tokens in / out</dt><dd>{count(view.inputTokens + view.cacheReadTokens + view.cacheWriteTokens)} / {count(view.outputTokens + view.reasoningTokens)}</dd></div>
      </dl>
      <RequestActions id={view.id} model={view.preset ? `@preset/${view.preset}` : view.model ?? view.requestedModel} mayReplay={view.inboundApi !== "embeddings"} />
    </div>
  );
}

function Cost({ view }: { view: Shown }) {
  const uncharged = unchargedOf(view);
  const saving = cacheSavingUsd(view.costLines);
  return (
    <section className="dsec" id="log-cost" aria-label="Cost">
      <header><h3>Cost</h3>{view.priceVersionId ? <span className="meta">price version <code>{view.priceVersionId}</code></span> : null}</header>
      <table className="cost">
        <thead><tr><th scope="col">Dimension</th><th scope="col" className="r">Tokens</th><th scope="col" className="r">$ per 1M</th><th scope="col" className="r">Cost</th></tr></thead>
        <tbody>
          {view.costLines.map((line) => <tr key={line.label}><th scope="row">{line.label}{line.label === "Cache read" && saving !== null && saving > 0 ? <> <span className="meta ok">saved {shortUsd(saving)}</span></> : null}</th><td className="r">{count(line.tokens)}</td><td className="r muted">{line.usdPerMillion}</td><td className="r"><Money usd={line.costUsd} exact /></td></tr>)}
          {uncharged.map((attempt) => <tr key={attempt.attempt}><th scope="row">Attempt {attempt.attempt}, {attempt.provider} <span className="meta">failed, not charged</span></th><td className="r muted">–</td><td className="r muted">–</td><td className="r">$0</td></tr>)}
          {view.ownSpendUsd === null ? null : <tr><th scope="row">Your own key <span className="meta">billed by {view.provider}, not here</span></th><td className="r muted">–</td><td className="r muted">–</td><td className="r">−<Money usd={view.ownSpendUsd} exact /></td></tr>}
          {view.ownKeyFeeUsd === null ? null : <tr><th scope="row">Fee on your own key <span className="meta">by your plan</span></th><td className="r muted">–</td><td className="r muted">–</td><td className="r"><Money usd={view.ownKeyFeeUsd} exact /></td></tr>}
          {view.costLines.length + uncharged.length === 0 ? <tr><td colSpan={4} className="muted">No tokens were used.</td></tr> : null}
        </tbody>
        <tfoot>
          <tr><th scope="row" colSpan={3}>Billed{view.estimated ? ", estimated" : ""}</th><td className="r"><Money usd={view.costUsd} exact /></td></tr>
          {view.absorbedUsd === null ? null : <tr><th scope="row" colSpan={3}>Absorbed <span className="meta">billed by providers beyond that, not to you</span></th><td className="r muted"><Money usd={view.absorbedUsd} exact /></td></tr>}
        </tfoot>
      </table>
    </section>
  );
}

function Decision({ view }: { view: Shown }) {
  const decision = toDecisionView(view.decision, view.attemptList);
  return (
    <section className="dsec" id="log-routing" aria-label="Routing decision">
      <header><h3>Routing decision</h3>{decision ? <span className="meta">{decision.source}</span> : null}</header>
      {decision ? (
        <ol className="dec">
          {decision.kept.map((one, at) => <li key={`${one.provider}/${one.model}`}><span className={`n ${one.tone === "ok" ? "on" : ""}`}>{at + 1}</span><span><ModelName id={one.model} /> <span className="meta">{one.provider}</span></span><span className={`why ${one.tone}`}>{one.outcome}</span></li>)}
          {decision.dropped.map((one) => <li key={`${one.provider}/${one.model}/${one.reason}`} className="drop"><X className="ic s muted" aria-label="Dropped" /><span><ModelName id={one.model} /> <span className="meta">{one.provider}</span></span><span className="why">{one.reason}</span></li>)}
        </ol>
      ) : <p className="muted">No decision was recorded: the request was refused before it was routed.</p>}
    </section>
  );
}

function Facts({ view }: { view: Shown }) {
  const facts: readonly (readonly [string, string | null])[] = [
    ["Interface", view.inboundApi.replaceAll("_", " ")], ["Finish reason", view.finishReason], ["End user", view.endUser], ["Session", view.sessionId],
    ...Object.entries(view.metadata).map(([name, value]) => [`metadata.${name}`, value] as const), ["Parameters lost", view.losses.length > 0 ? view.losses.join("; ") : null],
  ];
  return (
    <section className="dsec" id="log-facts" aria-label="Facts">
      <header><h3>Facts</h3></header>
      <dl className="facts">{facts.map(([name, value]) => (value === null ? null : <div key={name}><dt>{name}</dt><dd>{value}</dd></div>))}</dl>
    </section>
  );
}
