import { arrayOf, objectOf, textOf, type ChatResponse, type ChatToolCall, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed } from "../../adapter.ts";
import { chatUsageFrom } from "../../relay/token-usage.ts";
import { failedBody, malformedBody, parseAnswer, relayHubAnswer, type HubAnswer } from "../../relay/translated-body.ts";
import { urlCitations } from "../../relay/url-citation.ts";
import { classifyInStream } from "./classify.ts";
import { brokenFinish, finishReasonFrom } from "./stop-reason.ts";
import { usageFrom } from "./usage.ts";

/** A plain answer, always translated: no inbound API is this wire. The answer does not name its model, so the caller's word stands. */
export function relayBody(call: Call, upstream: Uint8Array, extras: AnswerExtras): Relayed {
  const answer = parseAnswer(upstream);
  if (!answer) return malformedBody();
  if (answer["error"] != null) return failedBody(classifyInStream(answer["error"]));
  return relayHubAnswer(call, hubAnswer(answer, call), extras);
}

/** The plan before tool calls is the model's thinking by another name; citations go through as they are. */
function hubAnswer(answer: JsonObject, call: Call): HubAnswer {
  const given = objectOf(answer["message"]);
  const blocks = arrayOf(given["content"]).map(objectOf);
  const join = (field: string): string => blocks.map((block) => textOf(block[field])).join("");
  const reasoning = join("thinking") + textOf(given["tool_plan"]);
  const text = join("text");
  const calls = arrayOf(given["tool_calls"]).map(objectOf).map(toolCall);
  const citations = arrayOf(given["citations"]);
  const annotations = citations.flatMap(annotationsOf);
  const finish = finishReasonFrom(answer["finish_reason"]);
  const usage = usageFrom(objectOf(answer["usage"]));
  const response: ChatResponse = {
    id: textOf(answer["id"]) || call.requestId, object: "chat.completion", created: call.createdAtSeconds, model: textOf(call.body["model"]), system_fingerprint: null,
    choices: [{
      index: 0, logprobs: null, finish_reason: finish ?? "stop",
      message: { role: "assistant", content: text || null, refusal: null, ...(calls.length > 0 ? { tool_calls: calls } : {}), ...(reasoning ? { reasoning } : {}), ...(citations.length > 0 ? { citations } : {}), ...(annotations.length > 0 ? { annotations } : {}) },
    }],
    usage: usage ? chatUsageFrom(usage) : { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  };
  return { response, usage, finished: finish !== null, failure: brokenFinish(answer["finish_reason"], "") };
}

/** A citation names its documents; those with an address are sources on the Chat wire too. */
export function annotationsOf(citation: unknown): JsonObject[] {
  const { start, end, sources } = objectOf(citation);
  const documents = arrayOf(sources).map((source) => objectOf(objectOf(source)["document"]));
  return urlCitations(documents.map(({ url, title }) => ({ url: textOf(url), title: textOf(title) })), { start: Number(start) || 0, end: Number(end) || 0 });
}

/** QUIRK(cohere): a call without arguments may have none, but the Chat wire wants valid JSON. */
function toolCall(given: JsonObject): ChatToolCall {
  const called = objectOf(given["function"]);
  return { id: textOf(given["id"]), type: "function", function: { name: textOf(called["name"]), arguments: textOf(called["arguments"]) || "{}" } };
}
