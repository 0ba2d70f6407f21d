import type { IncomingMessage, ServerResponse } from "node:http";
import { createId } from "@trunkline/contracts";
import { randomFillSync } from "node:crypto";
import type { ConnectedExchange } from "./stages.ts";

/** Randomness is drawn for many ids at once: a call to the system costs more than the rest of an id. */
const RANDOM_POOL = new Uint8Array(4_096);
const ID_RANDOM_BYTES = 16;
let randomAt = RANDOM_POOL.length;

function nextRandom(): Uint8Array {
  if (randomAt >= RANDOM_POOL.length) { randomFillSync(RANDOM_POOL); randomAt = 0; }
  return RANDOM_POOL.subarray(randomAt, randomAt += ID_RANDOM_BYTES);
}

/** For a request that nobody sent. */
export const newRequestId = (nowMs: number): string => createId("req", nowMs, nextRandom());

/** Opens the caller's side of one request. `onClose`: the connection or the answer has ended. `close` before the end of the answer means that the caller left. */
export function openExchange(request: IncomingMessage, response: ServerResponse, { nowMs, onClose }: { readonly nowMs: number; readonly onClose: (exchange: ConnectedExchange) => void }): ConnectedExchange {
  return new CallerExchange(createId("req", nowMs, nextRandom()), { receivedAtMs: nowMs, headers: joinedHeaders(request), response, onClose });
}

/** Only `set-cookie` comes as a list from node, and a request carries none; whatever does is joined. */
function joinedHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  for (const name in headers) if (typeof headers[name] !== "string") return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(", ") : value ?? ""]));
  return headers as Readonly<Record<string, string>>;
}

class CallerExchange implements ConnectedExchange {
  readonly receivedAtMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly response: ServerResponse;
  readonly answerHeaders: string[];
  callerGone = false;
  #listener: (() => void) | null = null;

  constructor(readonly requestId: string, { receivedAtMs, headers, response, onClose }: Pick<ConnectedExchange, "receivedAtMs" | "headers" | "response"> & { readonly onClose: (exchange: ConnectedExchange) => void }) {
    this.receivedAtMs = receivedAtMs;
    this.headers = headers;
    this.response = response;
    this.answerHeaders = ["x-trunkline-request-id", requestId];
    response.on("error", ignore);
    response.on("close", () => { this.#closed(); onClose(this); });
  }

  onCallerGone(listener: () => void): void {
    const earlier = this.#listener;
    if (this.callerGone) listener();
    else this.#listener = earlier ? () => { earlier(); listener(); } : listener;
  }

  #closed(): void {
    if (this.response.writableFinished) return;
    this.callerGone = true;
    this.#listener?.();
  }
}

/** A broken connection is told by `close`. */
const ignore = (): void => undefined;
