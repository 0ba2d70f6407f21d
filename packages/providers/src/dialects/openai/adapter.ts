import { messagesLosses } from "@trunkline/protocol";
import type { Profile, ProviderAdapter } from "../../adapter.ts";
import { PassThroughStream } from "../../relay/pass-through-stream.ts";
import { hubOf, upstreamRequest } from "../../relay/request-body.ts";
import { TranslatedStream } from "../../relay/translated-stream.ts";
import { chatUrl } from "../../relay/openai-url.ts";
import { classify } from "./classify.ts";
import { relayBody } from "./from-upstream.ts";
import { OpenAiInspector, OpenAiTranslator } from "./stream.ts";
import { splicedBody, translatedBody } from "./to-upstream.ts";

/** OpenAI Chat Completions, as OpenAI and every compatible provider speak it. */
export function createOpenAiAdapter(profile: Profile): ProviderAdapter {
  return {
    dialect: "openai",
    prepare(call, target) {
      const translated = call.inbound !== "chat_completions";
      const { body, losses } = translated ? translatedBody(hubOf(call), target, profile) : splicedBody(call, target, profile);
      return upstreamRequest(call, { url: chatUrl(profile, target), body, losses: translated ? [...(call.inbound === "messages" ? messagesLosses(call.body) : []), ...losses] : losses });
    },
    relayBody,
    relayStream(call, target, extras) {
      if (call.inbound === "chat_completions") return new PassThroughStream(new OpenAiInspector(call, extras));
      return new TranslatedStream({ call, extras, translator: new OpenAiTranslator(call, target.upstreamModel) });
    },
    classify,
  };
}
