import { useState, type PointerEvent } from "react";

/** Slots of a chart, both ends included. */
export interface Brushed { readonly from: number; readonly to: number }

/**
 * A span of slots drawn with the pointer. One slot alone is a click, not a span. Whoever offers this offers the same without
 * dragging elsewhere (WCAG 2.5.7).
 */
export function useBrush(slotOf: (event: PointerEvent<HTMLElement>) => number, onZoom: ((span: Brushed) => void) | undefined) {
  const [drawn, setDrawn] = useState<{ readonly begun: number; readonly at: number } | null>(null);
  const span = drawn === null || drawn.begun === drawn.at ? null : { from: Math.min(drawn.begun, drawn.at), to: Math.max(drawn.begun, drawn.at) };
  const handlers = onZoom === undefined ? {} : {
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      if (event.button !== 0 || event.pointerType === "touch") return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrawn({ begun: slotOf(event), at: slotOf(event) });
    },
    onPointerUp: (): void => {
      setDrawn(null);
      if (span) onZoom(span);
    },
    onPointerCancel: (): void => setDrawn(null),
  };
  const follow = (at: number): void => { if (drawn !== null && drawn.at !== at) setDrawn({ begun: drawn.begun, at }); };
  return { span, handlers, follow };
}
