"use client";
import { Columns3 } from "lucide-react";
import { useState } from "react";
import { useMenu } from "../../shell/use-menu.ts";
import { LOG_COLUMNS, type LogColumn } from "./log-columns.ts";

/** Which columns the log has. Those that every table has are not asked for. */
export function ColumnMenu({ shown, onChange, onReset }: { shown: readonly LogColumn[]; onChange: (shown: readonly LogColumn[]) => void; onReset: (() => void) | null }) {
  const [open, setOpen] = useState(false);
  const holder = useMenu(open, () => setOpen(false));
  return (
    <span className="views desk" ref={holder}>
      <button type="button" className="btn" aria-expanded={open} onClick={() => setOpen(!open)}><Columns3 className="ic s" aria-hidden />Columns</button>
      {open ? (
        <div className="menu cols" role="group" aria-label="Columns of the log">
          {LOG_COLUMNS.map((column) => ("fixed" in column ? null : <label key={column.id}><input type="checkbox" checked={shown.includes(column.id)} onChange={(event) => onChange(event.target.checked ? [...shown, column.id] : shown.filter((id) => id !== column.id))} />{column.label}</label>))}
          {onReset ? <button type="button" onClick={onReset}>The usual ones</button> : null}
        </div>
      ) : null}
    </span>
  );
}
