"use client";
import { Check, CircleX, Undo2 } from "lucide-react";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";

/** How long a message stands; long enough to read a sentence. */
const MESSAGE_MS = 5_000;
/** How long a destructive action can be taken back. */
export const UNDO_MS = 10_000;

interface Message { readonly id: number; readonly text: string; readonly tone: "ok" | "err"; readonly undo: (() => void) | null }
export interface Undoable {
  readonly text: string;
  /** Carries it out; rejects with the reason to show. */
  readonly commit: () => Promise<unknown>;
  /** Carries it out when the page goes away first: must not need the page to live on. */
  readonly commitLeaving: () => void;
  readonly onUndo?: () => void;
}
interface Toasts {
  say(text: string, tone?: "ok" | "err"): void;
  /** Does nothing for ten seconds, in which it can be taken back; then commits. */
  undoable(action: Undoable): void;
}

const Context = createContext<Toasts | null>(null);

export function useToasts(): Toasts {
  const toasts = useContext(Context);
  if (!toasts) throw new Error("useToasts outside ToastProvider");
  return toasts;
}

/** Messages at the lower edge, read out politely. Outlives navigation between pages, so that an undo stays within reach. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const next = useRef(0);
  const leaving = useRef(new Map<number, () => void>());
  const remove = useCallback((id: number) => setMessages((now) => now.filter((one) => one.id !== id)), []);
  const show = useCallback((message: Omit<Message, "id">): number => {
    const id = next.current++;
    setMessages((now) => [...now, { id, ...message }]);
    return id;
  }, []);
  const toasts = useMemo<Toasts>(() => {
    const say = (text: string, tone: "ok" | "err" = "ok"): void => {
      const id = show({ text, tone, undo: null });
      setTimeout(() => remove(id), MESSAGE_MS);
    };
    const undoable = ({ text, commit, commitLeaving, onUndo }: Undoable): void => {
      const settle = (): void => {
        clearTimeout(timer);
        leaving.current.delete(id);
        remove(id);
      };
      const timer = setTimeout(() => {
        settle();
        commit().catch((error: unknown) => { onUndo?.(); say(error instanceof Error ? error.message : "That did not work. Try again.", "err"); });
      }, UNDO_MS);
      const id = show({ text, tone: "ok", undo: () => { settle(); onUndo?.(); } });
      leaving.current.set(id, commitLeaving);
    };
    return { say, undoable };
  }, [remove, show]);
  useEffect(() => {
    const pending = leaving.current;
    const leave = (): void => {
      for (const commit of pending.values()) commit();
      pending.clear();
    };
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, []);
  return (
    <Context.Provider value={toasts}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {messages.map(({ id, text, tone, undo }) => (
          <div key={id} className="toast">
            {tone === "ok" ? <Check className="ic ok" aria-hidden /> : <CircleX className="ic err" aria-hidden />}<span>{text}</span>
            {undo ? <button type="button" className="btn sm" onClick={undo}><Undo2 className="ic s" aria-hidden />Undo</button> : null}
          </div>
        ))}
      </div>
    </Context.Provider>
  );
}
