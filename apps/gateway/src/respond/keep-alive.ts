import type { Inbound } from "../stages.ts";
import { STREAM_HEADERS } from "./answer-headers.ts";

/** A comment on either wire; clients skip it, proxies see traffic. */
const HEARTBEAT = ": trunkline\n\n";

/**
 * While nothing has come from upstream, a comment every `intervalMs` keeps a streaming caller's connection alive. It commits to nothing: fallback
 * stays possible. The first one sends status 200, so an error after it goes into the stream. Returns the stop.
 */
export function createKeepAlive(intervalMs: number): (inbound: Inbound) => () => void {
  return ({ call, exchange }) => {
    if (!call.stream) return () => undefined;
    const timer = setInterval(() => {
      const { response } = exchange;
      if (response.destroyed || response.writableEnded) return;
      if (!response.headersSent) response.writeHead(200, [...exchange.answerHeaders, ...STREAM_HEADERS]);
      response.write(HEARTBEAT);
    }, intervalMs);
    return () => clearInterval(timer);
  };
}
