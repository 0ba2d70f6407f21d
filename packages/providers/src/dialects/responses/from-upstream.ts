import type { TokenUsage } from "@trunkline/contracts";
import { argumentsFromFreeText, arrayOf, objectOf, OPENAI_REASONING_FORMAT, textOf, type ChatResponse, type ChatToolCall, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed } from "../../adapter.ts";
import { completeAnswer } from "../../relay/answer-splice.ts";
import { chatUsageFrom } from "../../relay/token-usage.ts";
import { failedBody, malformedBody, parseAnswer, relayHubAnswer, type HubAnswer } from "../../relay/translated-body.ts";
import { classifyInStream } from "./classify.ts";
import { finishReasonFrom, isCall } from "./stop-reason.ts";
import { usageFrom } from "./usage.ts";

/** A plain answer: for a Responses caller the upstream's bytes with provider and cost spliced in, else translated. */
export function relayBody(call: Call, upstream: Uint8Array, extras: AnswerExtras): Relayed {
  const answer = parseAnswer(upstream);
  if (!answer) return malformedBody();
  if (answer["error"] != null || answer["status"] === "failed") return failedBody(classifyInStream(answer["error"]), usageFrom(answer));
  const hub = hubAnswer(answer, call);
  if (call.inbound !== "responses") return relayHubAnswer(call, hub, extras);
  const { bytes, observation } = relayHubAnswer(call, hub, NO_EXTRAS);
  return observation.failure ? { bytes, observation } : { bytes: spliced(upstream, { answer, usage: hub.usage, extras }), observation };
}

/** For looking at an answer that goes out as it came. */
const NO_EXTRAS: AnswerExtras = { provider: "", cost: () => 0, explain: () => null };

function spliced(upstream: Uint8Array, { answer, usage, extras }: { readonly answer: JsonObject; readonly usage: TokenUsage | null; readonly extras: AnswerExtras }): Uint8Array {
  const explained = extras.explain() ?? null;
  return completeAnswer(upstream, answer, { usage, extras, more: explained === null ? {} : { trunkline: JSON.stringify(explained) } });
}

function hubAnswer(answer: JsonObject, call: Call): HubAnswer {
  const items = arrayOf(answer["output"]).map(objectOf);
  const messages = items.filter((item) => item["type"] === "message");
  const parts = messages.flatMap((item) => arrayOf(item["content"]).map(objectOf));
  const text = messages.map(messageText).join("");
  const refusal = parts.map((part) => textOf(part["refusal"])).join("");
  const annotations = parts.flatMap((part) => arrayOf(part["annotations"]).map(hubAnnotation));
  const thoughts = items.filter((item) => item["type"] === "reasoning");
  const reasoning = thoughts.map(reasoningText).join("");
  const details = thoughts.map(encryptedDetail).filter((detail) => detail !== null);
  const calls = items.filter(isCall).map(toolCall);
  const finish = finishReasonFrom(answer);
  const usage = usageFrom(answer);
  const response: ChatResponse = {
    id: call.requestId, object: "chat.completion", created: call.createdAtSeconds, model: textOf(answer["model"]), system_fingerprint: null,
    choices: [{
      index: 0, logprobs: null, finish_reason: finish ?? "stop",
      message: {
        role: "assistant", content: text || null, refusal: refusal || null, ...(calls.length > 0 ? { tool_calls: calls } : {}), ...(reasoning ? { reasoning } : {}),
        ...(details.length > 0 ? { reasoning_details: details } : {}), ...(annotations.length > 0 ? { annotations } : {}),
      },
    }],
    usage: usage ? chatUsageFrom(usage) : { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  };
  return { response, usage, finished: finish !== null, failure: null };
}

/** The summary, which is what a caller may read; raw reasoning where a provider gives that instead. */
export function reasoningText(item: JsonObject): string {
  const textIn = (value: unknown): string => arrayOf(value).map((part) => textOf(objectOf(part)["text"])).join("");
  return textIn(item["summary"]) || textIn(item["content"]);
}

export const messageText = (item: JsonObject): string => arrayOf(item["content"]).map(objectOf).map((part) => (part["type"] === "output_text" ? textOf(part["text"]) : "")).join("");

export function encryptedDetail(item: JsonObject): JsonObject | null {
  const data = textOf(item["encrypted_content"]);
  return data ? { type: "reasoning.encrypted", data, id: textOf(item["id"]), format: OPENAI_REASONING_FORMAT } : null;
}

/** Flat on this wire, an object of its own on the Chat wire. */
export function hubAnnotation(given: unknown): JsonObject {
  const { type, ...rest } = objectOf(given);
  return type === "url_citation" ? { type, url_citation: rest } : { type, ...rest };
}

export function argumentsOf(item: JsonObject): string {
  return item["type"] === "custom_tool_call" ? argumentsFromFreeText(textOf(item["input"])) : textOf(item["arguments"]);
}

function toolCall(item: JsonObject): ChatToolCall {
  return { id: textOf(item["call_id"]) || textOf(item["id"]), type: "function", function: { name: textOf(item["name"]), arguments: argumentsOf(item) || "{}" } };
}
