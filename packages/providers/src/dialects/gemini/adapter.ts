import { messagesLosses } from "@trunkline/protocol";
import type { ProviderAdapter, ProviderProfile, Target } from "../../adapter.ts";
import { hubOf, joinUrl, upstreamRequest } from "../../relay/request-body.ts";
import { TranslatedStream } from "../../relay/translated-stream.ts";
import { classify } from "./classify.ts";
import { relayBody } from "./from-upstream.ts";
import { GeminiTranslator } from "./stream.ts";
import { toUpstream } from "./to-upstream.ts";

/** Google's `generateContent` wire. The model and the choice of streaming stand in the URL. */
export function createGeminiAdapter(_profile: ProviderProfile): ProviderAdapter {
  return {
    dialect: "gemini",
    prepare(call, target) {
      const { body, losses } = toUpstream(hubOf(call), target);
      const lost = call.inbound === "messages" ? [...messagesLosses(call.body), ...losses] : losses;
      return upstreamRequest(call, { url: contentUrl(target, call.stream), body: Buffer.from(JSON.stringify(body)), losses: lost });
    },
    relayBody,
    relayStream: (call, target, extras) => new TranslatedStream({ call, extras, translator: new GeminiTranslator(call, target.upstreamModel) }),
    classify,
  };
}

function contentUrl(target: Target, stream: boolean): string {
  const base = /\/v\d\w*\/*$/.test(target.baseUrl) ? target.baseUrl : joinUrl(target.baseUrl, "/v1beta");
  return joinUrl(base, `/models/${encodeURIComponent(target.upstreamModel)}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`);
}
