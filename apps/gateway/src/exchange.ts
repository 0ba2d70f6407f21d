import type { IncomingMessage, ServerResponse } from "node:http";
import { createId } from "@trunkline/contracts";
import { randomBytes } from "node:crypto";
import type { Exchange } from "./stages.ts";

/** Opens the caller's side of one request. `close` before the end of the answer means that the caller left. */
export function openExchange(request: IncomingMessage, response: ServerResponse, nowMs: number): Exchange {
  const headers: Record<string, string> = {};
  for (const name in request.headers) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ");
  }
  const listeners: (() => void)[] = [];
  const exchange = {
    requestId: createId("req", nowMs, randomBytes(16)), receivedAtMs: nowMs, headers, response, callerGone: false,
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
