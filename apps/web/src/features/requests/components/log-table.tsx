"use client";
import { AudioWaveform, Database, Layers, Waypoints } from "lucide-react";
import { callUsd, count, duration, ModelName, Status } from "@trunkline/ui";
import type { RequestListItem } from "../../../server/views.ts";

const PERCENT = 100;

/** Time of day in the reporting zone; the date too unless it is today. */
export function logTime(at: string, timeZone: string): { readonly short: string; readonly full: string } {
  const instant = new Date(at);
  const day = (one: Date): string => one.toLocaleDateString("en-GB", { timeZone, day: "numeric", month: "short" });
  const time = instant.toLocaleTimeString("en-GB", { timeZone });
  return { short: day(instant) === day(new Date()) ? time : `${day(instant)}, ${time}`, full: `${instant.toLocaleString("en-GB", { timeZone, dateStyle: "medium", timeStyle: "medium" })} ${timeZone}` };
}

/** What the tokens were: from cache, fresh, written out. */
function Composition({ row }: { row: RequestListItem }) {
  const fresh = row.inputTokens + row.cacheWriteTokens;
  const out = row.outputTokens + row.reasoningTokens;
  const total = row.cacheReadTokens + fresh + out;
  if (total === 0) return <span className="muted">–</span>;
  const part = (value: number, name: string) => (value > 0 ? <i className={name} style={{ width: `${(value / total) * PERCENT}%` }} /> : null);
  return <>{count(total)}<span className="comp" role="img" aria-label={`${count(row.cacheReadTokens)} cached, ${count(fresh)} fresh, ${count(out)} out`}>{part(row.cacheReadTokens, "h")}{part(fresh, "f")}{part(out, "o")}</span></>;
}

function Flags({ row }: { row: RequestListItem }) {
  return (
    <span className="flags">
      {row.streaming ? <span title="Streamed"><AudioWaveform className="ic s" role="img" aria-label="Streamed" /></span> : null}
      {row.cacheReadTokens > 0 ? <span title="Read from cache"><Database className="ic s" role="img" aria-label="Read from cache" /></span> : null}
      {row.attempts > 1 ? <span title={`${row.attempts} attempts`}><Waypoints className="ic s" role="img" aria-label={`${row.attempts} attempts`} /></span> : null}
      {row.preset ? <span title={`Preset ${row.preset}`}><Layers className="ic s" role="img" aria-label={`Preset ${row.preset}`} /></span> : null}
    </span>
  );
}

/** `cursor` is the row that the keyboard is on; `openId` the one in the drawer. */
export function LogTable({ rows, timeZone, cursor, openId, onOpen }: { rows: readonly RequestListItem[]; timeZone: string; cursor: string | null; openId: string | null; onOpen: (id: string) => void }) {
  return (
    <section className="twrap" tabIndex={0} aria-label="Requests, table">
      <table>
        <thead><tr><th scope="col">Time</th><th scope="col">Status</th><th scope="col">Model, served</th><th scope="col">Provider</th><th scope="col">Key</th><th scope="col" className="r">TTFT</th><th scope="col" className="r">Total</th><th scope="col" className="r">Tokens</th><th scope="col" className="r">Cost</th><th scope="col"><span className="sr">Flags</span></th></tr></thead>
        <tbody>{rows.map((row) => <Row key={row.id} row={row} timeZone={timeZone} state={row.id === openId ? "sel" : row.id === cursor ? "at" : ""} onOpen={onOpen} />)}</tbody>
      </table>
    </section>
  );
}

function Row({ row, timeZone, state, onOpen }: { row: RequestListItem; timeZone: string; state: "sel" | "at" | ""; onOpen: (id: string) => void }) {
  const time = logTime(row.createdAt, timeZone);
  return (
    <tr className={state} data-request={row.id} onClick={() => onOpen(row.id)}>
      <td className="num" title={time.full}><button type="button" className="rowbtn" aria-label={`Open request of ${time.short}`} aria-expanded={state === "sel"} onClick={(event) => { event.stopPropagation(); onOpen(row.id); }}>{time.short}</button></td>
      <td className="num"><Status status={row.status} code={row.httpStatus} /></td>
      <td>{row.model ? <ModelName id={row.model} /> : <code>{row.requestedModel}</code>}</td>
      <td className="muted">{row.provider ?? "–"}</td>
      <td className="muted">{row.keyName}</td>
      <td className="r">{row.timeToFirstTokenMs === null ? "–" : duration(row.timeToFirstTokenMs)}</td>
      <td className="r">{duration(row.durationMs)}</td>
      <td className="r"><Composition row={row} /></td>
      <td className="r" title={`$${row.costUsd}`}>{callUsd(row.costUsd)}</td>
      <td><Flags row={row} /></td>
    </tr>
  );
}
