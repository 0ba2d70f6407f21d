import { spliceTopLevel } from "@trunkline/protocol";
import type { Call, Profile, ProviderAdapter, Target, UpstreamRequest } from "../../adapter.ts";
import { FramedStream } from "../../relay/framed-stream.ts";
import { PassThroughStream } from "../../relay/pass-through-stream.ts";
import { GATEWAY_FIELDS, hubOf, upstreamRequest } from "../../relay/request-body.ts";
import { TranslatedStream } from "../../relay/translated-stream.ts";
import { classify } from "./classify.ts";
import { relayBody } from "./from-upstream.ts";
import { hostEdits, hostOf, messagesUrl } from "./hosting.ts";
import { AnthropicInspector, AnthropicTranslator } from "./stream.ts";
import { toUpstream } from "./to-upstream.ts";

/** https://docs.anthropic.com/en/api/versioning: the newer version refuses sampling parameters. */
const VERSION_WITH_SAMPLING = "2023-06-01";
const VERSION_NEWEST = "2026-10-21";
const FORWARDED_HEADERS = ["anthropic-version", "anthropic-beta"] as const;

/** The Anthropic Messages wire, at Anthropic or at a cloud that hosts its models. */
export function createAnthropicAdapter(profile: Profile): ProviderAdapter {
  return {
    dialect: "anthropic",
    prepare: (call, target) => (call.inbound === "messages" ? spliced(call, target, profile) : translated(call, target, profile)),
    relayBody,
    relayStream(call, target, extras) {
      const eventOf = hostOf(profile)?.eventOf;
      const relay = call.inbound === "messages"
        ? new PassThroughStream(new AnthropicInspector(extras))
        : new TranslatedStream({ call, extras, translator: new AnthropicTranslator(call, target.upstreamModel) });
      return eventOf ? new FramedStream(relay, eventOf) : relay;
    },
    classify,
  };
}

/** Unknown fields and the caller's version and beta flags go through as they came; a host has a version of its own. */
function spliced(call: Call, target: Target, profile: Profile): UpstreamRequest {
  const host = hostOf(profile);
  const edits = hostEdits(host, target, call.inboundHeaders?.["anthropic-beta"] ?? "");
  for (const field of GATEWAY_FIELDS) edits[field] = null;
  const headers: Record<string, string> = host ? {} : { "anthropic-version": VERSION_WITH_SAMPLING };
  for (const name of FORWARDED_HEADERS) {
    const value = call.inboundHeaders?.[name];
    if (value && !(host && (host.bareBody || name === "anthropic-version"))) headers[name] = value;
  }
  return upstreamRequest(call, { url: messagesUrl(host, call, target), body: spliceTopLevel(call.raw, edits), losses: [], headers });
}

function translated(call: Call, target: Target, profile: Profile): UpstreamRequest {
  const host = hostOf(profile);
  const { body, losses, sampling } = toUpstream({ ...hubOf(call), stream: call.stream }, target);
  const json = Buffer.from(JSON.stringify(body));
  if (host) return upstreamRequest(call, { url: messagesUrl(host, call, target), body: spliceTopLevel(json, hostEdits(host, target, "")), losses });
  const headers = { "anthropic-version": sampling ? VERSION_WITH_SAMPLING : VERSION_NEWEST };
  return upstreamRequest(call, { url: messagesUrl(null, call, target), body: json, losses, headers });
}
