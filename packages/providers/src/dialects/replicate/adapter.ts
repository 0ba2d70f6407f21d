import { messagesLosses } from "@trunkline/protocol";
import type { Profile, ProviderAdapter } from "../../adapter.ts";
import { hubOf, joinUrl, upstreamRequest } from "../../relay/request-body.ts";
import { TranslatedStream } from "../../relay/translated-stream.ts";
import { classify } from "./classify.ts";
import { follow } from "./follow.ts";
import { relayBody } from "./from-upstream.ts";
import { ReplicateTranslator } from "./stream.ts";
import { toUpstream } from "./to-upstream.ts";

/** As long as it may be (https://replicate.com/docs/topics/predictions/create-a-prediction#sync-mode); what takes longer is asked for again. */
const PREFER_WAIT = "wait=60";
/** Replicate ends by itself what a gateway that was killed could not cancel. */
const CANCEL_AFTER = "15m";

/** Replicate's predictions, for its official language models (https://replicate.com/docs/reference/http#models.predictions.create). */
export function createReplicateAdapter(_profile: Profile): ProviderAdapter {
  return {
    dialect: "replicate",
    prepare(call, target) {
      const { body, losses } = toUpstream({ ...hubOf(call), stream: call.stream }, target);
      const lost = call.inbound === "messages" ? [...messagesLosses(call.body), ...losses] : losses;
      return upstreamRequest(call, {
        url: joinUrl(target.baseUrl, `/models/${target.upstreamModel}/predictions`), body: Buffer.from(JSON.stringify(body)), losses: lost,
        headers: { accept: "application/json", "cancel-after": CANCEL_AFTER, ...(call.stream ? {} : { prefer: PREFER_WAIT }) },
      });
    },
    relayBody,
    relayStream: (call, target, extras) => new TranslatedStream({ call, extras, translator: new ReplicateTranslator(call, target.upstreamModel) }),
    classify,
    follow,
  };
}
