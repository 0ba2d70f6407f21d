import { ANTHROPIC_REASONING_FORMAT, arrayOf, isJsonObject, objectOf, textOf, type ChatResponse, type ChatToolCall, type JsonObject, type ReasoningDetail } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed } from "../../adapter.ts";
import { failureOf } from "../../failures/failure.ts";
import { chatUsageFrom } from "../../relay/token-usage.ts";
import { malformedBody, parseAnswer, relayHubAnswer, type HubAnswer } from "../../relay/translated-body.ts";
import { finishReasonFrom, isBrokenFinish } from "./stop-reason.ts";
import { JSON_ANSWER_TOOL } from "./to-upstream.ts";
import { usageFrom } from "./usage.ts";

/** A plain answer, always translated: no inbound API is this wire. The answer does not name its model, so the caller's word stands. */
export function relayBody(call: Call, upstream: Uint8Array, extras: AnswerExtras): Relayed {
  const answer = parseAnswer(upstream);
  return answer ? relayHubAnswer(call, hubAnswer(answer, call), extras) : malformedBody();
}

/** A block's reasoning → hub. Only Claude signs its thinking, in the form that Anthropic's own API uses. */
export function detailFrom(reasoning: JsonObject, index: number): ReasoningDetail {
  const redacted = textOf(reasoning["redactedContent"]);
  if (redacted) return { type: "reasoning.encrypted", data: redacted, format: ANTHROPIC_REASONING_FORMAT, index };
  const { text, signature } = objectOf(reasoning["reasoningText"]);
  return { type: "reasoning.text", ...(text === undefined ? {} : { text: textOf(text) }), ...(textOf(signature) ? { signature: textOf(signature) } : {}), format: ANTHROPIC_REASONING_FORMAT, index };
}

export const brokenAnswer = (): ReturnType<typeof failureOf> => failureOf("protocol_violation", { status: 200, message: "The provider's model wrote an answer that cannot be read." });

function hubAnswer(answer: JsonObject, call: Call): HubAnswer {
  const blocks = arrayOf(objectOf(objectOf(answer["output"])["message"])["content"]).map(objectOf);
  const details = blocks.flatMap((block, index) => (isJsonObject(block["reasoningContent"]) ? [detailFrom(block["reasoningContent"], index)] : []));
  const uses = blocks.map((block) => objectOf(block["toolUse"])).filter((use) => "name" in use);
  const jsonAnswers = uses.filter((use) => use["name"] === JSON_ANSWER_TOOL);
  const calls = uses.filter((use) => use["name"] !== JSON_ANSWER_TOOL).map(toolCall);
  const text = jsonAnswers.length > 0 ? JSON.stringify(jsonAnswers[0]?.["input"] ?? {}) : blocks.map(textOfBlock).join("");
  const reasoning = details.map((detail) => detail.text ?? "").join("");
  const finish = finishReasonFrom(answer["stopReason"]);
  const usage = usageFrom(objectOf(answer["usage"]));
  const response: ChatResponse = {
    id: call.requestId, object: "chat.completion", created: call.createdAtSeconds, model: textOf(call.body["model"]), system_fingerprint: null,
    choices: [{
      index: 0, logprobs: null, finish_reason: finish === "tool_calls" && calls.length === 0 ? "stop" : finish ?? "stop",
      message: { role: "assistant", content: text || null, refusal: null, ...(calls.length > 0 ? { tool_calls: calls } : {}), ...(reasoning ? { reasoning } : {}), ...(details.length > 0 ? { reasoning_details: details } : {}) },
    }],
    usage: usage ? chatUsageFrom(usage) : { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  };
  const isBroken = isBrokenFinish(answer["stopReason"]) && text === "" && calls.length === 0;
  return { response, usage, finished: finish !== null, failure: isBroken ? brokenAnswer() : null };
}

/** A text that cites its documents stands in a block of its own kind (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CitationsContentBlock.html). */
const textOfBlock = (block: JsonObject): string => textOf(block["text"]) || arrayOf(objectOf(block["citationsContent"])["content"]).map((part) => textOf(objectOf(part)["text"])).join("");

function toolCall(use: JsonObject): ChatToolCall {
  return { id: textOf(use["toolUseId"]), type: "function", function: { name: textOf(use["name"]), arguments: JSON.stringify(use["input"] ?? {}) } };
}
