import type { GatewayError, InboundApi } from "@trunkline/contracts";
import type { Exchange } from "../stages.ts";
import { errorBody, errorEvent, errorHeaders } from "./error-envelope.ts";

/** Ends the response with an error: an envelope while nothing has left, else one event in the stream. Does nothing when the response has ended. */
export function writeError({ response, requestId, answerHeaders }: Exchange, api: InboundApi, error: GatewayError): void {
  if (response.writableEnded || response.destroyed) return;
  if (response.headersSent) { response.end(errorEvent(api, error, { requestId })); return; }
  const body = Buffer.from(JSON.stringify(errorBody(api, error, requestId)));
  response.writeHead(error.status, [...answerHeaders, ...Object.entries(errorHeaders(error)).flat(), "content-type", "application/json; charset=utf-8", "content-length", String(body.length)]);
  response.end(body);
}
