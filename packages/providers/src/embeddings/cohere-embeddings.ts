import { arrayOf, objectOf } from "@trunkline/protocol";
import type { Call, Profile, ProviderAdapter, Target } from "../adapter.ts";
import { classify } from "../dialects/cohere/classify.ts";
import { joinUrl, upstreamRequest } from "../relay/request-body.ts";
import { readCount } from "../relay/token-usage.ts";
import { malformedBody, parseAnswer } from "../relay/translated-body.ts";
import { dimensionsOf, embeddingsAnswer, embeddingsLosses, textsOf } from "./embeddings-request.ts";
import { refuseStream } from "./refuse-stream.ts";

/** Cohere's models demand to know what a text is for; a caller of the OpenAI wire can say so by `input_type`, and usually stores documents. */
const INPUT_TYPE = "search_document";

/** Cohere's v2 embed (https://docs.cohere.com/reference/embed). */
export function createCohereEmbeddings(_profile: Profile): ProviderAdapter {
  return {
    dialect: "cohere",
    prepare: (call, target) => upstreamRequest(call, { url: joinUrl(target.baseUrl, /\/v2\/*$/.test(target.baseUrl) ? "/embed" : "/v2/embed"), body: body(call, target), losses: embeddingsLosses(call, ["input_type"]) }),
    relayBody(call, upstream, extras) {
      const answer = parseAnswer(upstream);
      if (!answer) return malformedBody();
      const tokens = readCount(objectOf(objectOf(answer["meta"])["billed_units"])["input_tokens"]);
      return embeddingsAnswer(call, { vectors: arrayOf(objectOf(answer["embeddings"])["float"]), tokens: typeof tokens === "number" ? tokens : null, model: String(call.body["model"] ?? "") }, extras);
    },
    relayStream: refuseStream,
    classify,
  };
}

function body(call: Call, { upstreamModel }: Target): Uint8Array {
  const dimensions = dimensionsOf(call);
  const type = call.body["input_type"];
  return Buffer.from(JSON.stringify({ model: upstreamModel, texts: textsOf(call), input_type: typeof type === "string" ? type : INPUT_TYPE, embedding_types: ["float"], ...(dimensions === null ? {} : { output_dimension: dimensions }) }));
}
