import { messagesLosses } from "@trunkline/protocol";
import type { Profile, ProviderAdapter, Target } from "../../adapter.ts";
import { hubOf, joinUrl, upstreamRequest } from "../../relay/request-body.ts";
import { TranslatedStream } from "../../relay/translated-stream.ts";
import { classify } from "./classify.ts";
import { relayBody } from "./from-upstream.ts";
import { GeminiTranslator } from "./stream.ts";
import { toUpstream } from "./to-upstream.ts";

/** Google's `generateContent` wire. The model and the choice of streaming stand in the URL. */
export function createGeminiAdapter(profile: Profile): ProviderAdapter {
  return {
    dialect: "gemini",
    prepare(call, target) {
      const { body, losses } = toUpstream(hubOf(call), target);
      const lost = call.inbound === "messages" ? [...messagesLosses(call.body), ...losses] : losses;
      return upstreamRequest(call, { url: contentUrl(profile, target, call.stream), body: Buffer.from(JSON.stringify(body)), losses: lost });
    },
    relayBody,
    relayStream: (call, target, extras) => new TranslatedStream({ call, extras, translator: new GeminiTranslator(call, target.upstreamModel) }),
    classify,
  };
}

/** Vertex puts the publisher before the model, below a base URL that names project and location. */
function contentUrl(profile: Profile, { baseUrl, upstreamModel }: Target, stream: boolean): string {
  const model = `/models/${encodeURIComponent(upstreamModel)}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`;
  if (profile.hosting === "vertex") return joinUrl(baseUrl, `/publishers/google${model}`);
  return joinUrl(/\/v\d\w*\/*$/.test(baseUrl) ? baseUrl : joinUrl(baseUrl, "/v1beta"), model);
}
