import { EventSourceParserStream } from "eventsource-parser/stream";
import type { BookMode, Scope } from "../../../server/views.ts";
import { addFrame, errorText, type Answer } from "./answer.ts";
import type { ChatBody } from "./playground-request.ts";
import { BROKEN_OFF, STARTED, type Run, type Served } from "./run.ts";

const END = "[DONE]";

function servedOf({ headers }: Response): Served {
  return { requestId: headers.get("request-id"), provider: headers.get("x-trunkline-provider"), model: headers.get("x-trunkline-model"), attempts: Number(headers.get("x-trunkline-attempts") ?? 0), losses: headers.get("x-trunkline-losses") };
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};
const hasContent = ({ text, reasoning, toolCalls }: Answer): boolean => text !== "" || reasoning !== "" || toolCalls.length > 0;

export interface Ask extends Scope { readonly mode: BookMode; readonly body: ChatBody }

/** Reads one call to its end; `onChange` gets every state, the last one included. */
export async function readCall(ask: Ask, signal: AbortSignal, onChange: (run: Run) => void): Promise<void> {
  const begun = performance.now();
  const elapsed = (): number => Math.round(performance.now() - begun);
  let run = STARTED;
  const change = (next: Partial<Run>): void => onChange(run = { ...run, ...next });
  const fail = (text: string): void => change({ state: "failed", answer: { ...run.answer, error: text }, totalMs: elapsed() });
  try {
    const { organization, project, mode, body } = ask;
    const response = await fetch("/api/playground", {
      method: "POST", signal, headers: { "content-type": "application/json" },
      body: JSON.stringify({ organization, project, mode, request: { ...body, stream: true, stream_options: { include_usage: true } } }),
    });
    change({ served: servedOf(response) });
    if (!response.ok || !response.body) return fail(errorText(parse(await response.text())) ?? `The gateway answered ${response.status}.`);
    const frames = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
    for (let read = await frames.read(); !read.done; read = await frames.read()) {
      if (read.value.data === END) continue;
      const answer = addFrame(run.answer, parse(read.value.data));
      change({ answer, firstTokenMs: run.firstTokenMs ?? (hasContent(answer) ? elapsed() : null) });
    }
    change({ state: run.answer.error === null ? "done" : "failed", totalMs: elapsed() });
  } catch {
    if (signal.aborted) change({ state: "stopped", totalMs: elapsed() });
    else fail(BROKEN_OFF);
  }
}
