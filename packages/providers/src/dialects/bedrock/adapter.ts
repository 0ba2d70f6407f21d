import { messagesLosses } from "@trunkline/protocol";
import type { Call, Profile, ProviderAdapter, Target } from "../../adapter.ts";
import { FramedStream } from "../../relay/framed-stream.ts";
import { hubOf, joinUrl, upstreamRequest } from "../../relay/request-body.ts";
import { TranslatedStream } from "../../relay/translated-stream.ts";
import { classify } from "./classify.ts";
import { relayBody } from "./from-upstream.ts";
import { BedrockTranslator, eventOf } from "./stream.ts";
import { toUpstream } from "./to-upstream.ts";

/** Amazon Bedrock's Converse wire: one form of request and answer for every model that it hosts, streamed in AWS's binary framing. */
export function createBedrockAdapter(_profile: Profile): ProviderAdapter {
  return {
    dialect: "bedrock",
    prepare(call, target) {
      const { body, losses } = toUpstream(hubOf(call), target);
      const lost = call.inbound === "messages" ? [...messagesLosses(call.body), ...losses] : losses;
      const headers = { accept: call.stream ? "application/vnd.amazon.eventstream" : "application/json" };
      return upstreamRequest(call, { url: converseUrl(call, target), body: Buffer.from(JSON.stringify(body)), losses: lost, headers });
    },
    relayBody,
    relayStream: (call, target, extras) => new FramedStream(new TranslatedStream({ call, extras, translator: new BedrockTranslator(call, target.upstreamModel) }), eventOf),
    classify,
  };
}

const converseUrl = (call: Call, { baseUrl, upstreamModel }: Target): string => joinUrl(baseUrl, `/model/${encodeURIComponent(upstreamModel)}/${call.stream ? "converse-stream" : "converse"}`);
