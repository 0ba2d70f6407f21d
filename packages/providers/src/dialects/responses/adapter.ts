import { messagesLosses } from "@trunkline/protocol";
import type { Profile, ProviderAdapter } from "../../adapter.ts";
import { PassThroughStream } from "../../relay/pass-through-stream.ts";
import { openAiUrl } from "../../relay/openai-url.ts";
import { hubOf, upstreamRequest } from "../../relay/request-body.ts";
import { TranslatedStream } from "../../relay/translated-stream.ts";
import { classify } from "./classify.ts";
import { relayBody } from "./from-upstream.ts";
import { ResponsesInspector, ResponsesTranslator } from "./stream.ts";
import { splicedBody, translatedBody } from "./to-upstream.ts";

/** OpenAI's Responses API, as OpenAI and those that follow it serve it beside Chat Completions. */
export function createResponsesAdapter(profile: Profile): ProviderAdapter {
  return {
    dialect: "openai",
    prepare(call, target) {
      const url = openAiUrl(profile, target, "responses");
      if (call.inbound === "responses") return upstreamRequest(call, { url, ...splicedBody(call, target), isNative: true });
      const { body, losses } = translatedBody({ ...hubOf(call), stream: call.stream }, target, profile);
      return upstreamRequest(call, { url, body, losses: call.inbound === "messages" ? [...messagesLosses(call.body), ...losses] : losses });
    },
    relayBody,
    relayStream(call, target, extras) {
      if (call.inbound === "responses") return new PassThroughStream(new ResponsesInspector(extras));
      return new TranslatedStream({ call, extras, translator: new ResponsesTranslator(call, target.upstreamModel) });
    },
    classify,
  };
}
