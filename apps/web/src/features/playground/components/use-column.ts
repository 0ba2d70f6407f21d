"use client";
import { useRef, useState } from "react";
import type { Ask } from "./read-call.ts";
import { BROKEN_OFF, NOTHING_YET, STARTED, type Run } from "./run.ts";

/** One column's call: start, stop, and what came of it. A new start ends the one before. */
export function useColumn() {
  const [run, setRun] = useState<Run | null>(null);
  const aborter = useRef<AbortController | null>(null);
  const start = async (ask: Ask): Promise<void> => {
    aborter.current?.abort();
    const own = new AbortController();
    aborter.current = own;
    setRun(STARTED);
    // What reads a stream comes with the first call.
    const reading = await import("./read-call.ts").catch(() => null);
    if (!reading) { setRun({ ...STARTED, state: "failed", answer: { ...NOTHING_YET, error: BROKEN_OFF }, totalMs: 0 }); return; }
    await reading.readCall(ask, own.signal, (next) => { if (aborter.current === own) setRun(next); });
  };
  const stop = (): void => aborter.current?.abort();
  const clear = (): void => {
    stop();
    aborter.current = null;
    setRun(null);
  };
  return { run, start, stop, clear };
}
