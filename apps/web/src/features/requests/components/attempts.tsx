import { CircleCheck, CircleX, Shuffle } from "lucide-react";
import { duration } from "@trunkline/ui";
import type { AttemptView } from "../../../server/views.ts";
import { waterfallOf, type Bar } from "./waterfall-times.ts";

const PERCENT = 100;

/** All attempts on one time line, and between two of them why the gateway went on. */
export function Attempts({ attempts }: { attempts: readonly AttemptView[] }) {
  if (attempts.length === 0) return <p className="muted">The request was refused before a provider was tried.</p>;
  const { totalMs, ticksMs, bars } = waterfallOf(attempts);
  const inSeconds = totalMs >= 1_000;
  const tick = (ms: number, at: number): string => (ms === 0 ? "0" : `${inSeconds ? Number((ms / 1_000).toPrecision(3)) : Number(ms.toPrecision(3))}${at === ticksMs.length - 1 ? (inSeconds ? " s" : " ms") : ""}`);
  return (
    <div className="wf" role="group" aria-label="Attempts">
      <div className="axis" aria-hidden>{ticksMs.map((ms, at) => <span key={ms}>{tick(ms, at)}</span>)}</div><span />
      {bars.map((bar, at) => <Lane key={bar.attempt.attempt} bar={bar} totalMs={totalMs} next={bars[at + 1]?.attempt ?? null} />)}
    </div>
  );
}

function Lane({ bar: { attempt, offsetMs, waitMs, streamMs }, totalMs, next }: { bar: Bar; totalMs: number; next: AttemptView | null }) {
  const failed = attempt.failureClass !== null;
  const at = (ms: number): string => `${(ms / totalMs) * PERCENT}%`;
  const Icon = failed ? CircleX : CircleCheck;
  const said = failed ? `${duration(attempt.durationMs)}, then ${attempt.status ?? attempt.failureClass}` : `waited ${duration(waitMs)}${streamMs > 0 ? `, streamed ${duration(streamMs)}` : ""}`;
  return (
    <>
      <div className="who"><span className={`st num ${failed ? "err" : "ok"}`}><Icon className="ic" aria-hidden />{attempt.status ?? "–"}</span> <b>{attempt.provider}</b>{attempt.drill ? <> <span className="tag">{attempt.drill === "failed" ? "drill" : "drill, spared"}</span></> : null}<br /><span className="meta">{attempt.upstreamModel}</span></div>
      <div className="lane" role="img" aria-label={`Begins after ${duration(offsetMs)}: ${said}`}>
        <i className={failed ? "w-e end" : streamMs > 0 ? "w-t" : "w-t end"} style={{ left: at(offsetMs), width: at(waitMs) }} />
        {streamMs > 0 ? <i className="w-s end" style={{ left: at(offsetMs + waitMs), width: at(streamMs) }} /> : null}
      </div>
      <div className="ms">{duration(attempt.durationMs)}</div>
      {failed ? <p className="why"><Shuffle className="ic s" aria-hidden /><span><span className="fg">{next ? `Went on to ${next.provider}:` : "Ended here:"}</span> <code>{attempt.failureClass}</code>{attempt.message ? `, ${attempt.message}` : ""}</span></p> : null}
    </>
  );
}
