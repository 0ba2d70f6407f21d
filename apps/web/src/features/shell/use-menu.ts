"use client";
import { useEffect, useRef, type RefObject } from "react";

/** What holds a menu and its button: a press beside it or Escape closes it. */
export function useMenu(open: boolean, onLeave: () => void): RefObject<HTMLSpanElement | null> {
  const holder = useRef<HTMLSpanElement>(null);
  const leave = useRef(onLeave);
  useEffect(() => { leave.current = onLeave; });
  useEffect(() => {
    if (!open) return;
    const onEvent = (event: Event): void => { if (event instanceof KeyboardEvent ? event.key === "Escape" : !holder.current?.contains(event.target as Node)) leave.current(); };
    document.addEventListener("pointerdown", onEvent);
    document.addEventListener("keydown", onEvent);
    return () => { document.removeEventListener("pointerdown", onEvent); document.removeEventListener("keydown", onEvent); };
  }, [open]);
  return holder;
}
