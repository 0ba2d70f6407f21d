"use client";
import { ZoomOut } from "lucide-react";
import { spanOf, type Span } from "./ranges.ts";

interface Props { readonly span: Span; readonly onChange: (span: Span) => void; readonly onReset: () => void }

/** What the control takes and gives: the viewer's own clock, to the minute. */
const local = (iso: string): string => {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

/** The same span as one drawn over the chart, by keyboard. */
export function CustomRange({ span, onChange, onReset }: Props) {
  const change = (which: "from" | "to", text: string): void => {
    const at = Date.parse(text);
    const next = Number.isNaN(at) ? null : spanOf(which === "from" ? new Date(at).toISOString() : span.from, which === "to" ? new Date(at).toISOString() : span.to);
    if (next) onChange(next);
  };
  return (
    <>
      {(["from", "to"] as const).map((which) => <label key={which} className="pick when">{which}<input key={span[which]} type="datetime-local" title="By this computer's clock" defaultValue={local(span[which])} onBlur={(event) => change(which, event.target.value)} onKeyDown={(event) => { if (event.key === "Enter") change(which, event.currentTarget.value); }} /></label>)}
      <button type="button" className="btn" onClick={onReset}><ZoomOut className="ic s" aria-hidden />Reset</button>
    </>
  );
}
