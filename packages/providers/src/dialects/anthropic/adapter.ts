import { spliceTopLevel, type SpliceEdit } from "@trunkline/protocol";
import type { Call, ProviderAdapter, ProviderProfile, Target, UpstreamRequest } from "../../adapter.ts";
import { PassThroughStream } from "../../relay/pass-through-stream.ts";
import { GATEWAY_FIELDS, hubOf, joinUrl, upstreamRequest } from "../../relay/request-body.ts";
import { TranslatedStream } from "../../relay/translated-stream.ts";
import { classify } from "./classify.ts";
import { relayBody } from "./from-upstream.ts";
import { AnthropicInspector, AnthropicTranslator } from "./stream.ts";
import { toUpstream } from "./to-upstream.ts";

/** https://docs.anthropic.com/en/api/versioning: the newer version refuses sampling parameters. */
const VERSION_WITH_SAMPLING = "2023-06-01";
const VERSION_NEWEST = "2026-10-21";
const FORWARDED_HEADERS = ["anthropic-version", "anthropic-beta"] as const;

/** The Anthropic Messages wire. */
export function createAnthropicAdapter(_profile: ProviderProfile): ProviderAdapter {
  return {
    dialect: "anthropic",
    prepare: (call, target) => (call.inbound === "messages" ? spliced(call, target) : translated(call, target)),
    relayBody,
    relayStream(call, target, extras) {
      if (call.inbound === "messages") return new PassThroughStream(new AnthropicInspector(extras));
      return new TranslatedStream({ call, extras, translator: new AnthropicTranslator(call, target.upstreamModel) });
    },
    classify,
  };
}

/** Unknown fields and the caller's version and beta flags go through as they came. */
function spliced(call: Call, target: Target): UpstreamRequest {
  const edits: Record<string, SpliceEdit> = { model: JSON.stringify(target.upstreamModel) };
  for (const field of GATEWAY_FIELDS) edits[field] = null;
  const headers: Record<string, string> = { "anthropic-version": VERSION_WITH_SAMPLING };
  for (const name of FORWARDED_HEADERS) {
    const value = call.inboundHeaders?.[name];
    if (value) headers[name] = value;
  }
  return upstreamRequest(call, { url: messagesUrl(target.baseUrl), body: spliceTopLevel(call.raw, edits), losses: [], headers });
}

function translated(call: Call, target: Target): UpstreamRequest {
  const { body, losses, sampling } = toUpstream({ ...hubOf(call), stream: call.stream }, target);
  const headers = { "anthropic-version": sampling ? VERSION_WITH_SAMPLING : VERSION_NEWEST };
  return upstreamRequest(call, { url: messagesUrl(target.baseUrl), body: Buffer.from(JSON.stringify(body)), losses, headers });
}

/** Anthropic's own clients write the base URL without the version, others with it. */
const messagesUrl = (baseUrl: string): string => joinUrl(baseUrl, /\/v1\/*$/.test(baseUrl) ? "/messages" : "/v1/messages");
