import type { ServerResponse } from "node:http";
import type { GatewayError, InboundApi } from "@trunkline/contracts";
import { errorBody, errorEvent, errorHeaders } from "./error-envelope.ts";

/** Ends the response with an error: an envelope while nothing has left, else one event in the stream. Does nothing when the response has ended. */
export function writeError(response: ServerResponse, api: InboundApi, error: GatewayError, requestId: string): void {
  if (response.writableEnded || response.destroyed) return;
  if (response.headersSent) { response.end(errorEvent(api, error, requestId)); return; }
  const body = Buffer.from(JSON.stringify(errorBody(api, error, requestId)));
  response.writeHead(error.status, { ...errorHeaders(error), "content-type": "application/json; charset=utf-8", "content-length": body.length, "x-trunkline-request-id": requestId });
  response.end(body);
}
