import { arrayOf, objectOf } from "@trunkline/protocol";
import type { Call, Profile, ProviderAdapter, Target } from "../adapter.ts";
import { classify } from "../dialects/gemini/classify.ts";
import { joinUrl, upstreamRequest } from "../relay/request-body.ts";
import { readCount } from "../relay/token-usage.ts";
import { malformedBody, parseAnswer } from "../relay/translated-body.ts";
import { dimensionsOf, embeddingsAnswer, embeddingsLosses, textsOf } from "./embeddings-request.ts";
import { refuseStream } from "./refuse-stream.ts";

/** Gemini's `batchEmbedContents` (https://ai.google.dev/api/embeddings). Most models report no usage there: it is estimated then, and says so. */
export function createGeminiEmbeddings(_profile: Profile): ProviderAdapter {
  return {
    dialect: "gemini",
    prepare(call, target) {
      const { baseUrl, upstreamModel } = target;
      const root = /\/v\d\w*\/*$/.test(baseUrl) ? baseUrl : joinUrl(baseUrl, "/v1beta");
      return upstreamRequest(call, { url: joinUrl(root, `/models/${encodeURIComponent(upstreamModel)}:batchEmbedContents`), body: batch(call, target), losses: embeddingsLosses(call, ["task_type"]) });
    },
    relayBody(call, upstream, extras) {
      const answer = parseAnswer(upstream);
      if (!answer) return malformedBody();
      const tokens = readCount(objectOf(answer["usageMetadata"])["promptTokenCount"]);
      return embeddingsAnswer(call, { vectors: arrayOf(answer["embeddings"]).map((item) => objectOf(item)["values"]), tokens: typeof tokens === "number" ? tokens : null, model: String(call.body["model"] ?? "") }, extras);
    },
    relayStream: refuseStream,
    classify,
  };
}

function batch(call: Call, { upstreamModel }: Target): Uint8Array {
  const dimensions = dimensionsOf(call);
  const task = call.body["task_type"];
  const options = { ...(dimensions === null ? {} : { outputDimensionality: dimensions }), ...(typeof task === "string" ? { taskType: task } : {}) };
  return Buffer.from(JSON.stringify({ requests: textsOf(call).map((text) => ({ model: `models/${upstreamModel}`, content: { parts: [{ text }] }, ...options })) }));
}
