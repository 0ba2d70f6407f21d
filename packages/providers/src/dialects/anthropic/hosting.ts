import { parseJsonObject, textOf, type EventStreamMessage, type SpliceEdit, type SseEvent } from "@trunkline/protocol";
import type { Call, Profile, Target } from "../../adapter.ts";
import { exceptionOf, textOfPayload } from "../../relay/framed-stream.ts";
import { joinUrl } from "../../relay/request-body.ts";

/** What a host asks for instead of Anthropic's own address, `model` field and version header. */
interface Host {
  readonly version: string;
  path(call: Call, target: Target): string;
  /** Streaming and beta flags are told by path and body. */
  readonly bareBody?: true;
  /** How the host wraps an event of the stream; absent: not at all. */
  readonly eventOf?: (message: EventStreamMessage) => SseEvent | null;
}

/** A model's name may hold an `@` or a colon, which clouds write bare in a path's last segment. */
const modelSegment = (model: string): string => encodeURIComponent(model).replaceAll("%40", "@");

const HOSTS: Readonly<Record<string, Host>> = {
  /** https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude */
  vertex: {
    version: "vertex-2023-10-16",
    path: (call, { upstreamModel }) => `/publishers/anthropic/models/${modelSegment(upstreamModel)}:${call.stream ? "streamRawPredict" : "rawPredict"}`,
  },
  /** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html */
  bedrock: {
    version: "bedrock-2023-05-31",
    bareBody: true,
    path: (call, { upstreamModel }) => `/model/${encodeURIComponent(upstreamModel)}/${call.stream ? "invoke-with-response-stream" : "invoke"}`,
    eventOf: eventOfChunk,
  },
};

/** Null where Anthropic itself, or a server like it, is asked. */
export const hostOf = (profile: Profile): Host | null => (profile.hosting ? HOSTS[profile.hosting] ?? null : null);

/** Anthropic's own clients write the base URL without the version, others with it. */
export function messagesUrl(host: Host | null, call: Call, target: Target): string {
  if (host) return joinUrl(target.baseUrl, host.path(call, target));
  return joinUrl(target.baseUrl, /\/v1\/*$/.test(target.baseUrl) ? "/messages" : "/v1/messages");
}

/** The body's fields that differ by host. */
export function hostEdits(host: Host | null, target: Target, betas: string): Record<string, SpliceEdit> {
  if (!host) return { model: JSON.stringify(target.upstreamModel) };
  const edits: Record<string, SpliceEdit> = { model: null, anthropic_version: JSON.stringify(host.version) };
  if (!host.bareBody) return edits;
  edits["stream"] = null;
  if (betas !== "") edits["anthropic_beta"] = JSON.stringify(betas.split(",").map((beta) => beta.trim()));
  return edits;
}

/** AWS's exceptions in the words of Anthropic's own error events (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ResponseStream.html). */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  throttlingException: "rate_limit_error", serviceUnavailableException: "overloaded_error", modelTimeoutException: "timeout_error", validationException: "invalid_request_error",
};

/** A message holds one event of Anthropic's stream, as base64 in `bytes`. One without a type says nothing to an Anthropic client. */
function eventOfChunk(message: EventStreamMessage): SseEvent | null {
  const exception = exceptionOf(message);
  if (exception) return { event: "error", data: JSON.stringify({ type: "error", error: { type: ERROR_TYPES[exception.name] ?? "api_error", message: exception.message } }) };
  const data = Buffer.from(textOf(parseJsonObject(textOfPayload(message.payload))?.["bytes"]), "base64").toString("utf8");
  const type = textOf(parseJsonObject(data)?.["type"]);
  return type ? { event: type, data } : null;
}
