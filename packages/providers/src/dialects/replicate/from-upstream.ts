import { objectOf, textOf, type ChatResponse, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed } from "../../adapter.ts";
import { chatUsageFrom } from "../../relay/token-usage.ts";
import { failedBody, malformedBody, parseAnswer, relayHubAnswer } from "../../relay/translated-body.ts";
import { classifyPrediction } from "./classify.ts";
import { finishReasonFrom } from "./stop-reason.ts";
import { usageFrom } from "./usage.ts";

/** A finished prediction, always translated: no inbound API is this wire. */
export function relayBody(call: Call, upstream: Uint8Array, extras: AnswerExtras): Relayed {
  const prediction = parseAnswer(upstream);
  if (!prediction || typeof prediction["status"] !== "string") return malformedBody();
  if (prediction["status"] !== "succeeded") return failedBody(classifyPrediction(prediction["status"], textOf(prediction["error"])), usageFrom(prediction));
  const usage = usageFrom(prediction);
  const finish = finishReasonFrom("succeeded", { output: usage?.outputTokens ?? null, most: limitOf(prediction) });
  const response: ChatResponse = {
    id: textOf(prediction["id"]) || call.requestId, object: "chat.completion", created: call.createdAtSeconds, model: textOf(call.body["model"]), system_fingerprint: null,
    choices: [{ index: 0, logprobs: null, finish_reason: finish ?? "stop", message: { role: "assistant", content: outputText(prediction["output"]) || null, refusal: null } }],
    usage: usage ? chatUsageFrom(usage) : { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  };
  return relayHubAnswer(call, { response, usage, finished: true, failure: null }, extras);
}

/** Language models give their text in pieces; some give one string. */
export function outputText(output: unknown): string {
  return Array.isArray(output) ? output.map(textOf).join("") : textOf(output);
}

/** The limit that the prediction was made with: it repeats its input. */
export function limitOf(prediction: JsonObject): number | null {
  const limit = objectOf(prediction["input"])["max_tokens"];
  return typeof limit === "number" ? limit : null;
}
