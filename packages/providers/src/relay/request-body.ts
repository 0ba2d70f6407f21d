import { GatewayError } from "@trunkline/contracts";
import { InvalidRequestError, type ChatMessage, type ChatRequest } from "@trunkline/protocol";
import type { Call, Target, UpstreamRequest } from "../adapter.ts";

/** Fields of the gateway's own contract; never sent upstream and never a loss. */
export const GATEWAY_FIELDS = ["models", "routing_preset", "provider", "routing", "session_id"] as const;

/** `base` with any trailing slashes cut, then `path`. */
export const joinUrl = (base: string, path: string): string => base.endsWith("/") ? base.replace(/\/+$/, "") + path : base + path;

/** An event stream must arrive as it is sent: compression would hold bytes back. */
export function upstreamRequest(call: Call, parts: { readonly url: string; readonly body: Uint8Array; readonly losses: readonly string[]; readonly headers?: Readonly<Record<string, string>>; /** The caller's own wire: nothing was left behind on the way into the hub form. */ readonly isNative?: true }): UpstreamRequest {
  const losses = call.hubLosses && !parts.isNative ? [...call.hubLosses(), ...parts.losses] : parts.losses;
  return {
    method: "POST", url: parts.url, body: parts.body, losses: losses.length > 1 ? [...new Set(losses)] : losses,
    headers: { "content-type": "application/json", accept: call.stream ? "text/event-stream" : "application/json", "accept-encoding": "identity", ...parts.headers },
  };
}

/** The hub form; a body of the wrong shape is the caller's fault. Throws GatewayError caller.invalid_request. */
export function hubOf(call: Call): ChatRequest {
  try {
    return withSpokenRefusals(call.hub());
  } catch (error) {
    if (error instanceof InvalidRequestError) throw new GatewayError("caller.invalid_request", error.message, { param: error.param });
    throw error;
  }
}

/** A past refusal stands beside the content on the Chat wire alone; elsewhere it is what the assistant said. */
function withSpokenRefusals(request: ChatRequest): ChatRequest {
  const isRefusal = ({ role, content, refusal }: ChatMessage): boolean => role === "assistant" && !content && typeof refusal === "string";
  if (!request.messages.some(isRefusal)) return request;
  return { ...request, messages: request.messages.map((message) => (isRefusal(message) ? { ...message, content: String(message["refusal"]), refusal: null } : message)) };
}

/** For wires that demand a limit: the caller's, as far as the model goes, else the model's own. Reports a limit that had to be cut. */
export function outputLimit(request: ChatRequest, target: Target, losses: string[]): number {
  const asked = request.max_completion_tokens ?? request.max_tokens;
  if (asked == null) return target.maxOutputTokens;
  if (asked > target.maxOutputTokens) losses.push("clamped:max_tokens");
  return Math.min(asked, target.maxOutputTokens);
}
