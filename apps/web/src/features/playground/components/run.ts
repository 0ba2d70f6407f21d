import type { Answer } from "./answer.ts";

export const NOTHING_YET: Answer = { text: "", reasoning: "", toolCalls: [], finishReason: null, usage: null, error: null };

/** From the answer's headers, known before the first word. */
export interface Served { readonly requestId: string | null; readonly provider: string | null; readonly model: string | null; readonly attempts: number; readonly losses: string | null }
/** Times are milliseconds from the press of the button. */
export interface Run { readonly state: "running" | "done" | "stopped" | "failed"; readonly answer: Answer; readonly served: Served | null; readonly firstTokenMs: number | null; readonly totalMs: number | null }

export const STARTED: Run = { state: "running", answer: NOTHING_YET, served: null, firstTokenMs: null, totalMs: null };
export const BROKEN_OFF = "The connection broke off. Try again.";
