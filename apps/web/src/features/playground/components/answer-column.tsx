"use client";
import { Code, LoaderCircle, RotateCcw, Square, X } from "lucide-react";
import Link from "next/link";
import { useId } from "react";
import { Button, count, duration, Money } from "@trunkline/ui";
import { useBook, useProjectPath } from "../../shell/use-scope.ts";
import type { Answer } from "./answer.ts";
import type { Run } from "./run.ts";
import type { useColumn } from "./use-column.ts";

interface Props {
  readonly number: number; readonly model: string; readonly list: string; readonly call: ReturnType<typeof useColumn>;
  readonly onModel: (model: string) => void; readonly onRun: () => void; readonly onCode: () => void; readonly onRemove?: () => void;
}

export function AnswerColumn({ number, model, list, call, onModel, onRun, onCode, onRemove }: Props) {
  const id = useId();
  const { run, stop } = call;
  return (
    <section className="card column" aria-label={`Column ${number}`}>
      <header>
        <label className="sr" htmlFor={id}>Model of column {number}</label>
        <input id={id} list={list} value={model} autoComplete="off" spellCheck={false} onChange={(event) => onModel(event.target.value)} onFocus={(event) => event.target.select()} />
        {onRemove ? <button type="button" className="btn icon ghost sm" aria-label={`Remove column ${number}`} onClick={onRemove}><X className="ic s" aria-hidden /></button> : null}
      </header>
      <div className="said" tabIndex={0} role="region" aria-label={`Answer ${number}`}>{run ? <Said run={run} /> : <p className="muted">The answer appears here, as it is written.</p>}</div>
      {run ? <Figures run={run} /> : null}
      <footer>
        {run?.state === "running" ? <Button size="sm" onClick={stop}><Square className="ic s" aria-hidden />Stop</Button> : <Button size="sm" onClick={onRun}><RotateCcw className="ic s" aria-hidden />{run ? "Retry" : "Run"}</Button>}
        <Button size="sm" variant="ghost" onClick={onCode}><Code className="ic s" aria-hidden />Code</Button>
        <span className="grow" />
        <LogLink id={run && run.state !== "running" ? run.served?.requestId ?? null : null} />
      </footer>
    </section>
  );
}

const STATES: Readonly<Record<Run["state"], string>> = { running: "Answering…", done: "Answered", stopped: "Stopped", failed: "Failed" };

function Said({ run: { answer, state } }: { run: Run }) {
  const empty = answer.text === "" && answer.toolCalls.length === 0 && answer.error === null;
  return (
    <>
      <p className="sr" role="status">{STATES[state]}</p>
      {answer.reasoning ? <details className="think"><summary>Reasoning{answer.usage?.reasoningTokens ? `, ${count(answer.usage.reasoningTokens)} tokens` : ""}</summary><p>{answer.reasoning}</p></details> : null}
      {answer.text ? <p className="text">{answer.text}</p> : null}
      <ToolCalls calls={answer.toolCalls} />
      {answer.error ? <p className="err fault" role="alert">{answer.error}</p> : null}
      {state === "running" ? <p className="muted busy"><LoaderCircle className="ic s" aria-hidden />{empty ? "Waiting for the first token" : "Answering"}</p> : null}
      {state === "stopped" ? <p className="muted">Stopped. What was delivered is counted.</p> : null}
      {state === "done" && answer.finishReason === "length" ? <p className="muted">Cut at the limit of output tokens.</p> : null}
      {state === "done" && empty ? <p className="muted">The model ended without a word.</p> : null}
    </>
  );
}

function ToolCalls({ calls }: { calls: Answer["toolCalls"] }) {
  return calls.map((call, at) => <div key={`${call.name}-${at}`} className="tool"><p className="meta">Calls the tool</p><code>{call.name}({call.arguments})</code></div>);
}

const MS_PER_SECOND = 1_000;

/** An answer that came in one piece has no speed to tell: dividing by next to nothing would claim one. */
const SPEED_OVER_MS_MIN = 100;

/** Output tokens a second from the first token on; null where nothing can be said. */
function speedOf({ answer, firstTokenMs, totalMs }: Run): number | null {
  const tokens = (answer.usage?.outputTokens ?? 0);
  return firstTokenMs === null || totalMs === null || totalMs - firstTokenMs < SPEED_OVER_MS_MIN || tokens < 2 ? null : (tokens * MS_PER_SECOND) / (totalMs - firstTokenMs);
}

function Figures({ run }: { run: Run }) {
  const { served, firstTokenMs, totalMs, answer: { usage } } = run;
  const speed = speedOf(run);
  return (
    <dl className="figures num">
      <div><dt>Served by</dt><dd>{served?.provider ?? "–"}{served?.model ? <span className="meta">{served.model}</span> : null}</dd></div>
      <div><dt>First token</dt><dd>{firstTokenMs === null ? "–" : duration(firstTokenMs)}</dd></div>
      <div><dt>In all</dt><dd>{totalMs === null ? "–" : duration(totalMs)}{speed === null ? null : <span className="meta">{speed >= 10 ? count(Math.round(speed)) : speed.toFixed(1)} tokens/s</span>}</dd></div>
      <div><dt>Tokens</dt><dd>{usage ? `${count(usage.inputTokens)} + ${count(usage.outputTokens)}` : "–"}{usage && usage.cachedTokens > 0 ? <span className="meta">{count(usage.cachedTokens)} cached</span> : null}</dd></div>
      <div><dt>Cost</dt><dd>{usage?.costUsd ? <Money usd={usage.costUsd} /> : "–"}</dd></div>
      <div><dt>Attempts</dt><dd>{served && served.attempts > 0 ? served.attempts : "–"}{served?.losses ? <span className="meta" title={served.losses}>parameters lost</span> : null}</dd></div>
    </dl>
  );
}

function LogLink({ id }: { id: string | null }) {
  const at = useProjectPath();
  const { mode } = useBook();
  return id ? <Link className="link" href={`${at("/logs")}?${new URLSearchParams({ mode, id }).toString()}`}>Open in logs</Link> : null;
}
