import { lazy, Suspense } from "react";
import { Check, X } from "lucide-react";
import { ModelName, Money, Status } from "@trunkline/ui";
import type { RequestListItem } from "../../../server/views.ts";

// Only a failure has one, and the list of all is long.
const Mend = lazy(async () => ({ default: (await import("./mend.tsx")).Mend }));
const attemptsText = (attempts: number): string => (attempts === 1 ? "1 attempt, no fallback needed" : `${attempts} attempts`);

/** What the gateway recorded of one request; `answer` is the text where this page asked for it. */
export function FirstRequest({ request, answer }: { request: RequestListItem; answer: string | null }) {
  const failed = request.status === "failed" || request.status === "partial";
  return (
    <>
      <div className="got">
        <span className={failed ? "badge bad" : "badge"}>{failed ? <X className="ic" aria-hidden /> : <Check className="ic" aria-hidden />}</span>
        <div><h2>{failed ? "The request failed" : "First request received"}</h2><p className="meta">{failed ? "Fix it and send again; this panel follows." : `as ${request.requestedModel}, by key ${request.keyName}`}</p></div>
      </div>
      {failed ? <p className="says err">{request.errorCode ? <><code>{request.errorCode}</code> </> : null}{request.errorMessage ?? `The gateway answered ${request.httpStatus}.`}</p> : null}
      {failed ? <Suspense><Mend code={request.errorCode} /></Suspense> : null}
      {!failed && answer ? <blockquote className="says">{answer}</blockquote> : null}
      <dl className="kv">
        <div><dt>Model</dt><dd><ModelName id={request.model ?? request.requestedModel} /></dd></div>
        <div><dt>Provider</dt><dd>{request.provider ?? "none"}</dd></div>
        <div><dt>First token</dt><dd>{request.timeToFirstTokenMs === null ? "not streamed" : `${request.timeToFirstTokenMs} ms`}</dd></div>
        <div><dt>Tokens</dt><dd>{request.inputTokens + request.cacheReadTokens + request.cacheWriteTokens} + {request.outputTokens}</dd></div>
        <div><dt>Cost</dt><dd><Money usd={request.costUsd} exact /></dd></div>
        <div><dt>Duration</dt><dd>{request.durationMs} ms</dd></div>
      </dl>
      <p className="att"><Status status={request.status} code={request.httpStatus} /><span className="num">HTTP {request.httpStatus}</span><span>{attemptsText(request.attempts)}</span></p>
    </>
  );
}
