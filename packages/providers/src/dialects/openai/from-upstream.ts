import type { TokenUsage } from "@trunkline/contracts";
import { arrayOf, objectOf, textOf, type ChatResponse, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed } from "../../adapter.ts";
import { failureOf } from "../../failures/failure.ts";
import { completeAnswer } from "../../relay/answer-splice.ts";
import { deltaBytes } from "../../relay/delta.ts";
import { NO_BYTES } from "../../relay/ending.ts";
import { softFailure } from "../../relay/soft-failure.ts";
import { chatUsageFrom, costFields } from "../../relay/token-usage.ts";
import { failedBody, malformedBody, parseAnswer, relayHubAnswer } from "../../relay/translated-body.ts";
import { classifyInStream } from "./classify.ts";
import { functionCalls } from "./odd-calls.ts";
import { brokenFinish, finishReasonFrom } from "./stop-reason.ts";
import { usageFrom } from "./usage.ts";

/** A plain answer: the upstream's bytes with provider and cost spliced in, or translated for a caller of another wire. */
export function relayBody(call: Call, upstream: Uint8Array, extras: AnswerExtras): Relayed {
  const answer = parseAnswer(upstream);
  if (!answer) return malformedBody();
  if (answer["error"] != null) return failedBody(classifyInStream(answer["error"]));
  if (call.inbound !== "chat_completions") return relayHubAnswer(call, hubAnswer(answer, call), extras);
  const choices = arrayOf(answer["choices"]).map(objectOf);
  const usage = usageFrom(objectOf(answer["usage"]), answer["service_tier"]);
  let contentBytes = 0;
  let hasContent = false;
  for (const choice of choices) {
    const seen = deltaBytes(choice["message"]);
    contentBytes += seen.text;
    hasContent ||= seen.content;
  }
  const finishReason = finishReasonFrom(choices[0]?.["finish_reason"]);
  const failure = answerFailure(choices, finishReason !== null || hasContent) ?? softFailure({ message: objectOf(choices[0]?.["message"]), finishReason, hasContent, usage, format: call.body["response_format"] });
  return { bytes: failure ? NO_BYTES : spliced(upstream, { answer, usage, guessed: usage === null ? extras.guess?.(contentBytes) ?? null : null, extras }), observation: { usage, contentBytes, finishReason, failure, complete: failure === null } };
}

/** `guessed`: what is billed instead of a usage that the provider did not tell. */
function spliced(upstream: Uint8Array, { answer, usage, guessed, extras }: { readonly answer: JsonObject; readonly usage: TokenUsage | null; readonly guessed: TokenUsage | null; readonly extras: AnswerExtras }): Uint8Array {
  const explained = extras.explain() ?? null;
  const more: Record<string, string> = {};
  if (!("system_fingerprint" in answer)) more["system_fingerprint"] = "null";
  if (guessed !== null) more["usage"] = JSON.stringify({ ...chatUsageFrom(guessed), ...costFields(guessed, extras) });
  if (explained !== null) more["trunkline"] = JSON.stringify(explained);
  return completeAnswer(upstream, answer, { usage, extras, more });
}

function answerFailure(choices: readonly JsonObject[], answered: boolean): Relayed["observation"]["failure"] {
  const broken = choices.map((choice) => brokenFinish(choice["finish_reason"])).find((failure) => failure !== null);
  if (broken) return broken;
  return answered ? null : failureOf("protocol_violation", { status: 200, message: "The provider sent an empty answer." });
}

function hubAnswer(answer: JsonObject, call: Call): Parameters<typeof relayHubAnswer>[1] {
  const choices = arrayOf(answer["choices"]).map(objectOf);
  const choice = choices[0];
  const usage = usageFrom(objectOf(answer["usage"]), answer["service_tier"]);
  const finish = finishReasonFrom(choice?.["finish_reason"]);
  const response: ChatResponse = {
    id: textOf(answer["id"]) || call.requestId, object: "chat.completion", created: call.createdAtSeconds,
    model: textOf(answer["model"]), system_fingerprint: null,
    choices: choice ? [{ index: 0, message: hubMessage(objectOf(choice["message"]), call), logprobs: null, finish_reason: finish ?? "stop" }] : [],
    usage: usage ? chatUsageFrom(usage) : { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  };
  const failure = choices.map((candidate) => brokenFinish(candidate["finish_reason"])).find((broken) => broken !== null) ?? null;
  return { response, usage, finished: finish !== null, failure };
}

function hubMessage(message: JsonObject, call: Call): ChatResponse["choices"][number]["message"] {
  return { ...message, ...splitContent(message), role: "assistant", tool_calls: functionCalls(message, legacyCallId(call)) };
}

/** A call of before there were tools has no id; it must differ between the turns of one conversation. */
export const legacyCallId = (call: Call): string => `call_${call.requestId.replace(/^req_/, "")}`;

/** QUIRK(mistral): content may be an array of text and thinking parts. */
export function splitContent(fields: JsonObject): { readonly content: string | null; readonly reasoning?: string } {
  const { content } = fields;
  const reasoning = textOf(fields["reasoning"]) || textOf(fields["reasoning_content"]);
  if (!Array.isArray(content)) return { content: typeof content === "string" ? content : null, ...(reasoning ? { reasoning } : {}) };
  const textIn = (parts: readonly unknown[], type: string): string => parts.map(objectOf).filter((part) => part["type"] === type).map((part) => textOf(part["text"]) || textIn(arrayOf(part["thinking"]), "text")).join("");
  const thinking = textIn(content, "thinking");
  return { content: textIn(content, "text"), ...(thinking ? { reasoning: thinking } : {}) };
}
