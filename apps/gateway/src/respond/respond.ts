import { estimateTokens } from "@trunkline/catalog";
import { GatewayError, ZERO_USAGE } from "@trunkline/contracts";
import { isOpenRouterSdk, type Relayed } from "@trunkline/providers";
import { answerBytesMax } from "../charge.ts";
import type { DeliveredResponse, StreamEnding, Stages, UpstreamStream, WonAttempt } from "../stages.ts";
import { answerHeaders, STREAM_HEADERS } from "./answer-headers.ts";
import { errorEvent, openRouterErrorEvent } from "./error-envelope.ts";

/** A caller that reads nothing for this long has left, whatever its socket says. */
const STALLED_CALLER_MS = 60_000;
/** Marks are for the receipt of a killed process; a second or 256 tokens is what may go missing. */
const PROGRESS_MS = 1_000;
const PROGRESS_TOKENS = 256;

type Progress = (outputTokens: number) => void;

/**
 * Input: an attempt that has won. Output: everything but the last bytes is with the caller; `finish` sends those. Returns also when the caller
 * left or the upstream died half-way, because tokens were spent and must be metered; so this stage has no way to fail.
 */
export function createRespond(now: () => number): Stages["respond"] {
  return (won, onProgress) => won.answer.kind === "body"
    ? deliverBody(won, won.answer.relayed, now)
    : deliverStream(won, won.answer.stream, { onProgress, now });
}

function deliverBody(won: WonAttempt, relayed: Relayed, now: () => number): DeliveredResponse {
  const { exchange } = won.routed;
  const { response } = exchange;
  return {
    won, how: "complete", observation: relayed.observation, endedAtMs: now(),
    finish: () => {
      if (exchange.callerGone || response.destroyed) return;
      response.writeHead(200, answerHeaders(won, ["content-type", "application/json; charset=utf-8", "content-length", String(relayed.bytes.length)]));
      response.end(relayed.bytes);
    },
  };
}

function deliverStream(won: WonAttempt, stream: UpstreamStream, { onProgress, now }: { onProgress: Progress; now: () => number }): Promise<DeliveredResponse> {
  const { exchange } = won.routed;
  const { response } = exchange;
  if (!response.headersSent && !response.destroyed) response.writeHead(200, answerHeaders(won, STREAM_HEADERS));
  const progress = new ProgressMarks(onProgress, now);
  const bytesMax = answerBytesMax(won.candidate, won.routed.facts.answers);
  return new Promise((resolve) => {
    let stall: NodeJS.Timeout | undefined;
    const onDrain = (): void => { clearTimeout(stall); stall = undefined; stream.resume(); };
    response.on("drain", onDrain);
    stream.start({
      write: (bytes) => {
        progress.delivered(stream.contentBytes);
        const open = response.write(bytes);
        if (stream.contentBytes > bytesMax) stream.cut({ ...ZERO_USAGE, inputTokens: won.routed.facts.inputTokens, outputTokens: estimateTokens(stream.contentBytes), basis: "estimated" });
        if (open) return true;
        stall ??= setTimeout(() => stream.abort(), STALLED_CALLER_MS);
        return false;
      },
      ended: (how, relayed) => {
        clearTimeout(stall);
        response.off("drain", onDrain);
        resolve({ won: stream.continuedAs ?? won, how, observation: relayed.observation, endedAtMs: now(), finish: () => finishStream(won, how, relayed) });
      },
    });
  });
}

function finishStream(won: WonAttempt, how: StreamEnding, relayed: Relayed): void {
  const { exchange, call } = won.routed;
  const { response, requestId } = exchange;
  if (response.destroyed) return;
  if (how === "caller_left") { response.destroy(); return; }
  if (relayed.bytes.length > 0) response.write(relayed.bytes);
  const { observation } = relayed;
  if (!observation.complete) {
    const error = brokenStream(how, observation.failure?.publicMessage);
    response.write(isOpenRouterSdk(exchange.headers) && call.inbound === "chat_completions"
      ? openRouterErrorEvent(error, { requestId, model: won.candidate.model, createdAtSeconds: call.createdAtSeconds })
      : errorEvent(call.inbound, error, { requestId, sequence: observation.sequence }));
  }
  response.end();
}

function brokenStream(how: StreamEnding, publicMessage: string | undefined): GatewayError {
  if (how === "deadline") return new GatewayError("upstream.deadline_exceeded", "The deadline passed before the answer was complete. What came so far is valid; ask for less, or raise routing.deadline_ms.");
  return new GatewayError("upstream.failed", `The provider's stream broke before the answer was complete. ${publicMessage ? `${publicMessage} ` : ""}What came so far is valid; send the request again for a whole answer.`);
}

/** Says from time to time how much has been delivered, by the same estimate that a broken stream is charged by. */
class ProgressMarks {
  #markedTokens = 0;
  #markedAtMs: number;
  readonly #onProgress: Progress;
  readonly #now: () => number;

  constructor(onProgress: Progress, now: () => number) {
    this.#onProgress = onProgress;
    this.#now = now;
    this.#markedAtMs = now();
  }

  delivered(contentBytes: number): void {
    const tokens = estimateTokens(contentBytes);
    const now = this.#now();
    if (tokens - this.#markedTokens < PROGRESS_TOKENS && now - this.#markedAtMs < PROGRESS_MS) return;
    if (tokens === this.#markedTokens) return;
    this.#markedTokens = tokens;
    this.#markedAtMs = now;
    this.#onProgress(tokens);
  }
}
