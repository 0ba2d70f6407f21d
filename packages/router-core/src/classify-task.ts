/**
 * Decides what kind of work a prompt asks for, by patterns alone: no model, no I/O, nothing learnt at run time. It promises the same
 * answer for the same text, its reasons in words, and work bounded by the first and last part of the text. What follows from a class is the preset's.
 */
import { TASK_PATTERNS, type TaskClass } from "./task-patterns.ts";
import type { TaskGuess } from "./types.ts";

/** An instruction stands at the beginning or at the end; a pasted document between them says little of what is asked. */
const HEAD_CHARS = 1_200;
const TAIL_CHARS = 400;
/** What stands in the first line is the instruction more often than not. */
const FIRST_LINE_CHARS = 200;
const EVIDENCE_MAX = 4;
/** Below this nothing speaks for any class. */
const SCORE_MIN = 2;
/** Words of a message that is small talk for want of anything else. */
const CHAT_WORDS_MAX = 6;
const SURE = 8;

export interface TaskInput {
  /** The caller's last words. */
  readonly text: string;
  /** Tools offered with the request. */
  readonly tools: number;
}

/** null for an empty text. `confidence` is the winner's lead over the next, 0 to 1. */
export function classifyTask({ text, tools }: TaskInput): TaskGuess | null {
  const bounded = (text.length <= HEAD_CHARS + TAIL_CHARS ? text : `${text.slice(0, HEAD_CHARS)}\n${text.slice(-TAIL_CHARS)}`).toLowerCase().trim();
  if (bounded === "") return null;
  const first = bounded.slice(0, FIRST_LINE_CHARS);
  const scores = new Map<TaskClass, number>();
  const found: { readonly task: TaskClass; readonly weight: number; readonly name: string }[] = [];
  const add = (task: TaskClass, weight: number, name: string): void => {
    scores.set(task, (scores.get(task) ?? 0) + weight);
    found.push({ task, weight, name });
  };
  for (const { task, weight, name, pattern } of TASK_PATTERNS) if (pattern.test(weight >= SCORE_MIN * 2 ? first : bounded) || (weight >= SCORE_MIN * 2 && task === "code" && pattern.test(bounded))) add(task, weight, name);
  if (tools > 0) add("agent", 1, `${tools} tools offered`);
  const [winner, runnerUp] = [...scores].sort((left, right) => right[1] - left[1]);
  if (!winner || winner[1] < SCORE_MIN) return byShape(bounded);
  const evidence = found.filter(({ task }) => task === winner[0]).sort((left, right) => right.weight - left.weight).slice(0, EVIDENCE_MAX).map(({ name }) => name);
  return { task: winner[0], confidence: Math.min(1, (winner[1] - (runnerUp?.[1] ?? 0) + 1) / SURE), evidence };
}

function byShape(text: string): TaskGuess {
  if (text.includes("?")) return { task: "qa", confidence: 0.1, evidence: ["a question mark"] };
  return text.split(/\s+/, CHAT_WORDS_MAX + 1).length <= CHAT_WORDS_MAX ? { task: "chat", confidence: 0.1, evidence: ["a few words"] } : { task: "qa", confidence: 0, evidence: ["nothing speaks for another class"] };
}
