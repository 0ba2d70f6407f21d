import { messagesLosses } from "@trunkline/protocol";
import type { Profile, ProviderAdapter } from "../../adapter.ts";
import { hubOf, joinUrl, upstreamRequest } from "../../relay/request-body.ts";
import { TranslatedStream } from "../../relay/translated-stream.ts";
import { classify } from "./classify.ts";
import { relayBody } from "./from-upstream.ts";
import { CohereTranslator } from "./stream.ts";
import { toUpstream } from "./to-upstream.ts";

/** Cohere's own v2 chat wire. */
export function createCohereAdapter(_profile: Profile): ProviderAdapter {
  return {
    dialect: "cohere",
    prepare(call, target) {
      const { body, losses } = toUpstream({ ...hubOf(call), stream: call.stream }, target);
      const lost = call.inbound === "messages" ? [...messagesLosses(call.body), ...losses] : losses;
      return upstreamRequest(call, { url: chatUrl(target.baseUrl), body: Buffer.from(JSON.stringify(body)), losses: lost });
    },
    relayBody,
    relayStream: (call, target, extras) => new TranslatedStream({ call, extras, translator: new CohereTranslator(call, target.upstreamModel) }),
    classify,
  };
}

/** Cohere's own clients write the base URL without the version, others with it. */
const chatUrl = (baseUrl: string): string => joinUrl(baseUrl, /\/v2\/*$/.test(baseUrl) ? "/chat" : "/v2/chat");
