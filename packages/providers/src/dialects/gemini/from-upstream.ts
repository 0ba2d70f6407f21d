import { arrayOf, isJsonObject, objectOf, textOf, type ChatResponse, type ChatToolCall, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed } from "../../adapter.ts";
import { failureOf } from "../../failures/failure.ts";
import { chatUsageFrom } from "../../relay/token-usage.ts";
import { failedBody, malformedBody, parseAnswer, relayHubAnswer, type HubAnswer } from "../../relay/translated-body.ts";
import { urlCitations } from "../../relay/url-citation.ts";
import { classifyInStream } from "./classify.ts";
import { finishReasonFrom, isBrokenFinish } from "./stop-reason.ts";
import { usageFrom } from "./usage.ts";

/** A plain answer, always translated: no inbound API is this wire. */
export function relayBody(call: Call, upstream: Uint8Array, extras: AnswerExtras): Relayed {
  const answer = parseAnswer(upstream);
  if (!answer) return malformedBody();
  if (answer["error"] != null) return failedBody(classifyInStream(answer["error"]));
  const blocked = blockFailure(answer);
  return blocked ? failedBody(blocked) : relayHubAnswer(call, hubAnswer(answer, call), extras);
}

/** The prompt itself was refused: there is no candidate at all. */
export function blockFailure(answer: JsonObject): ReturnType<typeof failureOf> | null {
  const reason = textOf(objectOf(answer["promptFeedback"])["blockReason"]);
  return reason && arrayOf(answer["candidates"]).length === 0 ? failureOf("content_filtered", { status: 200, message: `The provider's content policy blocked the prompt (${reason}).` }) : null;
}

/** One function call → hub, its thought signature carried as it is. */
export function toolCallFrom(part: JsonObject, id: string): ChatToolCall {
  const call = objectOf(part["functionCall"]);
  const signature = textOf(part["thoughtSignature"]);
  return {
    id: textOf(call["id"]) || id, type: "function", function: { name: textOf(call["name"]), arguments: JSON.stringify(call["args"] ?? {}) },
    ...(signature ? { extra_content: { google: { thought_signature: signature } } } : {}),
  };
}

/** QUIRK(gemini): calls have no id; it must differ between the turns of one conversation, so the request's is part of it. */
export const toolCallId = (call: Call, index: number): string => `call_${call.requestId.replace(/^req_/, "")}_${index}`;

/** Web sources of an answer as a whole: `textLength` characters so far. Which part each stands behind is told in bytes of a text that a stream has sent on. */
export function groundingCitations(candidate: JsonObject, textLength: number): JsonObject[] {
  const chunks = arrayOf(objectOf(candidate["groundingMetadata"])["groundingChunks"]).map((chunk) => objectOf(objectOf(chunk)["web"]));
  return urlCitations(chunks.map(({ uri, title }) => ({ url: textOf(uri), title: textOf(title) })), { start: 0, end: textLength });
}

/** A picture that the model made, as OpenRouter tells it on the Chat wire (https://openrouter.ai/docs/features/multimodal/image-generation). Thoughts have drafts of it. */
export function imageFrom(part: JsonObject): JsonObject[] {
  const { mimeType, data } = objectOf(part["inlineData"]);
  if (part["thought"] === true || !textOf(mimeType).startsWith("image/") || textOf(data) === "") return [];
  return [{ type: "image_url", image_url: { url: `data:${textOf(mimeType)};base64,${textOf(data)}` } }];
}

function hubAnswer(answer: JsonObject, call: Call): HubAnswer {
  const candidate = objectOf(arrayOf(answer["candidates"])[0]);
  const parts = arrayOf(objectOf(candidate["content"])["parts"]).filter(isJsonObject);
  const join = (wanted: boolean): string => parts.filter((part) => (part["thought"] === true) === wanted).map((part) => textOf(part["text"])).join("");
  const calls = parts.filter((part) => isJsonObject(part["functionCall"])).map((part, index) => toolCallFrom(part, toolCallId(call, index)));
  const signature = textOf(parts.filter((part) => !part["functionCall"]).findLast((part) => part["thoughtSignature"])?.["thoughtSignature"]);
  const [text, reasoning] = [join(false), join(true)];
  const finish = finishReasonFrom(candidate["finishReason"]);
  const usage = usageFrom(objectOf(answer["usageMetadata"]));
  const broken = isBrokenFinish(candidate["finishReason"]) && text === "" && calls.length === 0;
  const annotations = groundingCitations(candidate, text.length);
  const images = parts.flatMap(imageFrom);
  const response: ChatResponse = {
    id: call.requestId, object: "chat.completion", created: call.createdAtSeconds, model: textOf(answer["modelVersion"]), system_fingerprint: null,
    choices: [{
      index: 0, logprobs: null, finish_reason: calls.length > 0 && finish !== "length" ? "tool_calls" : finish ?? "stop",
      message: {
        role: "assistant", content: text || null, refusal: null, ...(calls.length > 0 ? { tool_calls: calls } : {}), ...(reasoning ? { reasoning } : {}), ...(annotations.length > 0 ? { annotations } : {}), ...(images.length > 0 ? { images } : {}),
        ...(signature ? { extra_content: { google: { thought_signature: signature } } } : {}),
      },
    }],
    usage: usage ? chatUsageFrom(usage) : { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  };
  const failure = broken ? failureOf("protocol_violation", { status: 200, message: "The provider's model wrote a function call that cannot be read." }) : null;
  return { response, usage, finished: finish !== null, failure };
}
