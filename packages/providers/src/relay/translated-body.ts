import type { Failure, TokenUsage } from "@trunkline/contracts";
import { completionFromChat, messagesFromChat, parseJsonObject, responseFromChat, type ChatResponse, type JsonObject } from "@trunkline/protocol";
import type { AnswerExtras, Call, Relayed } from "../adapter.ts";
import { failureOf } from "../failures/failure.ts";
import { deltaBytes } from "./delta.ts";
import { NO_BYTES } from "./ending.ts";
import { demandedFormat } from "./demanded-format.ts";
import { softFailure } from "./soft-failure.ts";
import { chatUsageFrom, costFields } from "./token-usage.ts";

/** A plain answer in the hub form, with what was seen on the way. `finished` false: the upstream gave no reason for the end. */
export interface HubAnswer {
  readonly response: ChatResponse;
  readonly usage: TokenUsage | null;
  readonly finished: boolean;
  readonly failure: Failure | null;
}

/** A 200 that is no JSON object: HTML of a proxy, a cut body. */
export function parseAnswer(upstream: Uint8Array): JsonObject | null {
  return parseJsonObject(Buffer.from(upstream.buffer, upstream.byteOffset, upstream.byteLength).toString("utf8"));
}

/** `usage`: what the provider bills for it all the same, where it says so. */
export function failedBody(failure: Failure, usage: TokenUsage | null = null): Relayed {
  return { bytes: NO_BYTES, observation: { usage, contentBytes: 0, finishReason: null, failure, complete: false } };
}

export const malformedBody = (): Relayed => failedBody(failureOf("protocol_violation", { status: 200, message: "The provider's answer is not valid JSON." }));

/** Hub answer → the caller's wire. Empty with a blank finish is a failed attempt, not an answer. */
export function relayHubAnswer(call: Call, answer: HubAnswer, extras: AnswerExtras): Relayed {
  const { response, usage } = answer;
  const seen = response.choices.map((choice) => deltaBytes(choice.message));
  const contentBytes = seen.reduce((total, choice) => total + choice.text, 0);
  const finishReason = answer.finished ? response.choices[0]?.finish_reason ?? null : null;
  const hasContent = seen.some((choice) => choice.content);
  const empty = !answer.finished && !hasContent;
  const failure = answer.failure ?? (empty ? failureOf("protocol_violation", { status: 200, message: "The provider sent an empty answer." }) : softFailure({ message: response.choices[0]?.message ?? {}, finishReason, hasContent, usage, format: demandedFormat(call) }));
  const observation = { usage, contentBytes, finishReason, failure, complete: failure === null };
  return { bytes: failure ? NO_BYTES : Buffer.from(JSON.stringify(dressed(call, toldUsage(answer, contentBytes, extras), extras))), observation };
}

/** The answer with the usage that it will be billed by, where the provider told none. */
function toldUsage(answer: HubAnswer, contentBytes: number, extras: AnswerExtras): HubAnswer {
  const usage = answer.usage ?? extras.guess?.(contentBytes) ?? null;
  return answer.usage === usage || usage === null ? answer : { ...answer, usage, response: { ...answer.response, usage: chatUsageFrom(usage) } };
}

function inCallersWire(call: Call, response: ChatResponse): JsonObject {
  if (call.inbound === "messages") return { ...messagesFromChat(response) };
  if (call.inbound === "completions") return completionFromChat(response);
  return call.inbound === "responses" ? responseFromChat(call.body, response, { requestId: call.requestId, createdAtSeconds: call.createdAtSeconds, model: response.model }) : { ...response };
}

function dressed(call: Call, answer: HubAnswer, extras: AnswerExtras): JsonObject {
  const explained = extras.explain();
  const cost = answer.usage ? costFields(answer.usage, extras) : {};
  const base = inCallersWire(call, answer.response);
  const { usage, ...rest } = base;
  const known = answer.usage !== null || call.inbound === "messages";
  return {
    ...rest, ...(known ? { usage: { ...(usage as JsonObject), ...cost } } : {}), provider: extras.provider,
    ...(explained === null || explained === undefined ? {} : { trunkline: explained }),
  };
}
