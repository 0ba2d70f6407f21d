"use client";
import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { Button } from "@trunkline/ui";

/** Up, down and away, for rules and targets alike. */
export function MoveButtons({ what, first, last, only, onMove, onRemove }: { what: string; first: boolean; last: boolean; only: boolean; onMove: (by: -1 | 1) => void; onRemove: () => void }) {
  return (
    <span className="acts">
      <Button variant="ghost" size="sm" className="icon" data-act="up" aria-label={`Move ${what} up`} disabled={first} onClick={() => onMove(-1)}><ArrowUp className="ic s" aria-hidden /></Button>
      <Button variant="ghost" size="sm" className="icon" data-act="down" aria-label={`Move ${what} down`} disabled={last} onClick={() => onMove(1)}><ArrowDown className="ic s" aria-hidden /></Button>
      <Button variant="ghost" size="sm" className="icon" data-act="remove" aria-label={`Remove ${what}`} disabled={only} onClick={onRemove}><Trash2 className="ic s" aria-hidden /></Button>
    </span>
  );
}
