import type { SpliceEdit } from "@trunkline/protocol";
import type { Call, ProviderProfile, Target } from "../../adapter.ts";
import { joinUrl } from "../../relay/request-body.ts";

/** What a host asks for instead of Anthropic's own address, `model` field and version header. */
interface Host {
  readonly version: string;
  path(call: Call, target: Target): string;
}

/** A model's name may hold an `@` or a colon, which clouds write bare in a path's last segment. */
const modelSegment = (model: string): string => encodeURIComponent(model).replaceAll("%40", "@");

const HOSTS: Readonly<Record<string, Host>> = {
  /** https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude */
  vertex: {
    version: "vertex-2023-10-16",
    path: (call, { upstreamModel }) => `/publishers/anthropic/models/${modelSegment(upstreamModel)}:${call.stream ? "streamRawPredict" : "rawPredict"}`,
  },
};

/** Null where Anthropic itself, or a server like it, is asked. */
export const hostOf = (profile: ProviderProfile): Host | null => (profile.hosting ? HOSTS[profile.hosting] ?? null : null);

/** Anthropic's own clients write the base URL without the version, others with it. */
export function messagesUrl(host: Host | null, call: Call, target: Target): string {
  if (host) return joinUrl(target.baseUrl, host.path(call, target));
  return joinUrl(target.baseUrl, /\/v1\/*$/.test(target.baseUrl) ? "/messages" : "/v1/messages");
}

/** The body's fields that differ by host. */
export function hostEdits(host: Host | null, target: Target): Record<string, SpliceEdit> {
  return host ? { model: null, anthropic_version: JSON.stringify(host.version) } : { model: JSON.stringify(target.upstreamModel) };
}
