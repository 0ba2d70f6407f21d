"use client";
import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";

/** A native modal dialog: focus is held, Escape closes; `onClose` is told however it was closed, a moment later. `bare` shows no header: the first control is the title's equal. */
export function Dialog({ title, open, onClose, bare = false, children }: { title: string; open: boolean; onClose: () => void; bare?: boolean; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open && !ref.current?.open) ref.current?.showModal();
    if (!open && ref.current?.open) ref.current.close();
  }, [open]);
  // It may have been opened again by then.
  const closed = (): void => { if (!ref.current?.open) onClose(); };
  if (bare) return <dialog ref={ref} className="sheet bare" aria-label={title} onClose={closed}>{open ? children : null}</dialog>;
  return (
    <dialog ref={ref} className="sheet" aria-labelledby={id} onClose={closed}>
      <header><h2 id={id}>{title}</h2><button type="button" className="btn icon ghost sm" aria-label="Close" onClick={onClose}><X className="ic" aria-hidden /></button></header>
      {open ? <div className="content">{children}</div> : null}
    </dialog>
  );
}
