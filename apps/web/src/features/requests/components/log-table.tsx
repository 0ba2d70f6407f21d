"use client";
import { AudioWaveform, Database, Layers, Waypoints } from "lucide-react";
import type { ReactNode } from "react";
import { callUsd, count, duration, ModelName, Status } from "@trunkline/ui";
import type { RequestListItem } from "../../../server/views.ts";
import { LOG_COLUMNS, type LogColumn } from "./log-columns.ts";

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

interface Cell { readonly row: RequestListItem; readonly time: ReturnType<typeof logTime>; readonly isOpen: boolean; readonly onOpen: (id: string) => void }

/** Output tokens a second once the first had come. */
function speedOf({ outputTokens, reasoningTokens, durationMs, timeToFirstTokenMs }: RequestListItem): string {
  const said = outputTokens + reasoningTokens;
  return timeToFirstTokenMs === null || durationMs <= timeToFirstTokenMs || said < 2 ? "–" : count(Math.round((said * 1000) / (durationMs - timeToFirstTokenMs)));
}

const CELLS: Readonly<Record<LogColumn, (cell: Cell) => ReactNode>> = {
  time: ({ row, time, isOpen, onOpen }) => <button type="button" className="rowbtn" aria-label={`Open request of ${time.short}`} aria-expanded={isOpen} onClick={(event) => { event.stopPropagation(); onOpen(row.id); }}>{time.short}</button>,
  status: ({ row }) => <Status status={row.status} code={row.httpStatus} />,
  model: ({ row }) => row.model ? <ModelName id={row.model} /> : <code>{row.requestedModel}</code>,
  requested: ({ row }) => <code>{row.requestedModel}</code>,
  provider: ({ row }) => row.provider ?? "–",
  key: ({ row }) => row.keyName,
  preset: ({ row }) => row.preset ?? "–",
  ttft: ({ row }) => row.timeToFirstTokenMs === null ? "–" : duration(row.timeToFirstTokenMs),
  total: ({ row }) => duration(row.durationMs),
  speed: ({ row }) => speedOf(row),
  tokens: ({ row }) => <Composition row={row} />,
  attempts: ({ row }) => count(row.attempts),
  cost: ({ row }) => <span title={`$${row.costUsd}`}>{callUsd(row.costUsd)}</span>,
  flags: ({ row }) => <Flags row={row} />,
};
/** Beside `c-` and the column's name, by which the narrow forms choose. */
const LOOKS: Partial<Readonly<Record<LogColumn, string>>> = { time: "num", status: "num", provider: "muted", key: "muted", preset: "muted", requested: "muted" };
const lookOf = ({ id, ...column }: (typeof LOG_COLUMNS)[number]): string => `c-${id} ${"right" in column ? "r" : LOOKS[id] ?? ""}`.trim();

/** `cursor` is the row that the keyboard is on; `openId` the one in the drawer. */
export function LogTable({ rows, shown, timeZone, cursor, openId, onOpen }: { rows: readonly RequestListItem[]; shown: readonly LogColumn[]; timeZone: string; cursor: string | null; openId: string | null; onOpen: (id: string) => void }) {
  const columns = LOG_COLUMNS.filter(({ id }) => shown.includes(id));
  return (
    <section className="twrap" tabIndex={0} aria-label="Requests, table">
      <table>
        <thead><tr>{columns.map((column) => <th key={column.id} scope="col" className={lookOf(column)}>{column.id === "flags" ? <span className="sr">{column.label}</span> : column.label}</th>)}</tr></thead>
        <tbody>{rows.map((row) => <Row key={row.id} row={row} columns={columns} timeZone={timeZone} state={row.id === openId ? "sel" : row.id === cursor ? "at" : ""} onOpen={onOpen} />)}</tbody>
      </table>
    </section>
  );
}

function Row({ row, columns, timeZone, state, onOpen }: { row: RequestListItem; columns: readonly (typeof LOG_COLUMNS)[number][]; timeZone: string; state: "sel" | "at" | ""; onOpen: (id: string) => void }) {
  const time = logTime(row.createdAt, timeZone);
  const cell: Cell = { row, time, isOpen: state === "sel", onOpen };
  return (
    <tr className={state} data-request={row.id} onClick={() => onOpen(row.id)}>
      {columns.map((column) => <td key={column.id} className={lookOf(column)} title={column.id === "time" ? time.full : undefined}>{CELLS[column.id](cell)}</td>)}
    </tr>
  );
}
