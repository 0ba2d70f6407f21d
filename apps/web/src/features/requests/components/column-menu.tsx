"use client";
import { Columns3 } from "lucide-react";
import { useState } from "react";
import { useMenu } from "../../shell/use-menu.ts";
import { columnsFrom, columnsText, LOG_COLUMNS, type LogColumn } from "./log-columns.ts";

/** Which columns the log has. Those that every table has are not asked for. */
export function ColumnMenu({ shown, onChange }: { shown: readonly LogColumn[]; onChange: (shown: readonly LogColumn[]) => void }) {
  const [open, setOpen] = useState(false);
  // The ticks' own: the address follows a press a moment later.
  const [ticked, setTicked] = useState(shown);
  const holder = useMenu(open, () => setOpen(false));
  const choose = (next: readonly LogColumn[]): void => { setTicked(next); onChange(next); };
  return (
    <span className="views desk" ref={holder}>
      <button type="button" className="btn" aria-expanded={open} onClick={() => { setTicked(shown); setOpen(!open); }}><Columns3 className="ic s" aria-hidden />Columns</button>
      {open ? (
        <div className="menu cols" role="group" aria-label="Columns of the log">
          {LOG_COLUMNS.map((column) => ("fixed" in column ? null : <label key={column.id}><input type="checkbox" checked={ticked.includes(column.id)} onChange={(event) => choose(event.target.checked ? [...ticked, column.id] : ticked.filter((id) => id !== column.id))} />{column.label}</label>))}
          {columnsText(ticked) === null ? null : <button type="button" onClick={() => choose(columnsFrom(null))}>The usual ones</button>}
        </div>
      ) : null}
    </span>
  );
}
