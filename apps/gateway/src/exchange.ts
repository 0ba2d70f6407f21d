import type { IncomingMessage, ServerResponse } from "node:http";
import { createId } from "@trunkline/contracts";
import { randomFillSync } from "node:crypto";
import type { Exchange } from "./stages.ts";

/** Randomness is drawn for many ids at once: a call to the system costs more than the rest of an id. */
const RANDOM_POOL = new Uint8Array(4_096);
const ID_RANDOM_BYTES = 16;
let randomAt = RANDOM_POOL.length;

function nextRandom(): Uint8Array {
  if (randomAt >= RANDOM_POOL.length) { randomFillSync(RANDOM_POOL); randomAt = 0; }
  return RANDOM_POOL.subarray(randomAt, randomAt += ID_RANDOM_BYTES);
}

/** Opens the caller's side of one request. `close` before the end of the answer means that the caller left. */
export function openExchange(request: IncomingMessage, response: ServerResponse, nowMs: number): Exchange {
  const headers: Record<string, string> = {};
  for (const name in request.headers) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ");
  }
  const listeners: (() => void)[] = [];
  const exchange = {
    requestId: createId("req", nowMs, nextRandom()), receivedAtMs: nowMs, headers, response, callerGone: false,
    onCallerGone(listener: () => void): void { if (exchange.callerGone) listener(); else listeners.push(listener); },
  };
  response.on("error", () => undefined);
  response.on("close", () => {
    if (response.writableFinished) return;
    exchange.callerGone = true;
    for (const listener of listeners) listener();
  });
  return exchange;
}
