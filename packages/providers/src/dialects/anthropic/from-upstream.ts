import { arrayOf, detailFromThinking, isJsonObject, objectOf, textOf, type ChatResponse, type ChatToolCall, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed } from "../../adapter.ts";
import { failureOf } from "../../failures/failure.ts";
import { spliceAnswer } from "../../relay/answer-splice.ts";
import { demandedFormat } from "../../relay/demanded-format.ts";
import { NO_BYTES } from "../../relay/ending.ts";
import { softFailure } from "../../relay/soft-failure.ts";
import { chatUsageFrom } from "../../relay/token-usage.ts";
import { failedBody, malformedBody, parseAnswer, relayHubAnswer, type HubAnswer } from "../../relay/translated-body.ts";
import { urlCitations, type Span } from "../../relay/url-citation.ts";
import { classifyInStream } from "./classify.ts";
import { finishReasonFrom } from "./stop-reason.ts";
import { JSON_ANSWER_TOOL } from "./to-upstream.ts";
import { usageFrom } from "./usage.ts";

/** A plain answer: for a Messages caller the upstream's bytes with provider and cost spliced in, else translated. */
export function relayBody(call: Call, upstream: Uint8Array, extras: AnswerExtras): Relayed {
  const answer = parseAnswer(upstream);
  if (!answer) return malformedBody();
  if (answer["type"] === "error" || answer["error"] != null) return failedBody(classifyInStream(answer["error"]));
  return call.inbound === "messages" ? relayMessage(upstream, answer, { call, extras }) : relayHubAnswer(call, hubAnswer(answer, call), extras);
}

function relayMessage(upstream: Uint8Array, answer: JsonObject, { call, extras }: { readonly call: Call; readonly extras: AnswerExtras }): Relayed {
  const blocks = arrayOf(answer["content"]).map(objectOf);
  const contentBytes = blocks.reduce((total, block) => total + Buffer.byteLength(textOf(block["text"]) + textOf(block["thinking"]) + (block["input"] ? JSON.stringify(block["input"]) : "")), 0);
  const finishReason = finishReasonFrom(answer["stop_reason"]);
  const usage = usageFrom(objectOf(answer["usage"]));
  const failure = finishReason === null && blocks.length === 0
    ? failureOf("protocol_violation", { status: 200, message: "The provider sent an empty answer." })
    : softFailure({ message: judged(blocks), finishReason, hasContent: blocks.some(saysSomething), usage, format: demandedFormat(call) });
  const observation = { usage, contentBytes, finishReason, failure, complete: failure === null };
  if (failure) return { bytes: NO_BYTES, observation };
  const explained = extras.explain();
  const more = explained === null || explained === undefined ? {} : { trunkline: JSON.stringify(explained) };
  return { bytes: spliceAnswer(upstream, usage, extras, more), observation };
}

/** What a provider ran itself is an answer too. */
const saysSomething = (block: JsonObject): boolean => block["type"] === "text" || block["type"] === "thinking" ? textOf(block[block["type"]]) !== "" : true;

/** As much of the hub's message as an answer is judged by. */
function judged(blocks: readonly JsonObject[]): JsonObject {
  const text = blocks.map((block) => (block["type"] === "text" ? textOf(block["text"]) : "")).join("");
  const uses = blocks.filter((block) => block["type"] === "tool_use");
  return { content: text || null, tool_calls: uses.map(({ input }) => ({ function: { arguments: input === undefined || isJsonObject(input) ? "" : JSON.stringify(input) } })) };
}

/** Anthropic message → hub. Thinking becomes `reasoning` and, opaque, `reasoning_details`; a refusal is a content filter's finish. */
function hubAnswer(answer: JsonObject, call: Call): HubAnswer {
  const blocks = arrayOf(answer["content"]).map(objectOf);
  const details = blocks.map(detailFromThinking).filter((detail) => detail !== null);
  const reasoning = details.map((detail) => detail.text ?? "").join("");
  const uses = blocks.filter((block) => block["type"] === "tool_use");
  const jsonAnswers = uses.filter((block) => block["name"] === JSON_ANSWER_TOOL);
  const text = blocks.map((block) => (block["type"] === "text" ? textOf(block["text"]) : "")).join("");
  const calls = uses.filter((block) => block["name"] !== JSON_ANSWER_TOOL).map(toolCall);
  const content = jsonAnswers.length > 0 ? JSON.stringify(jsonAnswers[0]?.["input"] ?? {}) : text;
  const finish = finishReasonFrom(answer["stop_reason"]);
  const usage = usageFrom(objectOf(answer["usage"]));
  const refusal = answer["stop_reason"] === "refusal" ? textOf(objectOf(answer["stop_details"])["explanation"]) || null : null;
  const annotations = annotationsOf(blocks);
  const response: ChatResponse = {
    id: call.requestId, object: "chat.completion", created: call.createdAtSeconds, model: textOf(answer["model"]), system_fingerprint: null,
    choices: [{
      index: 0, logprobs: null, finish_reason: finish === "tool_calls" && calls.length === 0 ? "stop" : finish ?? "stop",
      message: { role: "assistant", content: content || null, refusal, ...(calls.length > 0 ? { tool_calls: calls } : {}), ...(reasoning ? { reasoning } : {}), ...(details.length > 0 ? { reasoning_details: details } : {}), ...(annotations.length > 0 ? { annotations } : {}) },
    }],
    usage: usage ? chatUsageFrom(usage) : { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  };
  return { response, usage, finished: finish !== null, failure: null };
}

/** Sources of a block of text; those without an address (a page of a document) have no form on the Chat wire. */
export const blockCitations = (citations: readonly unknown[], span: Span): JsonObject[] => urlCitations(citations.map(objectOf).map(({ url, title }) => ({ url: textOf(url), title: textOf(title) })), span);

function annotationsOf(blocks: readonly JsonObject[]): JsonObject[] {
  let end = 0;
  return blocks.filter((block) => block["type"] === "text").flatMap((block) => {
    const start = end;
    end += textOf(block["text"]).length;
    return blockCitations(arrayOf(block["citations"]), { start, end });
  });
}

function toolCall(block: JsonObject): ChatToolCall {
  return { id: textOf(block["id"]), type: "function", function: { name: textOf(block["name"]), arguments: JSON.stringify(block["input"] ?? {}) } };
}
