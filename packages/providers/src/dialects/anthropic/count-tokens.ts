/**
 * Asks the host of a Claude model how many tokens a Messages body is, by the host's own endpoint. Decides the address and the form of the question and
 * reads the answer; it promises nothing about providers of other wires, where the caller's gateway estimates. Counting is free at all three hosts.
 */
import { parseJsonObject, spliceTopLevel, type SpliceEdit } from "@trunkline/protocol";
import type { Call, Profile, Target, UpstreamRequest } from "../../adapter.ts";
import { GATEWAY_FIELDS, joinUrl, upstreamRequest } from "../../relay/request-body.ts";
import { readCount } from "../../relay/token-usage.ts";
import { hostEdits, hostOf, messagesUrl } from "./hosting.ts";

export interface TokenCounter {
  prepare(call: Call, target: Target): UpstreamRequest;
  /** null for an answer that is no count. */
  read(body: string): number | null;
}

const VERSION = "2023-06-01";
/** Fields of a generation that the counting endpoints refuse (https://docs.anthropic.com/en/api/messages-count-tokens). */
const NOT_COUNTED = ["max_tokens", "stream", "temperature", "top_p", "top_k", "stop_sequences", "metadata", "service_tier"] as const;
/** Profiles of inference across regions count under the bare model (https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html). */
const REGION_PREFIX = /^(?:us|eu|apac|jp|au|ca|sa|global|us-gov)\./;

/** Null where the provider's wire has no such endpoint. */
export function createTokenCounter(profile: Profile): TokenCounter | null {
  if (profile.dialect !== "anthropic") return null;
  if (profile.hosting === "bedrock") return { prepare: (call, target) => bedrock(call, target, profile), read: reader("inputTokens") };
  return { prepare: (call, target) => (profile.hosting === "vertex" ? vertex(call, target) : own(call, target)), read: reader("input_tokens") };
}

const reader = (field: string) => (body: string): number | null => {
  const count = readCount(parseJsonObject(body)?.[field]);
  return typeof count === "number" ? count : null;
};

function countedBody(call: Call, more: Readonly<Record<string, SpliceEdit>>): Uint8Array {
  const edits: Record<string, SpliceEdit> = {};
  for (const field of [...NOT_COUNTED, ...GATEWAY_FIELDS]) edits[field] = null;
  return spliceTopLevel(call.raw, { ...edits, ...more });
}

function own(call: Call, target: Target): UpstreamRequest {
  return upstreamRequest(call, { url: `${messagesUrl(null, call, target)}/count_tokens`, body: countedBody(call, { model: JSON.stringify(target.upstreamModel) }), losses: [], headers: { "anthropic-version": VERSION, ...call.inboundHeaders } });
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/count-tokens */
function vertex(call: Call, target: Target): UpstreamRequest {
  return upstreamRequest(call, { url: joinUrl(target.baseUrl, "/publishers/anthropic/models/count-tokens:rawPredict"), body: countedBody(call, { model: JSON.stringify(target.upstreamModel) }), losses: [] });
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html: the body of an invocation, which must be a whole one. */
function bedrock(call: Call, target: Target, profile: Profile): UpstreamRequest {
  const invocation = countedBody(call, { ...hostEdits(hostOf(profile), target, call.inboundHeaders?.["anthropic-beta"] ?? ""), max_tokens: "1" });
  const body = JSON.stringify({ input: { invokeModel: { body: Buffer.from(invocation).toString("base64") } } });
  return upstreamRequest(call, { url: joinUrl(target.baseUrl, `/model/${encodeURIComponent(target.upstreamModel.replace(REGION_PREFIX, ""))}/count-tokens`), body: Buffer.from(body), losses: [] });
}
