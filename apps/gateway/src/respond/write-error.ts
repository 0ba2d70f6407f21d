import type { GatewayError, InboundApi } from "@trunkline/contracts";
import { isOpenRouterSdk } from "@trunkline/providers";
import type { Exchange } from "../stages.ts";
import { errorBody, errorEvent, errorHeaders, openRouterErrorBody, openRouterErrorEvent } from "./error-envelope.ts";

/** Ends the response with an error: an envelope while nothing has left, else one event in the stream. Does nothing when the response has ended. */
export function writeError({ response, requestId, answerHeaders, headers, receivedAtMs }: Exchange, api: InboundApi, error: GatewayError): void {
  if (response.writableEnded || response.destroyed) return;
  const strict = isOpenRouterSdk(headers);
  if (response.headersSent) {
    response.end(strict && api === "chat_completions" ? openRouterErrorEvent(error, { requestId, model: "", createdAtSeconds: Math.floor(receivedAtMs / 1000) }) : errorEvent(api, error, { requestId }));
    return;
  }
  const body = Buffer.from(JSON.stringify(strict ? openRouterErrorBody(error, requestId) : errorBody(api, error, requestId)));
  response.writeHead(error.status, [...answerHeaders, ...Object.entries(errorHeaders(error)).flat(), "content-type", "application/json; charset=utf-8", "content-length", String(body.length)]);
  response.end(body);
}
