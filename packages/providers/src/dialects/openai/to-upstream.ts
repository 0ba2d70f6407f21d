import { spliceTopLevel, type ChatMessage, type ChatPart, type ChatRequest, type JsonObject, type SpliceEdit } from "@trunkline/protocol";
import type { Call, Profile, Target } from "../../adapter.ts";
import { GATEWAY_FIELDS } from "../../relay/request-body.ts";
import { strayLosses } from "../../relay/stray-losses.ts";

export interface UpstreamBody { readonly body: Uint8Array; readonly losses: string[] }

/** The models that think, by the names their providers give them; others answer `reasoning_effort` with a 400. */
const REASONING_MODEL = /(?:^|\/)(?:o\d|gpt-5|gpt-oss|grok-3-mini|magistral|qwen3)/;
/** OpenAI's reasoning models refuse sampling parameters (https://platform.openai.com/docs/guides/reasoning). */
const FIXED_SAMPLING_MODEL = /^(?:o\d|gpt-5)/;
const SAMPLING = ["temperature", "top_p"] as const;

/** The caller's own bytes, edited only where they must be. */
export function splicedBody(call: Call, target: Target, profile: Profile): UpstreamBody {
  const edits: Record<string, SpliceEdit> = { model: JSON.stringify(target.upstreamModel) };
  for (const field of GATEWAY_FIELDS) if (field in call.body) edits[field] = null;
  const losses: string[] = [];
  if (profile.id !== "openai") edits["metadata"] = null;
  if (call.stream && !call.wantsUsageChunk) edits["stream_options"] = JSON.stringify({ ...(call.body["stream_options"] as object | null | undefined), include_usage: true });
  if (profile.renames) for (const from in profile.renames) {
    if (call.body[from] == null) continue;
    edits[from] = null;
    edits[profile.renames[from] ?? from] = JSON.stringify(call.body[from]);
    losses.push(`renamed:${from}`);
  }
  if (profile.omits) for (const field of profile.omits) {
    if (field !== "stream_options" && call.body[field] != null) losses.push(`dropped:${field}`);
    edits[field] = null;
  }
  return { body: spliceTopLevel(call.raw, edits), losses };
}

/** Hub → Chat Completions, for a caller of another wire. */
export function translatedBody(request: ChatRequest, target: Target, profile: Profile): UpstreamBody {
  const losses = strayLosses(request);
  const body: Record<string, unknown> = { ...request, model: target.upstreamModel, messages: request.messages.map(wireMessage).filter(saysSomething), ...(request.tools ? { tools: request.tools.map(withoutMarker) } : {}) };
  const drop = (field: string): void => {
    if (body[field] != null) losses.push(`dropped:${field}`);
    delete body[field];
  };
  for (const field of GATEWAY_FIELDS) delete body[field];
  if (request.messages.some((message) => message.reasoning_details)) losses.push("dropped:thinking");
  drop("top_k");
  if (!REASONING_MODEL.test(target.upstreamModel)) drop("reasoning_effort");
  if ((profile.id === "openai" || profile.hosting === "azure") && FIXED_SAMPLING_MODEL.test(target.upstreamModel)) for (const field of SAMPLING) drop(field);
  setOutputLimit(body, target, losses);
  if (request.stream === true) body["stream_options"] = { include_usage: true };
  for (const [from, to] of Object.entries(profile.renames ?? {})) {
    if (body[from] == null) continue;
    body[to] = body[from];
    delete body[from];
  }
  for (const field of profile.omits ?? []) if (field === "stream_options") delete body[field]; else drop(field);
  return { body: Buffer.from(JSON.stringify(body)), losses };
}

/** Callers of the Messages API must send a limit, and agents send one made for another model. */
function setOutputLimit(body: Record<string, unknown>, target: Target, losses: string[]): void {
  const asked = body["max_completion_tokens"] ?? body["max_tokens"];
  delete body["max_tokens"];
  if (typeof asked !== "number") return;
  if (asked > target.maxOutputTokens) losses.push("clamped:max_tokens");
  body["max_completion_tokens"] = Math.min(asked, target.maxOutputTokens);
}

/** A turn of which nothing could be carried is no turn: servers refuse it. */
const saysSomething = ({ role, content, tool_calls: calls }: ChatMessage): boolean => role !== "assistant" || (content !== null && content !== undefined) || (calls?.length ?? 0) > 0;

/** Without what only other wires know; some servers refuse a field that they do not. */
function wireMessage(message: ChatMessage): ChatMessage {
  const { reasoning_details: _details, extra_content: _state, is_error: _failed, images: _pictures, ...rest } = message;
  const content = Array.isArray(rest.content) ? plainContent(rest.content, message.role) : rest.content;
  return {
    ...rest, ...(content === undefined ? {} : { content }),
    ...(rest.tool_calls ? { tool_calls: rest.tool_calls.map(({ extra_content: _extra, ...call }) => call) } : {}),
  };
}

/** Many servers take parts from the user alone: what came apart only for its cache markers is joined again. */
function plainContent(parts: readonly ChatPart[], role: ChatMessage["role"]): string | readonly ChatPart[] {
  if (role === "user" || parts.some((part) => part.type !== "text")) return parts.map(withoutMarker);
  return parts.map((part) => String((part as JsonObject)["text"])).join(role === "system" || role === "developer" ? "\n\n" : "");
}

function withoutMarker<Part extends object>(part: Part): Part {
  if (!("cache_control" in part)) return part;
  const { cache_control: _marker, ...rest } = part;
  return rest as Part;
}
